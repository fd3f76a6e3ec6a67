// `--elicitation-answers`: what a script answers before it is asked.

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Deps } from '../deps.ts';
import { UsageError } from '../errors.ts';
import { isObject } from '../json-object.ts';
import { note } from '../ui/print.ts';
import type { Flags } from './flags.ts';
import { readInput } from './input.ts';

export type Answers = {
  /** For the next question; `strict`: for that one and no other. */
  next(): { given: Readonly<Record<string, unknown>>; strict: boolean };
};

const FLAG = '--elicitation-answers';
const HINT = `for example: ${FLAG} '{"name":"value"}', or ${FLAG} @answers.json`;

/** One object answers every question by its fields' names; a list has one object for each question, in order. */
export async function readAnswers(deps: Deps, flags: Flags): Promise<Answers | undefined> {
  const { elicitationAnswers: text } = flags;
  if (text === undefined) return undefined;
  const value = parse(await source(text, deps, flags));
  if (!Array.isArray(value)) {
    const given = object(value);
    return { next: () => ({ given, strict: false }) };
  }
  const left = value.map(object);
  return { next: () => ({ given: left.shift() ?? {}, strict: true }) };
}

async function source(text: string, deps: Deps, flags: Flags): Promise<string> {
  if (text === '-') {
    if (deps.stdin.isTTY)
      throw new UsageError('bad_json', `${FLAG} - reads standard input, and that is a terminal`, {
        hint: HINT,
      });
    return readInput(deps, () => note({ deps, flags }, 'waiting for the answers on standard input...'), HINT);
  }
  if (!text.startsWith('@')) return text;
  const path = text.slice(1);
  try {
    return await readFile(resolve(deps.cwd, path), 'utf8');
  } catch (cause) {
    throw new UsageError('unreadable_file', `cannot read ${path}`, {
      hint: `${FLAG} @file reads the answers from a file`,
      cause,
    });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UsageError('bad_json', `${FLAG} is not JSON`, { hint: HINT, cause });
  }
}

function object(value: unknown): Readonly<Record<string, unknown>> {
  if (isObject(value)) return value;
  throw new UsageError('bad_json', `${FLAG} must be a JSON object, or a list of them`, { hint: HINT });
}
