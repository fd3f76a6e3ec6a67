// Where the encrypted store's key comes from. Nothing is asked, read or derived before the first file needs it.
import type { StorageEntry } from '../config/entry.ts';
import type { Env, Prompt } from '../deps.ts';
import { StoreError } from '../errors.ts';
import { readKeyFile } from './key-file.ts';
import { parseKey } from './keygen.ts';
import { type Derivation, KDF, stretch } from './seal.ts';

export type Sources = {
  env: Env;
  storage: Partial<Pick<StorageEntry, 'password'>> | undefined;
  prompt: Prompt;
  platform: NodeJS.Platform;
};

/** What the person gave: a password to stretch, or a keygen key as it is. */
export type Secret = { kdf: typeof KDF.password; password: string } | { kdf: typeof KDF.keygen; key: Buffer };

export type Keys = {
  /**
   * The secret, found once per process. `firstUse` decides whether a person is asked to choose (typed twice) or to
   * remember. Throws StoreError `no_password`, `bad_key`, `key_file`; CancelledError from the prompt.
   */
  secret(firstUse: () => Promise<boolean>): Promise<Secret>;
  /** The master key for files made with `derivation`, each derived once; undefined if it needs the other kind. */
  master(secret: Secret, derivation: Derivation): Promise<Buffer | undefined>;
  /** After a wrong password: what was typed is no longer believed. */
  forget(): void;
};

/** Whether the configuration or the environment says where the password is. */
export function hasPassword({ env, storage }: Pick<Sources, 'env' | 'storage'>): boolean {
  const given = [storage?.password, env.MCP_CLI_ENCRYPTION_KEY, env.MCP_CLI_ENCRYPTION_KEY_FILE];
  return given.some((each) => meant(each) !== undefined);
}

export function createKeys(sources: Sources): Keys {
  let found: Promise<Secret> | undefined;
  const masters = new Map<string, Promise<Buffer>>();
  return {
    secret(firstUse) {
      const asked = found ?? findSecret(sources, firstUse);
      found = asked;
      asked.catch(() => {
        if (found === asked) found = undefined;
      });
      return asked;
    },
    async master(secret, { kdf, salt, iterations }) {
      if (secret.kdf !== kdf) return undefined;
      if (secret.kdf === KDF.keygen) return secret.key;
      const id = `${iterations}:${salt.toString('hex')}`;
      const known = masters.get(id) ?? stretch(secret.password, salt, iterations);
      masters.set(id, known);
      return known;
    },
    forget() {
      found = undefined;
      masters.clear();
    },
  };
}

async function findSecret(sources: Sources, firstUse: () => Promise<boolean>): Promise<Secret> {
  const { env, storage, prompt } = sources;
  const given = meant(storage?.password) ?? meant(env.MCP_CLI_ENCRYPTION_KEY);
  if (given !== undefined) return asSecret(given);

  const path = meant(env.MCP_CLI_ENCRYPTION_KEY_FILE);
  if (path !== undefined) {
    const text = meant(await readKeyFile(path, sources.platform));
    if (text !== undefined) return asSecret(text);
    throw new StoreError('key_file', `the encryption key file ${path} is empty`, {
      hint: 'write a password or the output of `mcp-cli token keygen` into it',
    });
  }

  if (!prompt.available) {
    throw new StoreError(
      'no_password',
      'the encrypted token store needs a password and there is no terminal to ask',
      {
        hint: 'set MCP_CLI_ENCRYPTION_KEY, or MCP_CLI_ENCRYPTION_KEY_FILE, to a password or a key of `mcp-cli token keygen`',
      },
    );
  }
  return asSecret((await firstUse()) ? await choose(prompt) : await ask(prompt));
}

async function ask(prompt: Prompt): Promise<string> {
  const answer = meant(await prompt.secret('Password of the token store'));
  if (answer === undefined) throw unanswered();
  return answer;
}

async function choose(prompt: Prompt): Promise<string> {
  let question = 'Choose a password for the token store';
  for (let attempt = 0; attempt < 3; attempt++) {
    const answer = meant(await prompt.secret(question));
    if (answer === undefined) throw unanswered();
    if ((await prompt.secret('The same password again')) === answer) return answer;
    question = 'They differ. Choose a password for the token store';
  }
  throw unanswered();
}

function unanswered(): StoreError {
  return new StoreError('no_password', 'no password was given for the token store', {
    hint: 'set MCP_CLI_ENCRYPTION_KEY to use one without being asked',
  });
}

function asSecret(text: string): Secret {
  const key = parseKey(text);
  if (key) return { kdf: KDF.keygen, key };
  return { kdf: KDF.password, password: text };
}

/** A variable that nobody set must not become the password: neither as nothing nor as its own literal name. */
function meant(text: string | undefined): string | undefined {
  if (text === undefined || text.trim() === '' || /^\s*\$\{[^}]*\}\s*$/.test(text)) return undefined;
  return text;
}
