// One line that is judged while it is typed: what is wrong with it stands below and changes with each key.

import { createPrompt, isBackspaceKey, isEnterKey, useEffect, useKeypress, useState } from '@inquirer/core';
import type { Ahead } from './ahead.ts';
import { type Look, painter } from './look.ts';
import { width } from './width.ts';

export type Entry = {
  /** Safe for a terminal, as are `initial`, `hint` and what `check` says. */
  message: string;
  initial: string;
  /** Below the line, as long as nothing is wrong with it. */
  hint: string;
  check(text: string): string | undefined;
  look: Look;
  /** Cells of the terminal. */
  columns: number;
  ahead: Pick<Ahead, 'ready' | 'answered'>;
};

/** Resolves to the line once nothing is wrong with it and Enter is pressed. `initial` stands in it, to be changed. */
export const entryLine = createPrompt<string, Entry>((entry, done) => {
  const { message, initial, hint, check, look, columns, ahead } = entry;
  const [text, setText] = useState(initial);
  const [state, setState] = useState<'fresh' | 'typed' | 'done'>('fresh');
  useEffect((line) => {
    // Keys from before the first effect have reached the line alone, and come again.
    Object.assign(line, { line: '', cursor: 0 });
    if (initial !== '') line.write(initial);
  }, []);
  useKeypress((key, line) => {
    if (state === 'done') return;
    if (!isEnterKey(key)) {
      // A line that was proposed and is left as it is was not typed.
      if (line.line !== text || isBackspaceKey(key)) setState('typed');
      return setText(line.line);
    }
    if (check(text) === undefined) {
      setState('done');
      ahead.answered();
      return done(text);
    }
    // Enter has emptied the line: what is wrong in it is put right there.
    line.write(text);
    setState('typed');
  });
  // The last effect: the keys are heard from here on.
  useEffect(() => ahead.ready(), []);
  const paint = painter(look);
  const fault = state === 'typed' ? check(text) : undefined;
  const prefix = state === 'done' ? paint('green', look.unicode ? '✔' : '+') : paint('cyan', '?');
  const head = `${prefix} ${paint('bold', message)}`;
  // Beside a long question there is no room for the answer.
  const gap = width(message) > columns / 2 ? `\n${look.unicode ? '›' : '>'} ` : ' ';
  if (state === 'done') return `${head}${gap}${paint('cyan', text)}`;
  const below =
    fault === undefined ? paint('dim', hint) : paint('red', `${look.unicode ? '✗' : '!'} ${fault}`);
  return [`${head}${gap}${text}`, below];
});

/** Resolves to whether more is wanted: a blank, Enter or the cursor down; anything to leave says no. */
export const moreKey = createPrompt<boolean, { message: string }>(({ message }, done) => {
  useKeypress((key) => {
    if (isEnterKey(key) || ['space', 'down', 'pagedown', 'f', 'j'].includes(key.name)) done(true);
    else if (['q', 'escape', 'n'].includes(key.name)) done(false);
  });
  return message;
});
