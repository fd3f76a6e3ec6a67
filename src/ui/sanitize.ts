// What a server sent is shown on a terminal only through here: an escape sequence could rewrite what a person
// has read, set the clipboard (OSC 52) or type for them; a bidi override could show a URL backwards.

// CSI; OSC, DCS, SOS, PM and APC up to their end; any other escape sequence. In 7 and 8 bits, because xterm takes both.
const SEQUENCES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]?/g;

/** Control, lone surrogate, bidi, invisible and tag characters. ZWJ and ZWNJ stay: emoji and scripts need them. */
const HIDDEN =
  /[\p{Cc}\p{Cs}\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

function visible(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0xd800 && code <= 0xdfff) return '\ufffd';
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

/** One line that is safe on a terminal: sequences gone, line breaks and tabs are spaces, the rest made visible. */
export function sanitize(text: string): string {
  const lines = text.replace(SEQUENCES, '').split(/[\r\n]+/);
  // Not by an expression: one that looks for blanks before a line break takes hours over a megabyte of blanks.
  const joined = lines.map((line, index) => trimmed(line, index > 0, index < lines.length - 1)).join(' ');
  return joined.replaceAll('\t', ' ').replace(HIDDEN, visible);
}

function trimmed(line: string, start: boolean, end: boolean): string {
  const left = start ? line.trimStart() : line;
  return end ? left.trimEnd() : left;
}

/** The same for text of several lines: `\n` and `\t` stay, `\r\n` becomes `\n`. */
export function sanitizeLines(text: string): string {
  return text
    .replace(/\r\n/g, '\n')
    .replace(SEQUENCES, '')
    .replace(HIDDEN, (character) =>
      character === '\n' || character === '\t' ? character : visible(character),
    );
}
