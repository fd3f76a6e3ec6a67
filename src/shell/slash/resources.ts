import { UsageError } from '../../errors.ts';
import { readArgumentFile } from '../../session/argument-file.ts';
import { textArguments } from '../../session/prompt-arguments.ts';
import { expandTemplate, isTemplate, variablesOf } from '../../session/template.ts';
import { contentsText } from '../../ui/contents.ts';
import { everywhere, listing, listWords } from '../everywhere.ts';
import { splitWords } from '../line.ts';
import { asWords, everyones, ofOne } from '../proposals.ts';
import type { Link, Shell, Slash } from '../state.ts';
import { findLink } from './servers.ts';

const uris = async ({ shelves }: Link): Promise<string[]> => {
  const { resources, templates } = await shelves.resources();
  return [...resources.map(({ uri }) => uri), ...templates.map(({ uriTemplate }) => uriTemplate)];
};

export const resourceSlashes: Slash[] = [
  {
    name: 'resources',
    aliases: [],
    usage: '/resources [SERVER] [--details|--raw]',
    about: 'list the resources and templates',
    propose: async ({ links }) => links.map(({ name }) => name),
    run: resources,
  },
  {
    name: 'read',
    aliases: [],
    usage: '/read URI',
    about: 'show a resource; /read TEMPLATE key=value fills one in',
    details: ['/read URI --output FILE writes it into a file.'],
    propose: async (shell, words, last) => {
      const [uri] = words;
      return uri === undefined ? everyones(shell, uris) : values(shell, uri, words.slice(1), last);
    },
    run: read,
  },
  {
    name: 'watch',
    aliases: [],
    usage: '/watch URI',
    about: 'a line for every update of a resource, until Ctrl-C',
    endless: true,
    propose: (shell, words) =>
      words.length > 0
        ? Promise.resolve([])
        : everyones(shell, async ({ shelves }) =>
            (await shelves.resources()).resources.map(({ uri }) => uri),
          ),
    async run(shell, rest, signal) {
      const [given = '', ...words] = splitWords(rest);
      if (given === '') throw missing('/watch needs a URI', '/watch memo://readme');
      const { link, uri } = await owner(shell, given);
      await shell.command(['resources', 'watch', uri, '--server', link.name, ...words], signal);
    },
  },
];

async function resources(shell: Shell, rest: string, signal: AbortSignal): Promise<void> {
  const { links, workspace } = shell;
  const { names, wide } = listWords(splitWords(rest));
  const asked = names.length > 0 ? names.map((name) => findLink(shell, name)) : links;
  if (wide || workspace.flags.format !== 'text') {
    const server = ['--server', asked.map(({ name }) => name).join(',')];
    return shell.command(['resources', 'list', ...server, ...(wide === 'raw' ? ['--json'] : [])], signal);
  }
  for (const { shelves } of asked) shelves.forget('resources');
  const found = await everywhere(asked, uris);
  if (!signal.aborted) workspace.deps.out(listing(found, 'Resource', links.length > 1));
}

/** The first word is a URI, or a template that the others fill in. */
async function read(shell: Shell, rest: string, signal: AbortSignal): Promise<void> {
  const { deps, flags } = shell.workspace;
  const [given = '', ...words] = splitWords(rest);
  if (given === '') throw missing('/read needs a URI', '/read memo://readme');
  const { link, uri } = await owner(shell, given);
  if (flags.format !== 'text' || words.some((each) => each.startsWith('--')))
    return shell.command(['resources', 'read', uri, '--server', link.name, ...words], signal);
  const known = await textArguments(words, (path) => readArgumentFile(deps.cwd, path));
  const result = await link.session.readResource(isTemplate(uri) ? expandTemplate(uri, known) : uri, signal);
  if (!signal.aborted) deps.out(contentsText(result.contents));
}

/** The server of a URI: the only one, the one written before it (`notes/memo://readme`), or the one that lists it. */
async function owner({ links }: Shell, given: string): Promise<{ link: Link; uri: string }> {
  const [only, ...more] = links;
  if (only && more.length === 0) return { link: only, uri: given };
  const named = links.find(({ session }) => given.startsWith(`${session.server}/`));
  if (named) return { link: named, uri: given.slice(named.session.server.length + 1) };
  const found = await everywhere(links, async ({ shelves }) => (await shelves.resources()).resources);
  const owners = found.filter(({ items }) => items.some(({ uri }) => uri === given));
  const [one] = owners;
  if (one && owners.length === 1) return { link: one.link, uri: given };
  throw new UsageError('ambiguous_resource', `it is not clear which server has ${given}`, {
    hint: `write ${found[0]?.link.session.server ?? 'NAME'}/${given}`,
  });
}

/** The names that a template needs, and behind a `=` what the server proposes for one. */
async function values(shell: Shell, uri: string, words: string[], last: string): Promise<string[]> {
  const [, name, value = ''] = /^([^=]+)=(.*)$/.exec(last) ?? [];
  const known = variablesOf(uri).map((each) => each.name);
  if (name === undefined) return known.map((each) => `${each}=`);
  if (!known.includes(name)) return [];
  const given = await textArguments(splitWords(words.join(' ')), async () => '');
  const templates = async ({ shelves }: Link) =>
    (await shelves.resources()).templates.map(({ uriTemplate }) => uriTemplate);
  return ofOne(shell, uri, templates, async ({ session }, own) =>
    asWords(
      name,
      (await session.complete({ type: 'ref/resource', uri: own }, { name, value }, given)).values,
    ),
  );
}

function missing(what: string, example: string): UsageError {
  return new UsageError('missing_argument', what, { hint: `for example: ${example}` });
}
