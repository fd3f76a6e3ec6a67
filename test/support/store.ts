// Homes, keys and prompts for the store tests.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Prompt } from '../../src/deps.ts';
import type { StoreError } from '../../src/errors.ts';
import { type EncryptedOptions, openEncryptedStore } from '../../src/store/encrypted.ts';
import { generateKey } from '../../src/store/keygen.ts';

export const random = (bytes: number) => new Uint8Array(randomBytes(bytes));
export const io = { random, platform: process.platform };
/** A keygen key spares the tests the stretching. */
export const KEY = generateKey(random);

/** An empty home, gone after the test. */
export async function makeHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'mcp-store-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  return home;
}

/** Answers in order; more questions than answers fail the test. `asked` holds the questions. */
export function promptWith(...answers: string[]): Prompt & { asked: string[] } {
  const asked: string[] = [];
  return {
    available: answers.length > 0,
    asked,
    confirm: () => Promise.reject(new Error('asked to confirm')),
    secret(question) {
      asked.push(question);
      const answer = answers.shift();
      return answer === undefined
        ? Promise.reject(new Error(`not expected: ${question}`))
        : Promise.resolve(answer);
    },
  };
}

export function openAt(
  home: string,
  password: string | undefined = KEY,
  more: Partial<EncryptedOptions> = {},
) {
  return openEncryptedStore({ ...io, home, env: {}, storage: { password }, prompt: promptWith(), ...more });
}

/** The error that `work` rejects with; fails the test if it does not. */
export async function errorOf(work: Promise<unknown> | (() => unknown)): Promise<StoreError> {
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    return error as StoreError;
  }
  throw new Error('expected a rejection');
}
