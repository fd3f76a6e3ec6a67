// Bracketed paste: what is pasted is one input, and sends nothing by itself. The terminal marks where it begins and ends.

import type { Interface } from 'node:readline';

type Key = { name?: string; ctrl?: boolean; meta?: boolean };
type Press = (text: string | undefined, key: Key) => void;

/** Characters. What is longer belongs into a file (key=@file). */
const LONGEST = 100_000;

/** Stands between the keys and the line editor, which `createInterface` has just made. */
export function pasteFilter(input: NodeJS.ReadableStream, lines: Interface): { close(): void } {
  const pass = input.listeners('keypress').at(-1) as Press | undefined;
  if (!pass) return { close: () => {} };
  let pasted: string | undefined;
  const press: Press = (text, key) => {
    if (key.name === 'paste-start') pasted = '';
    else if (pasted === undefined) pass(text, key);
    else if (key.name === 'paste-end') {
      const whole = pasted;
      pasted = undefined;
      insert(lines, whole);
    } else if (key.ctrl && key.name === 'c') {
      // A terminal that forgets the end must not keep the keys.
      pasted = undefined;
      pass(text, key);
    } else if (pasted.length < LONGEST) pasted += asText(text, key);
  };
  input.off('keypress', pass);
  input.on('keypress', press);
  return { close: () => input.off('keypress', press) };
}

/** Escape sequences and other control characters are no text. */
function asText(text: string | undefined, { name, ctrl, meta }: Key): string {
  if (name === 'return' || name === 'enter') return '\n';
  if (name === 'tab') return '\t';
  return text === undefined || ctrl || meta || /\p{Cc}/u.test(text) ? '' : text;
}

function insert(lines: Interface, pasted: string): void {
  // The line break behind the last line is not yet the person's word to send it.
  const text = pasted.replace(/\r\n/g, '\n').replace(/\n+$/, '');
  // `write` would send every line by itself. Both are documented, and writable.
  const editor = lines as { line: string; cursor: number };
  const { line, cursor } = editor;
  editor.line = line.slice(0, cursor) + text + line.slice(cursor);
  editor.cursor = cursor + text.length;
  lines.prompt(true);
}
