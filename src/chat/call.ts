// A model's calls: what it wrote is checked, allowed by somebody, and made. Whatever comes of it, each call has an answer.

import { CancelledError, CliError } from '../errors.ts';
import { isObject } from '../json-object.ts';
import { isShallow } from '../session/depth.ts';
import { asSchema, faults } from '../session/input-schema.ts';
import type { Session } from '../session/session.ts';
import { type Approval, type ConfirmMode, questionOf, type Verdict } from './approval.ts';
import type { CallName, ChatEvent, Reply } from './event.ts';
import { fingerprint } from './fingerprint.ts';
import type { Approvals } from './kept.ts';
import type { ToolAnswer, ToolCall } from './message.ts';
import type { Offered } from './offer.ts';
import { carriedFrom, type Said } from './taint.ts';
import { answered, shortened } from './wrap.ts';

/** Asks the person. Rejects with CancelledError. */
export type Approve = (question: Approval, signal: AbortSignal) => Promise<Verdict>;

export type Desk = {
  offered: Offered[];
  sessionOf(server: string): Session | undefined;
  mode: ConfirmMode;
  approvals: Approvals;
  /** Absent: nobody is there. */
  approve: Approve | undefined;
  /** What servers have said, and the person has typed, in this conversation. */
  said: Said[];
  typed: string[];
  takesImages: boolean;
  mark(): string;
  tell(event: ChatEvent): void;
  reply: Pick<Reply, 'unasked' | 'failed'>;
};

type Ready = { call: ToolCall; offered: Offered; args: Record<string, unknown> };

/** Words of ours to the model. */
function own({ id, name }: ToolCall, text: string): ToolAnswer {
  return { id, name, text, images: [], isError: true, mark: '' };
}

export const NOT_MADE = 'Not called: the answer was stopped.';

/**
 * Asks for the calls one after another, and makes the allowed ones side by side; the answers are in the order of the
 * calls, and given to `settled` one by one. Rejects with CancelledError, after each call has ended.
 */
export async function answerCalls(
  calls: ToolCall[],
  desk: Desk,
  signal: AbortSignal,
  settled: (answer: ToolAnswer) => void,
): Promise<void> {
  const running: Promise<void>[] = [];
  const allowed: Ready[] = [];
  for (const call of calls) {
    const ready = prepare(call, desk);
    const answer = 'args' in ready ? await ask(ready, desk, signal) : ready;
    if (answer) settled(answer);
    else if ('args' in ready) allowed.push(ready);
  }
  for (const ready of allowed) running.push(make(ready, desk, signal).then(settled));
  const failure = (await Promise.allSettled(running)).find((each) => each.status === 'rejected');
  if (failure) throw failure.reason;
}

function prepare(call: ToolCall, { offered, tell }: Desk): Ready | ToolAnswer {
  const reject = (reason: string) => {
    tell({ type: 'rejected', name: call.name, reason });
    return own(call, `Not called: ${reason}.`);
  };
  const found = offered.find(({ wire }) => wire.name === call.name);
  if (!found) return reject('there is no tool of this name');
  let args: unknown;
  try {
    args = JSON.parse(call.arguments || '{}');
  } catch {
    return reject('the arguments are not JSON');
  }
  if (!isObject(args)) return reject('the arguments are not a JSON object');
  if (!isShallow(args)) return reject('the arguments are nested too deeply');
  const wrong = faults(args, asSchema(found.tool.inputSchema));
  if (wrong.length > 0) return reject(shortened(wrong.join('; '), 2000));
  return { call, offered: found, args };
}

/** Undefined: it may go ahead. */
async function ask(ready: Ready, desk: Desk, signal: AbortSignal): Promise<ToolAnswer | undefined> {
  const { call, offered, args } = ready;
  const { server, address, tool } = offered;
  const print = fingerprint(address, tool);
  const question = questionOf({
    mode: desk.mode,
    annotations: tool.annotations,
    allowed: desk.mode === 'never' ? 'yes' : await desk.approvals.allowed(server, tool.name, print),
    from: desk.mode === 'never' ? [] : carriedFrom(server, args, desk.said, desk.typed),
  });
  if (!question) return undefined;
  const name: CallName = { id: call.id, server, tool: tool.name };
  if (!desk.approve) {
    desk.tell({ type: 'denied', unasked: true, ...name });
    desk.reply.unasked.push(name);
    return own(
      call,
      'Not called: this has to be allowed by a person, and there is nobody to ask. Do not try again.',
    );
  }
  if (signal.aborted) throw new CancelledError();
  const { description } = tool;
  const verdict = await desk.approve(
    { server, tool: tool.name, description, arguments: args, ...question },
    signal,
  );
  if (signal.aborted) throw new CancelledError();
  if (verdict === 'no') {
    desk.tell({ type: 'denied', unasked: false, ...name });
    return own(call, 'Not called: the person refused it.');
  }
  // An answer that was not offered is no more than a yes.
  if (verdict !== 'once' && question.mayRemember)
    await desk.approvals.allow(server, tool.name, print, verdict === 'always');
  return undefined;
}

async function make({ call, offered, args }: Ready, desk: Desk, signal: AbortSignal): Promise<ToolAnswer> {
  const { server, tool } = offered;
  const name: CallName = { id: call.id, server, tool: tool.name };
  const said = { id: call.id, name: call.name, server, tool: tool.name, mark: desk.mark() };
  desk.tell({ type: 'calling', arguments: args, ...name });
  try {
    const session = desk.sessionOf(server);
    if (!session) return own(call, 'Not called: the server is gone.');
    const result = await session.callTool(tool.name, args, {
      signal,
      onProgress: (step) => desk.tell({ ...step, type: 'progress', ...name }),
      onQuestion: () => desk.tell({ type: 'asking', ...name }),
    });
    desk.tell({ type: 'called', result, ...name });
    return { ...said, ...answered(result, desk.takesImages) };
  } catch (error) {
    if (error instanceof CancelledError || signal.aborted || !(error instanceof CliError)) throw error;
    desk.tell({ type: 'failed', error, ...name });
    desk.reply.failed.push(error);
    // A server's words can be in it.
    return { ...said, text: shortened(`The call failed: ${error.message}`, 2000), images: [], isError: true };
  }
}
