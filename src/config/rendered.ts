/** How the file around writes: a line's indentation, one step of it, and the end of a line. */
export type Style = { indent: string; unit: string; eol: string };

/** Characters; a list that is shorter stands on one line, as people write arguments. */
const SHORT = 80;

/** JSON as the file around it has it; without a style on one line. */
export function rendered(value: unknown, style: Style | undefined): string {
  if (style === undefined || typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = { ...style, indent: style.indent + style.unit };
  const list = Array.isArray(value);
  const members = list
    ? value.map((each) => rendered(each, inner))
    : Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}: ${rendered(each, inner)}`);
  const [open, close] = list ? ['[', ']'] : ['{', '}'];
  const line = `${open}${members.join(', ')}${close}`;
  if (members.length === 0 || (list && line.length <= SHORT && !line.includes('{'))) return line;
  const lines = members.map((each) => inner.indent + each).join(`,${style.eol}`);
  return `${open}${style.eol}${lines}${style.eol}${style.indent}${close}`;
}
