// The names that tools have for a model: what providers allow, no two alike, and back to exactly one tool.
import { createHash } from 'node:crypto';

/** Characters. */
const LONGEST = 64;
const MARK = 8;

/**
 * A name for each of the pairs, in their order: `[a-zA-Z0-9_-]`, at most 64 characters, no two alike. One server's tools keep
 * theirs; with several, the server's comes first. What does not fit, or is there twice, ends in a mark made of both
 * names, so that no server can choose to be called like another one's tool. Pure.
 */
export function wireNames(pairs: readonly { server: string; tool: string }[]): string[] {
  const several = new Set(pairs.map(({ server }) => server)).size > 1;
  const plain = pairs.map(({ server, tool }) => (several ? `${server}__${tool}` : tool));
  const count = new Map<string, number>();
  for (const name of plain) count.set(name, (count.get(name) ?? 0) + 1);
  const fits = (name: string) => /^[a-zA-Z][a-zA-Z0-9_-]*$/.test(name) && name.length <= LONGEST;
  const taken = new Set(plain.filter((name) => fits(name) && count.get(name) === 1));
  return pairs.map(({ server, tool }, index) => {
    const name = plain[index] ?? tool;
    if (fits(name) && count.get(name) === 1) return name;
    for (let turn = 0; ; turn++) {
      const made = marked(name, [server, tool, turn]);
      if (taken.has(made)) continue;
      taken.add(made);
      return made;
    }
  });
}

function marked(name: string, of: (string | number)[]): string {
  const mark = createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, MARK);
  const clean = name.replace(/[^a-zA-Z0-9_-]/g, '_').replace(/^[^a-zA-Z]/, 't$&');
  return `${clean.slice(0, LONGEST - MARK - 1)}_${mark}`;
}
