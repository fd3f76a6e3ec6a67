// What several servers have, asked side by side.

import { type Outcome, sideBySide, throwFailures } from '../session/side-by-side.ts';
import { sanitize } from '../ui/sanitize.ts';
import type { Link } from './state.ts';

export type Found<T> = { link: Link; items: T[] };

/** A server that does not offer it, or is away, hides no other one: it is a failure only if none answers. */
export async function everywhere<T>(links: Link[], ask: (link: Link) => Promise<T[]>): Promise<Found<T>[]> {
  const open = new Map(links.map((link) => [link.session.server, link]));
  const outcomes: Outcome<Found<T>>[] = await sideBySide([...open.keys()], async (server) => {
    const link = open.get(server) as Link;
    return { link, items: await ask(link) };
  });
  const found = outcomes.flatMap(({ value }) => (value ? [value] : []));
  if (found.length === 0) throwFailures(outcomes);
  return found;
}

/** `2 Available Prompts`, and each with its server where there are several. Pure. */
export function listing(found: Found<string>[], what: string, several: boolean): string {
  const count = found.reduce((sum, { items }) => sum + items.length, 0);
  const rows = found.flatMap(({ link, items }) =>
    items.map((item) => `- ${sanitize(several ? `${link.session.server}/${item}` : item)}\n`),
  );
  return `${count} Available ${count === 1 ? what : `${what}s`}\n${rows.join('')}`;
}

export type Listed = { names: string[]; wide: 'details' | 'raw' | undefined };

const WIDE: Record<string, Listed['wide']> = {
  '--details': 'details',
  '--detailed': 'details',
  '--raw': 'raw',
  '--json': 'raw',
};

/** The words behind `/tools` and the like; `list` and `--all` say what is done anyway. Pure. */
export function listWords(words: string[]): Listed {
  const names = words.filter((each) => WIDE[each] === undefined && each !== 'list' && each !== '--all');
  return { names, wide: words.map((each) => WIDE[each]).find((each) => each !== undefined) };
}
