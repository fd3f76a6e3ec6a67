import { UsageError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import type { Slash } from './state.ts';

/** What a line says; undefined: nothing. `rest` is everything behind the command's name. */
export type Line = { kind: 'slash'; slash: Slash; rest: string } | { kind: 'talk'; text: string } | undefined;

/** The command that a line names, if there is such a one, and what is behind it. */
export function wordOf(
  text: string,
  slashes: Slash[],
): { word: string; slash: Slash | undefined; rest: string } {
  const [, word = '', rest = ''] = /^\s*\/?(\S*)\s*([\s\S]*?)\s*$/.exec(text) ?? [];
  const wanted = word.toLowerCase();
  const slash = slashes.find(({ name, aliases }) => name === wanted || aliases.includes(wanted));
  return { word, slash, rest };
}

/**
 * A line of the session. `talks`: what is no command is said to somebody. Throws UsageError `unknown_command` with the
 * nearest name.
 */
export function parseLine(text: string, slashes: Slash[], talks: boolean): Line {
  const line = text.trim();
  if (line === '') return undefined;
  const { word, slash, rest } = wordOf(line === '/' ? '/help' : line, slashes);
  const hasSlash = line.startsWith('/');
  // Without a slash only what people type by reflex.
  const reflex = slash && /^(exit|quit|bye|help)$/i.test(line);
  if (slash && (hasSlash || reflex)) return { kind: 'slash', slash, rest };
  if (!hasSlash && talks) return { kind: 'talk', text: line };
  if (!hasSlash) {
    throw new UsageError('unknown_command', 'commands begin with a slash', {
      hint: slash ? `did you mean /${line.split('\n', 1)[0]}?` : 'see them all with /help',
    });
  }
  throw unknownSlash(word, slashes);
}

export function unknownSlash(word: string, slashes: Slash[]): UsageError {
  const guess = nearest(
    word,
    slashes.flatMap(({ name, aliases }) => [name, ...aliases]),
  );
  return new UsageError('unknown_command', `there is no command /${word}`, {
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
