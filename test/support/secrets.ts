// One search over the whole suite: no secret that a counterpart issued or saw may appear in any output, page or file.
// The suite runs in several processes, so both sides are collected in the run's folder and compared when it ends
// (run.ts). What a test shows on purpose, it leaves out of the collection.
import { appendFileSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The folder of this run, shared by all its processes. Made by run.ts; outside vitest, made on first use. */
export function runFolder(): string {
  process.env.MCP_CLI_TEST_RUN ??= mkdtempSync(join(tmpdir(), 'mcp-cli-test-'));
  return process.env.MCP_CLI_TEST_RUN;
}

export type Registered = { kind: string; value: string };
export type Collected = { where: string; text: string };

const known = new Set<string>();

/**
 * From now on `value` must not appear in anything collected, plain or encoded.
 * Throws if it is shorter than 8 characters: it would be found by chance.
 */
export function registerSecret(value: string, kind = 'secret'): string {
  if (value.length < 8)
    throw new Error(`a ${kind} of ${value.length} characters is too short to be searched for`);
  if (!known.has(value)) append('secrets', { kind, value } satisfies Registered);
  known.add(value);
  return value;
}

/** Hands over text that a person, a log or another program could see. */
export function collect(where: string, text: string): void {
  if (text !== '') append('outputs', { where, text } satisfies Collected);
}

/** Leaves a file under a HOME out of the search, such as a configuration that holds its own client secret. */
export function exemptFile(path: string): void {
  append('exempt', { path });
}

/** A new folder that is searched at the end of the run: a HOME. */
export function searchedFolder(name: string): string {
  return made(join(runFolder(), 'searched'), name);
}

/** A new folder that is not: where tests keep configuration files. */
export function unsearchedFolder(name: string): string {
  return made(join(runFolder(), 'kept'), name);
}

function made(parent: string, name: string): string {
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  return mkdtempSync(join(parent, `${name}-`));
}

function append(kind: 'secrets' | 'outputs' | 'exempt', line: object): void {
  const folder = join(runFolder(), kind);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  appendFileSync(join(folder, `${process.pid}.jsonl`), `${JSON.stringify(line)}\n`);
}
