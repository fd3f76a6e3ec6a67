// What Tab proposes. Everything a server says is only taken if it is plain text: it goes into the line as it is.

import { textArguments } from '../session/prompt-arguments.ts';
import type { Completable, Session } from '../session/session.ts';
import { variablesOf } from '../session/template.ts';
import { sanitize } from '../ui/sanitize.ts';
import { SLASHES, splitWords } from './line.ts';

/** All that the end of `line` may become, and that end. Rejects if a server does. */
export async function proposals(sessions: Session[], line: string): Promise<[string[], string]> {
  const [, command, rest] = /^\s*\/(\S+)\s+(.*)$/s.exec(line) ?? [];
  const end = /\S*$/.exec(line)?.[0] ?? '';
  if (command === undefined || rest === undefined) {
    const all = SLASHES.flatMap(({ name, aliases }) => [name, ...aliases]).map((name) => `/${name}`);
    return [line.startsWith('/') ? all.filter((each) => each.startsWith(line)) : [], line];
  }
  const slash = SLASHES.find(({ name, aliases }) => name === command || aliases.includes(command))?.name;
  const [first = '', ...words] = rest.split(/\s+/);
  const found =
    words.length === 0 ? await names(sessions, slash) : await values(sessions, slash, first, words);
  return [found.filter((each) => each.startsWith(end) && sanitize(each) === each), end];
}

async function names(sessions: Session[], slash: string | undefined): Promise<string[]> {
  return settled(sessions, async (session) => {
    if (slash === 'call') return (await session.listTools()).map(({ name }) => name);
    if (slash === 'prompt') return (await session.listPrompts()).map(({ name }) => name);
    if (slash !== 'read') return [];
    const [resources, templates] = await Promise.all([
      session.listResources(),
      session.listResourceTemplates(),
    ]);
    return [...resources.map(({ uri }) => uri), ...templates.map(({ uriTemplate }) => uriTemplate)];
  });
}

/** The names of arguments, and behind a `=` what the server proposes for one. */
async function values(
  sessions: Session[],
  slash: string | undefined,
  first: string,
  words: string[],
): Promise<string[]> {
  const [, name, value = ''] = /^([^=]+)=(.*)$/.exec(words.at(-1) ?? '') ?? [];
  return settled(sessions, async (session) => {
    const of: Completable =
      slash === 'read' ? { type: 'ref/resource', uri: first } : { type: 'ref/prompt', name: first };
    const known =
      slash === 'read'
        ? variablesOf(first).map((each) => each.name)
        : slash === 'prompt'
          ? ((await session.listPrompts()).find((prompt) => prompt.name === first)?.arguments ?? []).map(
              (each) => each.name,
            )
          : [];
    if (name === undefined) return known.map((each) => `${each}=`);
    if (!known.includes(name)) return [];
    const given = await textArguments(splitWords(words.slice(0, -1).join(' ')), async () => '');
    const { values } = await session.complete(of, { name, value }, given);
    // A word with a blank would have to be quoted from its beginning.
    return values.filter((each) => /^[^\s"'\\]*$/.test(each)).map((each) => `${name}=${each}`);
  });
}

async function settled(sessions: Session[], ask: (session: Session) => Promise<string[]>): Promise<string[]> {
  const all = await Promise.allSettled(sessions.map((session) => ask(session)));
  return [...new Set(all.flatMap((each) => (each.status === 'fulfilled' ? each.value : [])))];
}
