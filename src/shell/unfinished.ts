// Whether a line goes on in the next one. Pure.

/** A backslash at the end, or JSON of a command's arguments that is not closed yet. */
export function isUnfinished(text: string): boolean {
  if (/(?:^|[^\\])(?:\\\\)*\\$/.test(text)) return true;
  if (!/^\s*\//.test(text)) return false;
  // `memo://page/{id}` is a template and no JSON: that begins a word, or follows `:=`.
  const start = /(?:\s'?|:=)[[{]/.exec(text);
  return start !== null && isOpen(text.slice(start.index + start[0].length - 1));
}

function isOpen(json: string): boolean {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (character === '\\') at++;
    else if (character === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (character === '{' || character === '[') depth++;
    else if ((character === '}' || character === ']') && --depth === 0) return false;
  }
  return true;
}

/** The lines of one input together: a backslash at the end of a line was only there to go on. */
export function joined(lines: string[]): string {
  return lines.map((line, index) => (index < lines.length - 1 ? line.replace(/\\$/, '') : line)).join('\n');
}
