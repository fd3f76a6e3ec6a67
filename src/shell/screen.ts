// What a session shows besides results: how far connecting is, and what is told while a line is being typed.

import type { AuthEvent } from '../auth/context.ts';
import type { Deps } from '../deps.ts';
import { sanitize } from '../ui/sanitize.ts';
import { statusLine } from '../ui/status-line.ts';
import { clock } from '../ui/time.ts';
import type { Screen } from '../workspace/stage.ts';
import type { Editor } from './editor.ts';

export type SessionScreen = Screen & {
  /** What the line editor itself writes. */
  plain(text: string): void;
  /** A server is being connected; `name` is the one that events have. */
  begin(name: string): void;
  /** It is there, or is not. */
  end(name: string): void;
  /** From now on a line is typed below what is told. */
  editing(editor: Editor | undefined): void;
};

/** Milliseconds between two looks at the clock. */
const TICK = 1000;
/** Milliseconds before the first line: what is there at once needs none. */
const PATIENCE = 300;

type Step = { since: number; doing: string };

/** One line on stderr for all servers, written over in place; it makes room for whatever else is told. */
export function openScreen(
  deps: Pick<Deps, 'stderr' | 'now'>,
  err: Deps['err'],
  quiet: boolean,
): SessionScreen {
  const line = statusLine(err, deps.stderr);
  const steps = new Map<string, Step>();
  let editor: Editor | undefined;
  let ticking: NodeJS.Timeout | undefined;
  // A sign-in has a countdown of its own on that line.
  const isAside = () => [...steps.values()].some(({ doing }) => doing === AWAITED);
  const draw = () => {
    if (quiet || steps.size === 0 || isAside()) return;
    line.show(`⏳ ${boardText(steps, deps.now())}`);
  };
  const start = () => {
    ticking ??= setTimeout(() => {
      draw();
      ticking = setInterval(draw, TICK).unref();
    }, PATIENCE).unref();
  };
  const stop = () => {
    clearInterval(ticking);
    ticking = undefined;
    line.clear();
  };
  return {
    plain: err,
    err(text, logged) {
      // A line that is not whole is a status, written over in place: what comes late has no place any more.
      if (editor?.waiting()) return text.endsWith('\n') ? editor.above(text) : undefined;
      if (text.endsWith('\n')) line.clear();
      err(text, logged);
    },
    step(name, event) {
      const step = steps.get(name);
      const doing = wording(event);
      if (!step || doing === undefined) return;
      line.clear();
      step.doing = doing;
    },
    idle: () => editor?.waiting() ?? false,
    begin(name) {
      steps.set(name, { since: deps.now(), doing: 'connecting' });
      start();
    },
    end(name) {
      steps.delete(name);
      line.clear();
      if (steps.size === 0) stop();
    },
    editing(next) {
      stop();
      editor = next;
    },
  };
}

const AWAITED = 'waiting for you';

/** Undefined: it goes on as before. */
function wording(event: AuthEvent): string | undefined {
  switch (event.kind) {
    case 'required':
    case 'discovering':
      return 'discovering';
    case 'registering':
      return 'registering';
    case 'open':
    case 'device':
      return AWAITED;
    case 'waiting-for-other-process':
      return 'waiting for another mcp-cli';
    case 'exchanging':
      return 'signing in';
    case 'signed-in':
    case 'refreshed':
      return 'connecting';
    case 'step-up':
      return 'asking for more permissions';
    default:
      return undefined;
  }
}

/** `notes: discovering 0:02 | mail: connecting 0:12`. Pure. */
export function boardText(steps: ReadonlyMap<string, Step>, now: number): string {
  return [...steps]
    .map(([name, { since, doing }]) => {
      const passed = clock(Math.floor((now - since) / 1000) * 1000);
      return `${sanitize(name)}: ${doing} ${passed}`;
    })
    .join(' | ');
}
