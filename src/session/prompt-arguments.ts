import type { Prompt } from '@modelcontextprotocol/client';
import { UsageError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { parseWord, type Word } from './arguments.ts';
import { unknownName } from './input-schema.ts';

/** `key=value` and `key=@file` as texts. Throws UsageError `bad_argument` for JSON, and for a key given twice. */
export async function textArguments(
  words: string[],
  readFile: (path: string) => Promise<string>,
): Promise<Record<string, string>> {
  const given: Record<string, string> = Object.create(null);
  for (const word of words.map(parseWord)) {
    if (word.kind === 'json') throw onlyText(word);
    if (Object.hasOwn(given, word.key)) {
      throw new UsageError('bad_argument', `${word.key} is given twice`, { hint: 'keep one of the two' });
    }
    given[word.key] = word.kind === 'file' ? await readFile(word.value) : word.value;
  }
  return given;
}

/** The values of a JSON object, if all of them are texts. Throws UsageError `bad_arguments` that names those that are not. */
export function onlyTexts(values: Record<string, unknown>): Record<string, string> {
  const other = Object.keys(values).filter((key) => typeof values[key] !== 'string');
  if (other.length === 0) return values as Record<string, string>;
  throw new UsageError('bad_arguments', `arguments of a prompt are texts, and not so: ${other.join(', ')}`, {
    hint: 'write each value in quotes: {"key":"value"}',
  });
}

function onlyText({ key, value }: Word): UsageError {
  return new UsageError('bad_argument', `${key} is a text here, and no JSON`, {
    hint: `write ${key}=${value}`,
  });
}

/** Throws UsageError `unknown_prompt` with the nearest name. */
export function findPrompt(prompts: Prompt[], name: string, server: string): Prompt {
  const found = prompts.find((prompt) => prompt.name === name);
  if (found) return found;
  const guess = nearest(
    name,
    prompts.map((prompt) => prompt.name),
  );
  throw new UsageError('unknown_prompt', `there is no prompt named "${name}" on ${server}`, {
    hint: guess === undefined ? 'see what there is: mcp-cli prompts list' : `did you mean ${guess}?`,
    server,
  });
}

/** Throws UsageError `bad_arguments` that names every fault at once. */
export function checkPromptArguments(prompt: Prompt, given: Record<string, string>): void {
  const known = prompt.arguments ?? [];
  const names = known.map(({ name }) => name);
  const wrong = [
    ...Object.keys(given)
      .filter((name) => !names.includes(name))
      .map((name) => unknownName(name, name, names)),
    ...known
      .filter(({ name, required }) => required && !Object.hasOwn(given, name))
      .map(({ name }) => `${name} is missing`),
  ];
  if (wrong.length === 0) return;
  throw new UsageError('bad_arguments', `wrong arguments for ${prompt.name}: ${wrong.join('; ')}`, {
    hint: names.length > 0 ? `it takes: ${names.join(', ')}` : 'it takes no arguments',
  });
}
