// How many cells a string takes on a terminal. Enough of UAX #11 for names and descriptions: East Asian wide
// and full-width ranges and emoji take two, combining marks and joiners none.
const WIDE: [number, number][] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18cff],
  [0x1aff0, 0x1b2ff],
  [0x1f200, 0x1f2ff],
  [0x20000, 0x3fffd],
];
const PLAIN = /^[\u0020-\u007e]*$/;
/** Made with the first text beyond ASCII: it takes nine milliseconds. */
let graphemes: Intl.Segmenter | undefined;
/** Code units at a time: the segmenter takes quadratic time over a string. */
const PIECE = 128;

/** What a reader takes for one character each. */
function* characters(text: string): Generator<string> {
  graphemes ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  for (let at = 0; at < text.length; ) {
    const end = border(text, at, at + PIECE);
    for (const { segment } of graphemes.segment(text.slice(at, end))) yield segment;
    at = end;
  }
}

/** Before a letter of ASCII there is one for sure; without any, a character in a very long run may count as two. */
function border(text: string, start: number, end: number): number {
  if (end >= text.length) return text.length;
  for (let at = end; at > start; at--) if (PLAIN.test(text.charAt(at))) return at;
  return /[\udc00-\udfff]/.test(text.charAt(end)) ? end - 1 : end;
}

function cells(grapheme: string): number {
  const code = grapheme.codePointAt(0) ?? 0;
  if (/^\p{Emoji_Presentation}/u.test(grapheme) || grapheme.includes('\ufe0f')) return 2;
  if (WIDE.some(([from, to]) => code >= from && code <= to)) return 2;
  return /^[\p{M}\p{Cf}]/u.test(grapheme) ? 0 : 1;
}

export function width(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let total = 0;
  for (const each of characters(text)) total += cells(each);
  return total;
}

/** `text` in at most `limit` cells, with an ellipsis, of one cell for each character, if something was cut. */
export function cut(text: string, limit: number, ellipsis = '…'): string {
  if (width(text) <= limit) return text;
  let out = '';
  let used = 0;
  for (const each of characters(text)) {
    const next = cells(each);
    if (used + next > limit - ellipsis.length) break;
    out += each;
    used += next;
  }
  return `${out.trimEnd()}${ellipsis}`;
}

/** `text` in lines of at most `limit` cells (at least two), broken at blanks, and inside a word only if it is longer. */
export function wrap(text: string, limit: number): string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  const next = () => {
    lines.push(line);
    line = '';
    used = 0;
  };
  for (const word of text.split(' ')) {
    if (word === '') continue;
    const long = width(word);
    if (line !== '' && used + 1 + long > limit) next();
    if (line !== '') {
      line += ' ';
      used += 1;
    }
    if (long <= limit) {
      line += word;
      used += long;
      continue;
    }
    for (const each of characters(word)) {
      const more = cells(each);
      if (used + more > limit) next();
      line += each;
      used += more;
    }
  }
  if (line !== '' || lines.length === 0) next();
  return lines;
}

/** The same for a text with styles of ours in it; blanks at its beginning stay, and a word that is too long is not broken. */
export function wrapStyled(text: string, limit: number): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the styles are what it leaves out
  const cellsOf = (word: string) => width(word.replace(/\u001b\[\d+m/g, ''));
  const [indent = ''] = /^ */.exec(text) ?? [];
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const word of text.slice(indent.length).split(' ')) {
    const long = cellsOf(word);
    if (line !== '' && used + 1 + long > limit) {
      lines.push(line);
      line = '';
      used = 0;
    }
    if (line === '' && lines.length === 0) [line, used] = [indent + word, indent.length + long];
    else if (line === '') [line, used] = [word, long];
    else [line, used] = [`${line} ${word}`, used + 1 + long];
  }
  return [...lines, line];
}
