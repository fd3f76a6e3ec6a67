import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { StoreError } from '../errors.ts';
import { isObject } from '../json-object.ts';
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
      const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
      try {
        await mkdir(dirname(file), { recursive: true, mode: 0o700 });
        const handle = await open(temporary, 'wx', 0o600);
        try {
          await handle.writeFile(`${JSON.stringify({ version: 1, files: trusted }, null, 2)}\n`);
          await handle.sync();
        } finally {
          await handle.close();
        }
        await rename(temporary, file);
      } catch (cause) {
        await rm(temporary, { force: true }).catch(() => {});
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
