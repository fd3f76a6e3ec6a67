// How one line to a model is answered: streamed at a terminal, whole in a pipe, asked about in place.

import type { Chat } from '../chat/chat.ts';
import type { ChatEvent } from '../chat/event.ts';
import { cutOff, failureOf, outcome, recordCall } from '../chat/outcome.ts';
import type { Wire } from '../chat/wire.ts';
import { CancelledError } from '../errors.ts';
import { chatLines } from '../ui/chat-lines.ts';
import { print } from '../ui/print.ts';
import { sanitizeLines } from '../ui/sanitize.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { remember } from './slash/history.ts';
import type { Shell } from './state.ts';

type Lines = ReturnType<typeof chatLines>;

export type Speaker = {
  open(wire: Wire): Promise<Chat>;
  /** Rejects with a CliError, also for an answer that lacks what the model wanted to know. */
  say(chat: Chat, text: string, shell: Shell, signal: AbortSignal): Promise<void>;
};

/** One line at a time: the one before may still be winding down after Ctrl-C. */
export function openSpeaker(workspace: Workspace): Speaker {
  const { deps, flags } = workspace;
  let links: Shell['links'] = [];
  let lines: Lines | undefined;
  let last: Promise<unknown> = Promise.resolve();
  return {
    async open(wire) {
      const [{ openChat }, { askApproval }] = await Promise.all([
        import('../chat/chat.ts'),
        import('../ui/approve.ts'),
      ]);
      return openChat({
        deps,
        wire,
        servers: () => links,
        mode: flags.confirmMode,
        approve: deps.prompt.available
          ? (question, signal) => {
              lines?.end();
              return askApproval(deps, question, signal);
            }
          : undefined,
        filter: { include: flags.includeTools, exclude: flags.excludeTools },
        maxTurns: flags.maxTurns,
        system: undefined,
      });
    },
    async say(chat, text, shell, signal) {
      await last;
      if (signal.aborted) throw new CancelledError();
      links = shell.links;
      chat.mode = shell.settings.confirm;
      lines = linesOf(workspace);
      const work = answer(workspace, { chat, shell, lines }, text, signal);
      last = work.catch(() => undefined);
      await work;
    },
  };
}

const streams = ({ deps, flags }: Workspace) => flags.format === 'text' && deps.stdout.isTTY;

function linesOf(workspace: Workspace): Lines {
  const { deps, flags } = workspace;
  const stream = streams(workspace);
  return chatLines(deps, { quiet: flags.quiet || flags.format !== 'text', stream });
}

async function answer(
  workspace: Workspace,
  { chat, shell, lines }: { chat: Chat; shell: Shell; lines: Lines },
  text: string,
  signal: AbortSignal,
): Promise<void> {
  const { deps, flags } = workspace;
  const calls: object[] = [];
  const note = openNotes(shell, deps.now);
  const isOpen = () => !signal.aborted;
  // The prompt is back at once, and nothing may be written over it.
  const stop = () => lines.end();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const reply = await chat.send(
      text,
      (event) => {
        recordCall(calls, event);
        note(event);
        if (isOpen()) lines.tell(event);
      },
      signal,
    );
    lines.end();
    if (!streams(workspace))
      print(
        { deps, flags },
        { json: outcome(chat, reply, calls), text: () => `${sanitizeLines(reply.text)}\n` },
      );
    const failure = failureOf(reply);
    if (failure) throw failure;
    if (!flags.quiet) deps.err(cutOff(reply));
  } catch (error) {
    if (isOpen()) lines.end();
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** The calls of a model are calls of the session: `/toolhistory` has them. */
function openNotes(shell: Shell, now: () => number): (event: ChatEvent) => void {
  const running = new Map<string, { at: number; begun: number; args: Record<string, unknown> }>();
  return (event) => {
    if (event.type === 'calling') {
      running.set(event.id, { at: now(), begun: performance.now(), args: event.arguments });
      return;
    }
    if (event.type !== 'called' && event.type !== 'failed') return;
    const found = running.get(event.id);
    if (!found) return;
    running.delete(event.id);
    const { at, begun, args } = found;
    const { server, tool } = event;
    const outcome = event.type === 'failed' ? 'failed' : event.result.isError ? 'error' : 'ok';
    remember(shell, { at, server, tool, args, ms: performance.now() - begun, outcome });
  };
}
