// Questions of a server to the person, in both eras: the SDK hands over `elicitation/create` of the older revisions and
// the `input_required` results of 2026-07-28 in the same way.

import type { Client } from '@modelcontextprotocol/client';
import { CliError, ProtocolError } from '../errors.ts';
import type { Content } from './form.ts';
import { asSchema, type Schema } from './input-schema.ts';
import type { Patience } from './patience.ts';

export type Question = {
  /** The configured name of the server that asks. */
  server: string;
  message: string;
  /** Aborted when nobody waits for the answer any more. */
  signal: AbortSignal;
} & ({ mode: 'form'; schema: Schema } | { mode: 'url'; url: string });

export type Answer = { action: 'accept'; content?: Content } | { action: 'decline' | 'cancel' };

/** A CliError thrown here ends the call; the server is answered with `cancel`. */
export type Elicit = (question: Question) => Promise<Answer>;

/** What the program says of itself. */
export const ELICITATION = { elicitation: { form: {}, url: {} } };

/** Questions of one call: more than any form has, and fewer than wear a person out. */
export const MOST_QUESTIONS = 20;
const MOST_FIELDS = 100;

export function answerQuestions(client: Client, server: string, elicit: Elicit, patience: Patience): void {
  client.setRequestHandler('elicitation/create', async ({ params }, { mcpReq }) => {
    try {
      return await patience.aside(async (over) => {
        if (patience.questions() > MOST_QUESTIONS) throw tooManyQuestions(server);
        const signal = AbortSignal.any([mcpReq.signal, over]);
        const { message } = params;
        if ('url' in params && params.mode === 'url')
          return elicit({ server, message, signal, mode: 'url', url: params.url });
        const schema = asSchema('requestedSchema' in params ? params.requestedSchema : {});
        if (Object.keys(asSchema(schema.properties)).length > MOST_FIELDS) throw tooManyQuestions(server);
        return elicit({ server, message, signal, mode: 'form', schema });
      });
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      patience.fail(error);
      return { action: 'cancel' };
    }
  });
}

export function tooManyQuestions(server: string, cause?: unknown): ProtocolError {
  return new ProtocolError('too_many_questions', `${server} asks too much for one call`, {
    hint: `no more than ${MOST_QUESTIONS} questions, with ${MOST_FIELDS} fields each, are answered; tell the operator of the server`,
    server,
    cause,
  });
}
