// The line editor of a session: one input after the other, also one of several lines, and what is told meanwhile above it.

import { createInterface } from 'node:readline';
import type { Deps } from '../deps.ts';
import { pasteFilter } from './paste.ts';
import { isUnfinished, joined } from './unfinished.ts';

type Terminal = Pick<Deps, 'stdin' | 'stdout' | 'stderr' | 'env'>;

export type Editor = {
  /** Shows the prompt; the next whole input, or undefined when there will be none (Ctrl-D). */
  read(): Promise<string | undefined>;
  /** Whole lines, above the one that is being typed. */
  above(text: string): void;
  /** Whether a line is waited for. */
  waiting(): boolean;
  close(): void;
};

type Ways = {
  /** Asked for before each line. */
  prompt(): string;
  err(text: string): void;
  /** Newest first. */
  history: string[];
  /** Told of each whole input: whether the arrow keys are to bring it back. */
  remember(text: string): boolean;
  /** All that the end of `line` may become, and that end. */
  propose(line: string): Promise<[string[], string]>;
  /** Ctrl-C. True: something was running, and is told to stop. */
  interrupt(): boolean;
  /** A line while something runs. True: it is dealt with. */
  meanwhile(text: string): boolean;
};

const MOST = 1000;
/** As wide as it takes to see that the input goes on. */
const GOES_ON = '... ';

export function openEditor({ stdin, stdout, stderr, env }: Terminal, ways: Ways): Editor {
  const kept = [...ways.history].slice(0, MOST);
  let held: string[] = [];
  const lines = createInterface({
    input: stdin,
    output: stdout.stream,
    terminal: stdin.isTTY,
    prompt: ways.prompt(),
    history: [...kept],
    historySize: MOST,
    completer: (line: string, done: (error: null, found: [string[], string]) => void) => {
      // Nobody asked for anything: what goes wrong is no news.
      ways.propose(joined([...held, line])).then(
        ([found, end]) => done(null, [alone(found), end]),
        () => done(null, [[], line]),
      );
    },
  });
  const paste = pasteFilter(stdin, lines);
  // A window that changes while something runs needs no prompt drawn into its output.
  const redraw = stdout.stream.listeners('resize').at(-1) as (() => void) | undefined;
  const resized = () => wanted && redraw?.();
  if (redraw) stdout.stream.off('resize', redraw).on('resize', resized);
  let bracketed = env.TERM !== 'dumb' && stdout.isTTY;
  if (bracketed) stdout.stream.write('\u001b[?2004h');
  const queue: string[] = [];
  let wanted: ((text: string | undefined) => void) | undefined;
  // Lines may still be waiting when the input has ended, and Node lets nobody prompt after that.
  let ended = false;
  // readline remembers each line of an input, and lines that are to be forgotten: its list is made anew.
  let own: string[] | undefined;
  const settle = () => own?.splice(0, own.length, ...kept);
  lines.on('history', (list: string[]) => {
    own = list;
    settle();
  });
  const ask = () => {
    if (ended) return;
    lines.setPrompt(held.length > 0 ? GOES_ON : ways.prompt());
    lines.prompt();
  };
  const deliver = (text: string | undefined) => {
    const next = wanted;
    wanted = undefined;
    if (next) next(text);
    else if (text !== undefined) queue.push(text);
  };
  lines.on('line', (line) => {
    held.push(inOrder(line));
    const text = joined(held);
    if (isUnfinished(held.join('\n'))) {
      if (wanted) ask();
      return;
    }
    held = [];
    if (!wanted && ways.meanwhile(text)) return;
    if (ways.remember(text) && kept[0] !== text) kept.unshift(text);
    settle();
    deliver(text);
  });
  lines.once('close', () => {
    ended = true;
    deliver(undefined);
  });
  lines.on('SIGINT', () => {
    if (ways.interrupt()) return;
    if (lines.line === '' && held.length === 0) ways.err('\n(Ctrl-D or /exit leaves)\n');
    held = [];
    // To the end of the line, then erased back to its beginning.
    lines.write(null, { ctrl: true, name: 'e' });
    lines.write(null, { ctrl: true, name: 'u' });
    ask();
  });
  return {
    read() {
      ask();
      const next = queue.shift();
      if (next !== undefined) return Promise.resolve(next);
      if (ended) return Promise.resolve(undefined);
      return new Promise((resolve) => {
        wanted = resolve;
      });
    },
    waiting: () => wanted !== undefined,
    above(text) {
      if (!wanted || ended || !stderr.isTTY || !stdout.isTTY) return ways.err(text);
      const { rows } = lines.getCursorPos();
      const up = rows > 0 ? `\u001b[${rows}A` : '';
      // readline draws the line anew from as many rows above as the cursor was in it.
      ways.err(`${up}\r\u001b[0J${text}${'\n'.repeat(rows)}`);
      lines.prompt(true);
    },
    close() {
      paste.close();
      stdout.stream.off('resize', resized);
      if (bracketed) stdout.stream.write('\u001b[?2004l');
      bracketed = false;
      lines.close();
    },
  };
}

/** Node 24 hands over the lines of an input as its history keeps them, the last one first. No input has this break of its own. */
function inOrder(line: string): string {
  return line.split('\r').reverse().join('\n');
}

/** Behind the only word that it can be, the next one begins; behind `key=` its value does. */
function alone(found: string[]): string[] {
  const [only = ''] = found;
  return found.length === 1 && !only.endsWith('=') ? [`${only} `] : found;
}
