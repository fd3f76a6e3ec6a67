// Resources and prompts in the session.

import type { Deps } from '../deps.ts';
import { UsageError } from '../errors.ts';
import { readArgumentFile } from '../session/argument-file.ts';
import { checkPromptArguments, findPrompt, textArguments } from '../session/prompt-arguments.ts';
import type { Session } from '../session/session.ts';
import { type Outcome, sideBySide, throwFailures } from '../session/side-by-side.ts';
import { expandTemplate, isTemplate } from '../session/template.ts';
import { contentsText, messagesText } from '../ui/contents.ts';
import { sanitize } from '../ui/sanitize.ts';
import { splitWords } from './line.ts';

type Shell = { deps: Deps; sessions: Session[] };

export async function showResources({ deps, sessions }: Shell, signal: AbortSignal): Promise<void> {
  const found = await everywhere(sessions, async (session) => {
    const [resources, templates] = await Promise.all([
      session.listResources(),
      session.listResourceTemplates(),
    ]);
    return [...resources.map(({ uri }) => uri), ...templates.map(({ uriTemplate }) => uriTemplate)];
  });
  if (!signal.aborted) deps.out(listing(found, 'Resource', sessions.length > 1));
}

export async function showPrompts({ deps, sessions }: Shell, signal: AbortSignal): Promise<void> {
  const found = await everywhere(sessions, async (session) =>
    (await session.listPrompts()).map(({ name }) => name),
  );
  if (!signal.aborted) deps.out(listing(found, 'Prompt', sessions.length > 1));
}

type Found<T> = { session: Session; items: T[] };

/** A server that does not offer it, or is away, hides no other one. */
async function everywhere<T>(
  sessions: Session[],
  ask: (session: Session) => Promise<T[]>,
): Promise<Found<T>[]> {
  const open = new Map(sessions.map((session) => [session.server, session]));
  const outcomes: Outcome<Found<T>>[] = await sideBySide([...open.keys()], async (server) => {
    const session = open.get(server) as Session;
    return { session, items: await ask(session) };
  });
  const found = outcomes.flatMap(({ value }) => (value ? [value] : []));
  if (found.length === 0) throwFailures(outcomes);
  return found;
}

function listing(found: Found<string>[], what: string, several: boolean): string {
  const count = found.reduce((sum, { items }) => sum + items.length, 0);
  const rows = found.flatMap(({ session, items }) =>
    items.map((item) => `- ${sanitize(several ? `${session.server}/${item}` : item)}\n`),
  );
  return `${count} Available ${count === 1 ? what : `${what}s`}\n${rows.join('')}`;
}

/** `/read`: the first word is a URI, or a template that the others fill in. */
export async function readResource(shell: Shell, rest: string, signal: AbortSignal): Promise<void> {
  const { deps, sessions } = shell;
  const [given = '', ...words] = splitWords(rest);
  if (given === '') throw missing('/read needs a URI', '/read memo://readme');
  const values = await textArguments(words, (path) => readArgumentFile(deps.cwd, path));
  const { session, uri } = await owner(sessions, given);
  const result = await session.readResource(isTemplate(uri) ? expandTemplate(uri, values) : uri, signal);
  if (!signal.aborted) deps.out(contentsText(result.contents));
}

/** The server of a URI: the only one, the one written before it (`notes/memo://readme`), or the one that lists it. */
async function owner(sessions: Session[], given: string): Promise<{ session: Session; uri: string }> {
  const [only, ...more] = sessions;
  if (only && more.length === 0) return { session: only, uri: given };
  const named = sessions.find(({ server }) => given.startsWith(`${server}/`));
  if (named) return { session: named, uri: given.slice(named.server.length + 1) };
  const found = await everywhere(sessions, (session) => session.listResources());
  const owners = found.filter(({ items }) => items.some(({ uri }) => uri === given));
  const [one] = owners;
  if (one && owners.length === 1) return { session: one.session, uri: given };
  throw new UsageError('ambiguous_resource', `it is not clear which server has ${given}`, {
    hint: `write ${found[0]?.session.server ?? 'NAME'}/${given}`,
  });
}

/** `/prompt`: the name, `server/name` where two servers have it, and its arguments. */
export async function getPrompt(shell: Shell, rest: string, signal: AbortSignal): Promise<void> {
  const { deps, sessions } = shell;
  const [name = '', ...words] = splitWords(rest);
  if (name === '') throw missing('/prompt needs the name of a prompt', '/prompt review text=hello');
  const given = await textArguments(words, (path) => readArgumentFile(deps.cwd, path));
  const found = await everywhere(sessions, (session) => session.listPrompts());
  const owners = found.filter(({ session, items }) =>
    items.some((prompt) => prompt.name === name || `${session.server}/${prompt.name}` === name),
  );
  const [one] = owners;
  if (owners.length > 1) {
    const names = owners.map(({ session }) => session.server);
    throw new UsageError('ambiguous_prompt', `${names.join(' and ')} both have a prompt named ${name}`, {
      hint: `write ${names[0]}/${name}`,
    });
  }
  const where = sessions.map(({ server }) => server).join(' or ');
  const all = (one ? [one] : found).flatMap(({ items }) => items);
  const own =
    one && name.startsWith(`${one.session.server}/`) ? name.slice(one.session.server.length + 1) : name;
  const prompt = findPrompt(all, all.some((each) => each.name === name) ? name : own, where);
  checkPromptArguments(prompt, given);
  const result = await one?.session.getPrompt(prompt.name, given, signal);
  if (result && !signal.aborted) deps.out(messagesText(result));
}

function missing(what: string, example: string): UsageError {
  return new UsageError('missing_argument', what, { hint: `for example: ${example}` });
}
