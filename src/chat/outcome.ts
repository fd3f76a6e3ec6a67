// What became of one line to a model, for those who asked: as JSON, and as a failure where it is one.
import { AuthError, type CliError, ToolError } from '../errors.ts';
import type { Chat } from './chat.ts';
import type { ChatEvent, Reply } from './event.ts';

/** Keeps the calls that were made or refused, in order. */
export function recordCall(calls: object[], event: ChatEvent): void {
  if (event.type === 'calling') {
    const { server, tool, arguments: args } = event;
    calls.push({ server, tool, arguments: args });
  } else if (event.type === 'denied') {
    const { server, tool } = event;
    calls.push({ server, tool, denied: true });
  }
}

export function outcome({ wire }: Pick<Chat, 'wire'>, reply: Reply, calls: object[]): object {
  const { provider, model } = wire;
  const { text, stop, usage, turns } = reply;
  return { text, stop, provider, model, turns, usage, calls };
}

/** Undefined: it is an answer to what was asked, with everything in it that the model wanted to know. Pure. */
export function failureOf({ unasked, failed, stop }: Reply): CliError | undefined {
  const [first] = unasked;
  if (first) {
    return new AuthError('approval_needed', `the model was not allowed to call ${first.tool}`, {
      hint: 'nobody is there to ask: allow the tool at a terminal once, or pass --confirm-mode never to allow every call',
      server: first.server,
    });
  }
  const signedOut = failed.find((error) => error instanceof AuthError);
  if (signedOut) return signedOut;
  return stop === 'refusal' ? new ToolError('model_refusal', 'the model refused to answer') : undefined;
}

/** Empty: nothing is missing. Pure. */
export function cutOff({ stop }: Reply): string {
  return stop === 'length' ? 'warning: the answer was cut off where the model may write no more\n' : '';
}
