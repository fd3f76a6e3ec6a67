import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { StoreError } from '../errors.ts';
import { isObject } from '../json-object.ts';
import { draftOf, replaceWhole } from '../whole-file.ts';
import { readSafely } from './file.ts';

/** Absolute path of a configuration file -> fingerprints of what it may name. */
type Trusted = Record<string, string[]>;

export type TrustStore = {
  /** Nothing trusted if there is nothing, or nothing readable, yet. */
  read(): Promise<Trusted>;
  write(trusted: Trusted): Promise<void>;
};

/** `~/.mcp_cli/trusted_configs.json`, mode 0600, replaced atomically. */
export function trustFile(home: string, platform: NodeJS.Platform): TrustStore {
  const file = join(home, '.mcp_cli', 'trusted_configs.json');
  return {
    async read() {
      // Missing, broken, or open to other users' hands: then nothing is trusted, which costs a question.
      return parse(await readSafely(file, platform).catch(() => ''));
    },
    async write(trusted) {
      const draft = draftOf(file, randomBytes(8));
      const text = `${JSON.stringify({ version: 1, files: trusted }, null, 2)}\n`;
      try {
        await mkdir(dirname(file), { recursive: true, mode: 0o700 });
        await replaceWhole(file, text, { draft, platform });
      } catch (cause) {
        const hint = 'it must be a folder that you can write; or pass --config-file ./server_config.json';
        throw new StoreError('unavailable', `cannot write ${file}`, { hint, cause });
      }
    },
  };
}

function parse(text: string): Trusted {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return {};
  }
  const files = isObject(value) && isObject(value.files) ? Object.entries(value.files) : [];
  const good = files.filter((pair): pair is [string, string[]] => isStrings(pair[1]));
  return Object.fromEntries(good);
}

function isStrings(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
