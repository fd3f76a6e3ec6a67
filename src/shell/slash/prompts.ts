import type { Prompt } from '@modelcontextprotocol/client';
import { UsageError } from '../../errors.ts';
import { readArgumentFile } from '../../session/argument-file.ts';
import { checkPromptArguments, findPrompt, textArguments } from '../../session/prompt-arguments.ts';
import { messagesText } from '../../ui/contents.ts';
import { print } from '../../ui/print.ts';
import { everywhere, listing, listWords } from '../everywhere.ts';
import { splitWords } from '../line.ts';
import { asWords, names, ofOne } from '../proposals.ts';
import type { Link, Shell, Slash } from '../state.ts';
import { findLink } from './servers.ts';

export const promptSlashes: Slash[] = [
  {
    name: 'prompts',
    aliases: [],
    usage: '/prompts [SERVER] [--details|--raw]',
    about: 'list the prompts',
    propose: async ({ links }) => links.map(({ name }) => name),
    run: prompts,
  },
  {
    name: 'prompt',
    aliases: [],
    usage: '/prompt NAME key=value…',
    about: 'show the messages of a prompt',
    propose: async (shell, words, last) => {
      const [name] = words;
      if (name === undefined)
        return names(shell, async ({ shelves }) => (await shelves.prompts()).map((each) => each.name));
      return values(shell, name, words.slice(1), last);
    },
    run: prompt,
  },
  {
    name: 'skills',
    aliases: ['skill'],
    usage: '/skills [NAME [FILE]]',
    about: 'list the skills, or show one',
    async run(shell, rest, signal) {
      const [first, ...more] = splitWords(rest);
      if (first === undefined || first.startsWith('--') || first === 'list')
        return shell.command(
          ['skills', 'list', ...(first === 'list' || first === undefined ? more : [first, ...more])],
          signal,
        );
      const words = first === 'read' ? more : [first, ...more];
      await shell.command(['skills', 'read', ...words], signal);
    },
  },
];

async function prompts(shell: Shell, rest: string, signal: AbortSignal): Promise<void> {
  const { links, workspace } = shell;
  const { names: wanted, wide } = listWords(splitWords(rest));
  const asked = wanted.length > 0 ? wanted.map((name) => findLink(shell, name)) : links;
  if (wide || workspace.flags.format !== 'text') {
    const server = ['--server', asked.map(({ name }) => name).join(',')];
    return shell.command(['prompts', 'list', ...server, ...(wide === 'raw' ? ['--json'] : [])], signal);
  }
  const found = await everywhere(asked, async (link) => (await anew(link)).map(({ name }) => name));
  if (!signal.aborted) workspace.deps.out(listing(found, 'Prompt', links.length > 1));
}

/** Not every server says when its list is another one. */
function anew({ shelves }: Link): Promise<Prompt[]> {
  shelves.forget('prompts');
  return shelves.prompts();
}

/** The name, `server/name` where two servers have it, and its arguments. */
async function prompt(shell: Shell, rest: string, signal: AbortSignal): Promise<void> {
  const { links, workspace } = shell;
  const { deps, flags } = workspace;
  const [name = '', ...words] = splitWords(rest);
  if (name === '') {
    throw new UsageError('missing_argument', '/prompt needs the name of a prompt', {
      hint: 'for example: /prompt review text=hello',
    });
  }
  const given = await textArguments(words, (path) => readArgumentFile(deps.cwd, path));
  const found = await everywhere(links, anew);
  const owners = found.filter(({ link, items }) =>
    items.some((each) => each.name === name || `${link.session.server}/${each.name}` === name),
  );
  const [one] = owners;
  if (owners.length > 1) {
    const servers = owners.map(({ link }) => link.session.server);
    throw new UsageError('ambiguous_prompt', `${servers.join(' and ')} both have a prompt named ${name}`, {
      hint: `write ${servers[0]}/${name}`,
    });
  }
  const where = links.map(({ session }) => session.server).join(' or ');
  const all = (one ? [one] : found).flatMap(({ items }) => items);
  const server = one?.link.session.server ?? '';
  const own = name.startsWith(`${server}/`) ? name.slice(server.length + 1) : name;
  const known = findPrompt(all, all.some((each) => each.name === name) ? name : own, where);
  checkPromptArguments(known, given);
  const result = await one?.link.session.getPrompt(known.name, given, signal);
  if (result && !signal.aborted) print({ deps, flags }, { json: result, text: () => messagesText(result) });
}

/** The names of a prompt's arguments, and behind a `=` what the server proposes for one. */
async function values(shell: Shell, prompt: string, words: string[], last: string): Promise<string[]> {
  const [, name, value = ''] = /^([^=]+)=(.*)$/.exec(last) ?? [];
  const given = await textArguments(splitWords(words.join(' ')), async () => '');
  const all = async ({ shelves }: Link) => (await shelves.prompts()).map((each) => each.name);
  return ofOne(shell, prompt, all, async ({ session, shelves }, own) => {
    const found = (await shelves.prompts()).find((each) => each.name === own);
    const known = (found?.arguments ?? []).map((each) => each.name);
    if (name === undefined)
      return known.filter((each) => !Object.hasOwn(given, each)).map((each) => `${each}=`);
    if (!known.includes(name)) return [];
    const of = { type: 'ref/prompt' as const, name: own };
    return asWords(name, (await session.complete(of, { name, value }, given)).values);
  });
}
