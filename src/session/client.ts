// A client of the SDK as every session has it: what it says of itself, and what it answers.

import { Client, type ClientOptions } from '@modelcontextprotocol/client';
import { config } from 'zod/v4/core';
import type { ConnectOptions } from './connect.ts';
import { answerQuestions, ELICITATION, MOST_QUESTIONS } from './elicit.ts';
import { declaredExtensions } from './extensions.ts';
import { noJudge } from './output-schema.ts';
import { answerRoots } from './roots.ts';
import { answerSamples, SAMPLING } from './sampling.ts';

// The SDK's schemas are written into functions otherwise, which takes longer than it saves, also with 5,000 tools.
config({ jitless: true });

/** Which revisions are spoken. */
export type Mode = NonNullable<NonNullable<ClientOptions['versionNegotiation']>['mode']>;

export function newClient(options: ConnectOptions, mode: Mode): Client {
  const { elicit, patience, roots, sample } = options;
  const client = new Client(options.clientInfo, {
    capabilities: {
      ...ELICITATION,
      ...(sample && SAMPLING),
      ...(roots.length > 0 && { roots: {} }),
      ...declaredExtensions(options.entry),
    },
    versionNegotiation: { mode, probe: { timeoutMs: options.timeout } },
    inputRequired: { maxRounds: MOST_QUESTIONS },
    listMaxPages: 500,
    jsonSchemaValidator: noJudge,
  });
  answerQuestions(client, options.entry.name, elicit, patience);
  if (sample) answerSamples(client, options.entry.name, sample, patience);
  answerRoots(client, roots);
  // In the place of the SDK's own, which reports its rounds of questions as if they were the server's progress.
  client.setNotificationHandler('notifications/progress', ({ params: { progressToken, ...progress } }) =>
    patience.heard(progressToken, progress),
  );
  return client;
}
