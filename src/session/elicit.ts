// Questions of a server to the person, in both eras: the SDK hands over `elicitation/create` of the older revisions and
// the `input_required` results of 2026-07-28 in the same way.

import type { Client } from '@modelcontextprotocol/client';
import { CliError, ProtocolError } from '../errors.ts';
import { asSchema, type Schema } from './input-schema.ts';
import type { Patience } from './patience.ts';

export type Question = {
  /** The configured name of the server that asks. */
  server: string;
  message: string;
  /** Aborted when nobody waits for the answer any more. */
  signal: AbortSignal;
} & ({ mode: 'form'; schema: Schema } | { mode: 'url'; url: string });

export type Answer =
  | { action: 'accept'; content?: Record<string, string | number | boolean | string[]> }
  | { action: 'decline' | 'cancel' };

/** What a CliError thrown here says ends the command; the server is answered with `cancel`. */
export type Elicit = (question: Question) => Promise<Answer>;

/** What a client that can answer says of itself. */
export const ELICITATION = { elicitation: { form: {}, url: {} } };

export function answerQuestions(client: Client, server: string, elicit: Elicit, patience: Patience): void {
  client.setRequestHandler('elicitation/create', async ({ params }, { mcpReq: { signal } }) => {
    const { message } = params;
    const question: Question =
      'url' in params && params.mode === 'url'
        ? { server, message, signal, mode: 'url', url: params.url }
        : {
            server,
            message,
            signal,
            mode: 'form',
            schema: asSchema('requestedSchema' in params ? params.requestedSchema : {}),
          };
    try {
      return await patience.aside(() => elicit(question));
    } catch (error) {
      patience.fail(
        error instanceof CliError
          ? error
          : new ProtocolError('invalid_answer', `what ${server} asks cannot be shown`, {
              hint: 'tell the operator of the server; --verbose shows the cause',
              server,
              cause: error,
            }),
      );
      return { action: 'cancel' };
    }
  });
}
