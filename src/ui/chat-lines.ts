// A model's answer as it comes: its words on stdout, where they are streamed, and what it does on stderr.
import type { ChatEvent } from '../chat/event.ts';
import type { Deps } from '../deps.ts';
import { callProgress } from './call-progress.ts';
import { json } from './json.ts';
import { sanitize } from './sanitize.ts';
import { cut } from './width.ts';

/** Cells. */
const LONGEST = 200;

type Lines = {
  tell(event: ChatEvent): void;
  /** Ends the line of what was streamed, and takes progress away. */
  end(): void;
};

/** `quiet`: nothing on stderr. `stream`: words go to stdout as they come. */
export function chatLines(
  terminal: Pick<Deps, 'out' | 'err' | 'stderr' | 'now' | 'env'>,
  { quiet, stream }: { quiet: boolean; stream: boolean },
): Lines {
  const progress = callProgress(terminal, quiet);
  let open = false;
  const end = () => {
    progress.clear();
    if (open) terminal.out('\n');
    open = false;
  };
  const say = (line: string) => {
    end();
    if (!quiet) terminal.err(`${cut(sanitize(line), LONGEST)}\n`);
  };
  return {
    end,
    tell(event) {
      switch (event.type) {
        case 'text':
        case 'refusal':
          if (!stream) return;
          progress.clear();
          terminal.out(event.text);
          open = !event.text.endsWith('\n');
          return;
        case 'progress':
          return progress.show(event);
        case 'asking':
        case 'called':
          return progress.clear();
        case 'usage':
          return;
        default:
          return say(lineOf(event));
      }
    },
  };
}

type Told = Exclude<ChatEvent, { type: 'text' | 'refusal' | 'progress' | 'asking' | 'called' | 'usage' }>;

function lineOf(event: Told): string {
  switch (event.type) {
    case 'waiting':
      return `the provider wants to be asked later: waiting ${Math.ceil(event.milliseconds / 1000)} s`;
    case 'warning':
      return `warning: ${event.text}`;
    case 'calling':
      return `→ ${event.server}/${event.tool} ${json(event.arguments).trimEnd()}`;
    case 'failed':
      return `warning: ${event.server}/${event.tool} failed: ${event.error.message}`;
    case 'denied':
      return `✗ ${event.server}/${event.tool} was not allowed`;
    case 'rejected':
      return `✗ the model's call of ${event.name} cannot be made: ${event.reason}`;
  }
}
