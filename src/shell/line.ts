import { UsageError } from '../errors.ts';
import { nearest } from '../nearest.ts';

type SlashName = 'tools' | 'call' | 'resources' | 'read' | 'prompts' | 'prompt' | 'help' | 'exit';

type Slash = { name: SlashName; aliases: string[]; usage: string; about: string };

export const SLASHES: Slash[] = [
  { name: 'tools', aliases: [], usage: '/tools', about: 'list the tools' },
  {
    name: 'call',
    aliases: ['execute', 'exec', 'run'],
    usage: '/call NAME key=value…',
    about: 'call a tool; also key:=json, key=@file, or {…}',
  },
  { name: 'resources', aliases: [], usage: '/resources', about: 'list the resources and templates' },
  {
    name: 'read',
    aliases: [],
    usage: '/read URI',
    about: 'show a resource; /read TEMPLATE key=value fills one in',
  },
  { name: 'prompts', aliases: [], usage: '/prompts', about: 'list the prompts' },
  { name: 'prompt', aliases: [], usage: '/prompt NAME key=value…', about: 'show the messages of a prompt' },
  { name: 'help', aliases: ['h', '?'], usage: '/help', about: 'show this' },
  { name: 'exit', aliases: ['quit', 'q', 'bye'], usage: '/exit', about: 'leave; Ctrl-D does the same' },
];

/** What a line says; `rest` is everything behind the command's name. */
export type Line = { name: SlashName; rest: string } | undefined;

/** A line of the session: undefined for an empty one. Throws UsageError `unknown_command` with the nearest name. */
export function parseLine(text: string): Line {
  const line = text.trim();
  if (line === '') return undefined;
  if (line === '/') return { name: 'help', rest: '' };
  const [, slash, word = '', rest = ''] = /^(\/?)(\S*)\s*([\s\S]*)$/.exec(line) ?? [];
  const wanted = word.toLowerCase();
  const found = SLASHES.find(({ name, aliases }) => name === wanted || aliases.includes(wanted));
  // Without a slash only what people type by reflex: other words will be a chat's.
  const reflex =
    found && (found.name === 'exit' || found.name === 'help') && rest === '' && wanted.length > 3;
  if (found && (slash || reflex)) return { name: found.name, rest };
  if (!slash) {
    throw new UsageError('unknown_command', 'commands begin with a slash', {
      hint: 'see them all with /help',
    });
  }
  const guess = nearest(
    wanted,
    SLASHES.flatMap(({ name, aliases }) => [name, ...aliases]),
  );
  throw new UsageError('unknown_command', `there is no command /${word}`, {
    hint: guess === undefined ? 'see them all with /help' : `did you mean /${guess}?`,
  });
}

/** Splits as a POSIX shell does for plain words: quotes group, a backslash takes the next character as it is. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? '';
    if (quote === "'" ? false : character === '\\' && escapes(quote, text[at + 1])) {
      word = (word ?? '') + (text[++at] ?? '');
    } else if (quote !== '') {
      if (character === quote) quote = '';
      else word = (word ?? '') + character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quote !== '')
    throw new UsageError('open_quote', `a ${quote} is not closed`, {
      hint: 'close it, or write a backslash before it',
    });
  if (word !== undefined) words.push(word);
  return words;
}

/** Inside double quotes a backslash means itself, unless it stands before a quote or another backslash. */
function escapes(quote: string, next: string | undefined): boolean {
  if (next === undefined) return false;
  return quote === '' || next === '"' || next === '\\';
}

/** `/call`'s part: the tool's name, then words or one JSON object, quoted or not. */
export function parseCall(rest: string): { name: string; words: string[]; json: string | undefined } {
  const [, name = '', behind = ''] = /^(\S*)\s*([\s\S]*)$/.exec(rest.trim()) ?? [];
  if (name === '') {
    throw new UsageError('missing_argument', '/call needs the name of a tool', {
      hint: 'for example: /call search query=hello',
    });
  }
  if (behind.startsWith('{')) return { name, words: [], json: behind };
  const words = splitWords(behind);
  const [only] = words;
  return words.length === 1 && only?.startsWith('{')
    ? { name, words: [], json: only }
    : { name, words, json: undefined };
}
