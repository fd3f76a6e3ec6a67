// What Tab proposes. Everything a server says is only taken if it is plain text: it goes into the line as it is.

import { sanitize } from '../ui/sanitize.ts';
import { wordOf } from './line.ts';
import type { Link, Shell } from './state.ts';

/** All that the end of `line` may become, and that end. Rejects if a server does. */
export async function proposals(shell: Shell, line: string): Promise<[string[], string]> {
  const { slashes } = shell;
  const behind = /^\s*\/\S+\s+(.*)$/s.exec(line)?.[1];
  const end = /\S*$/.exec(line)?.[0] ?? '';
  if (behind === undefined) {
    const begun = (names: string[]) =>
      names.map((name) => `/${name}`).filter((each) => each.startsWith(line));
    if (!line.startsWith('/')) return [[], line];
    const found = begun(slashes.map(({ name }) => name));
    // Twice as many names to choose from are no help, unless it is one of those that was begun.
    return [found.length > 0 ? found : begun(slashes.flatMap(({ aliases }) => aliases)), line];
  }
  const words = behind.split(/\s+/);
  const last = words.pop() ?? '';
  const found = (await wordOf(line, slashes).slash?.propose?.(shell, words, last)) ?? [];
  return [some(found.filter((each) => each.startsWith(end) && isWord(each))), end];
}

/** As many as can be looked at. */
const MOST = 200;

/** A server may have thousands. What says so begins like none of them, so that nothing is completed by what is left out. */
function some(found: string[]): string[] {
  const left = found.length - MOST;
  return left > 0 ? [...found.slice(0, MOST), `(and ${left} more)`] : found;
}

/** A URI with ` --output FILE` behind it would be typed for the person, and so would a name that is a flag. */
function isWord(text: string): boolean {
  return sanitize(text) === text && /^[^\s"'\\-][^\s"'\\]*$/.test(text);
}

/** What all servers have to propose; one that fails proposes nothing. */
export async function everyones(shell: Shell, ask: (link: Link) => Promise<string[]>): Promise<string[]> {
  const all = await Promise.allSettled(shell.links.map((link) => ask(link)));
  return [...new Set(all.flatMap((each) => (each.status === 'fulfilled' ? each.value : [])))];
}

/**
 * What the one server proposes that has something of this name, which may be written with the server's; `has` gives the
 * names. No other server is told what is being typed.
 */
export async function ofOne(
  shell: Shell,
  name: string,
  has: (link: Link) => Promise<string[]>,
  ask: (link: Link, own: string) => Promise<string[]>,
): Promise<string[]> {
  const found = await Promise.all(
    shell.links.map(async (link) => {
      const all = await has(link).catch(() => []);
      const own = all.find((each) => each === name || `${link.session.server}/${each}` === name);
      return own === undefined ? [] : [{ link, own }];
    }),
  );
  const [one, ...more] = found.flat();
  return one && more.length === 0 ? ask(one.link, one.own) : [];
}

/** Names that two servers have are written with the server's. */
export async function names(shell: Shell, ask: (link: Link) => Promise<string[]>): Promise<string[]> {
  const all = await Promise.allSettled(
    shell.links.map(async (link) => ({ server: link.session.server, own: await ask(link) })),
  );
  const found = all.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const times = new Map<string, number>();
  for (const name of found.flatMap(({ own }) => own)) times.set(name, (times.get(name) ?? 0) + 1);
  return found.flatMap(({ server, own }) =>
    own.map((name) => ((times.get(name) ?? 0) > 1 ? `${server}/${name}` : name)),
  );
}

/** `values` of one argument as words; one that begins with `@` would send a file of the person's to the server. */
export function asWords(name: string, values: string[]): string[] {
  return values.filter((each) => !each.startsWith('@')).map((each) => `${name}=${each}`);
}
