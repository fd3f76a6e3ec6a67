import type { Deps } from '../deps.ts';
import { type Look, lookOf } from './look.ts';
import { sanitize } from './sanitize.ts';
import { statusLine } from './status-line.ts';
import { clock } from './time.ts';
import { cut } from './width.ts';

type Step = { progress: number; total?: number | undefined; message?: string | undefined };

type CallProgress = { show(step: Step): void; clear(): void };

/** Milliseconds between two looks at the clock on a terminal. */
const TICK = 1000;
/** Milliseconds before the first line in a log, and between two: a short call needs none. */
const PACE = 3000;
const CELLS = 10;
/** On a narrow screen the words need the room. */
const FEW_CELLS = 5;
const NARROW = 50;

type Terminal = Pick<Deps, 'err' | 'stderr' | 'now' | 'env'>;

/**
 * How far a running call is: on a terminal one line that is written over, elsewhere a line for a change, now and then. `silent`: nothing is shown. `clear` takes the line away; the next step brings it back.
 */
export function callProgress(terminal: Terminal, silent: boolean): CallProgress {
  if (silent) return { show: () => {}, clear: () => {} };
  return terminal.stderr.isTTY ? line(terminal) : log(terminal);
}

function line({ err, stderr, now, env }: Terminal): CallProgress {
  const look = lookOf(env);
  const status = statusLine(err, stderr);
  const start = now();
  let ticking: NodeJS.Timeout | undefined;
  const clear = () => {
    clearInterval(ticking);
    ticking = undefined;
    status.clear();
  };
  return {
    clear,
    show(step) {
      clear();
      const draw = () => {
        const text = `${bar(step, look, stderr.columns)}${wording(step, now() - start)}`;
        const room = Math.max(20, (stderr.columns || 80) - 1);
        status.show(look.unicode ? `⏳ ${text}` : cut(text, room, '...'));
      };
      draw();
      ticking = setInterval(draw, TICK);
      ticking.unref();
    },
  };
}

function log({ err, now, env }: Terminal): CallProgress {
  const { unicode } = lookOf(env);
  const start = now();
  let latest: Step | undefined;
  let resting: NodeJS.Timeout | undefined;
  const write = () => {
    resting = undefined;
    if (latest) err(`${unicode ? '⏳ ' : ''}${wording(latest, now() - start)}\n`);
    latest = undefined;
  };
  return {
    show(step) {
      latest = step;
      resting ??= setTimeout(write, PACE).unref();
    },
    clear() {
      clearTimeout(resting);
      resting = undefined;
      latest = undefined;
    },
  };
}

/** Undefined: the server does not say how much there is. */
function share({ progress, total }: Step): number | undefined {
  if (!total || !(total > 0)) return undefined;
  return Math.min(1, Math.max(0, progress / total));
}

function bar(step: Step, { unicode }: Look, columns: number): string {
  const part = share(step);
  if (part === undefined) return '';
  const cells = columns > 0 && columns < NARROW ? FEW_CELLS : CELLS;
  const full = Math.round(part * cells);
  if (!unicode) return `[${'#'.repeat(full)}${'.'.repeat(cells - full)}] `;
  return `${'█'.repeat(full)}${'░'.repeat(cells - full)} `;
}

function wording(step: Step, elapsed: number): string {
  const part = share(step);
  const done = part === undefined ? `step ${step.progress}` : `${Math.round(part * 100)} %`;
  // Whole seconds that have passed: the clock of a countdown rounds up.
  const passed = clock(Math.floor(elapsed / 1000) * 1000);
  return `${done} (${passed})${step.message ? ` ${sanitize(step.message)}` : ''}`;
}
