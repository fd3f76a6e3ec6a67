// JSON.stringify leaves C1 controls and bidi overrides bare, and a terminal acts on them. Escaped as \uXXXX they are
// the same JSON value, so a program that reads the output gets exactly what the server sent.
const BARE =
  /[\u007f-\u009f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

function escaped(character: string): string {
  let out = '';
  for (let unit = 0; unit < character.length; unit++) {
    out += `\\u${character.charCodeAt(unit).toString(16).padStart(4, '0')}`;
  }
  return out;
}

/** One JSON document and a line feed; indented for people, on one line for programs. */
export function json(value: unknown, indented = false): string {
  const text = JSON.stringify(value, undefined, indented ? 2 : 0) ?? 'null';
  return `${text.replace(BARE, escaped)}\n`;
}
