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
  [0x1b000, 0x1b2ff],
  [0x1f200, 0x1f2ff],
  [0x20000, 0x3fffd],
];
const PLAIN = /^[\u0020-\u007e]*$/;
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

function cells(grapheme: string): number {
  const code = grapheme.codePointAt(0) ?? 0;
  if (/^\p{Emoji_Presentation}/u.test(grapheme) || grapheme.includes('\ufe0f')) return 2;
  if (WIDE.some(([from, to]) => code >= from && code <= to)) return 2;
  return /^[\p{M}\p{Cf}]/u.test(grapheme) ? 0 : 1;
}

export function width(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let total = 0;
  for (const { segment } of graphemes.segment(text)) total += cells(segment);
  return total;
}

/** `text` in at most `limit` cells, with an ellipsis if something was cut. */
export function cut(text: string, limit: number): string {
  if (width(text) <= limit) return text;
  let out = '';
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    const next = cells(segment);
    if (used + next > limit - 1) break;
    out += segment;
    used += next;
  }
  return `${out.trimEnd()}…`;
}
