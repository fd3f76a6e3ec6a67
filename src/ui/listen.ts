// Lines that are typed or pasted while the program waits for something else. They can hold a code that is as good as a
// password for a minute, so the terminal shows none of them.

import self from 'node:process';
import type { Heard } from '../deps.ts';

type Input = NodeJS.ReadableStream & { isRaw?: boolean; setRawMode?(raw: boolean): void };
type Key = { name?: string; ctrl?: boolean; meta?: boolean };
type Press = (text: string | undefined, key: Key) => void;

export type Listening = { start(): void; stop(): void };

/** Characters. No redirect is longer. */
const LONGEST = 16_384;

/**
 * `start` takes the keys from whoever reads them, such as the line editor of a session, and `stop` gives them back.
 * Without the raw mode of the terminal, which both change, a line would be shown and could not be longer than 4,095
 * characters. Ctrl-C goes to whom it would have gone: that line editor, or `interrupt`.
 */
export function listening(input: Input, heard: Heard, interrupt: () => void): Listening {
  let line = '';
  let told = 0;
  let others: Press[] | undefined;
  let raw = false;

  const tell = () => {
    if (told === line.length) return;
    told = line.length;
    heard.typing(told);
  };
  const press: Press = (text, key) => {
    if (key.ctrl && key.name === 'c') return others?.length ? pass(others, text, key) : interrupt();
    if (key.name === 'return' || key.name === 'enter') {
      const whole = line;
      line = '';
      tell();
      return heard.line(whole);
    }
    if (key.name === 'backspace') line = line.slice(0, -1);
    else if (key.ctrl && key.name === 'u') line = '';
    else if (isText(text, key) && line.length < LONGEST) line += text;
    // A paste is many keys at once: what it comes to is told once.
    queueMicrotask(tell);
  };

  return {
    start() {
      if (others) return;
      // A module that most commands can do without, and cannot be waited for here.
      self.getBuiltinModule('node:readline').emitKeypressEvents(input);
      others = input.listeners('keypress') as Press[];
      for (const each of others) input.off('keypress', each);
      raw = input.isRaw ?? false;
      input.on('keypress', press);
      input.setRawMode?.(true);
      input.resume();
    },
    stop() {
      if (!others) return;
      input.off('keypress', press);
      input.setRawMode?.(raw);
      // Nobody is left to read: the terminal must not keep the program alive.
      if (others.length === 0) input.pause();
      for (const each of others) input.on('keypress', each);
      others = undefined;
    },
  };
}

function pass(others: Press[], text: string | undefined, key: Key): void {
  for (const each of others) each(text, key);
}

function isText(text: string | undefined, key: Key): text is string {
  return text !== undefined && !key.ctrl && !key.meta && !/\p{Cc}/u.test(text);
}
