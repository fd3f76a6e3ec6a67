// Vault's key-value engine in both versions, behind one shape. Version 2 lies under `data/` and `metadata/` and writes
// by compare-and-set; version 1 has neither, and its last writer wins.
import { StoreError } from '../../errors.ts';
import { asObject } from '../../json-object.ts';
import { type Client, encodePath } from './client.ts';
import { bodyOf, statusOf, vaultFailure } from './failure.ts';
import type { VaultSettings } from './settings.ts';

/** `version` is what a write has to name; 0 where there is nothing. `fields` is undefined where there is no entry. */
export type Read = { fields: Record<string, unknown> | undefined; version: number };

/** Somebody wrote in between. */
export class Conflict extends Error {}
/** The answer was lost: the write may have happened. */
export class Uncertain extends Error {}

export type Kv = {
  /** Whether writes compare: only then can machines agree on who renews. */
  compares: boolean;
  read(name: string): Promise<Read>;
  /** The new version. Throws Conflict, Uncertain, StoreError. */
  write(name: string, fields: Record<string, unknown>, version: number): Promise<number>;
  /** All versions of it. */
  remove(name: string): Promise<void>;
  /** Names of the entries; folders are left out. */
  list(): Promise<string[]>;
  /** Whether an entry can be written, so far as Vault says. */
  mayWrite(name: string): Promise<boolean>;
};

/** Old refresh tokens stay readable in as many versions as are kept; one is needed to come back from a slip. */
const VERSIONS = 2;

/** @throws StoreError */
export async function openKv(client: Client, settings: VaultSettings): Promise<Kv> {
  const version = settings.kvVersion ?? (await detect(client, settings));
  return version === 2 ? second(client, settings) : first(client, settings);
}

function first(client: Client, { mount, prefix }: VaultSettings): Kv {
  const folder = `${encodePath(mount)}/${encodePath(prefix)}`;
  const at = (name: string) => `${folder}/${encodeURIComponent(name)}`;
  return {
    compares: false,
    async read(name) {
      const answer = await client.read(at(name)).catch(missing('read'));
      const fields = dataOf(answer);
      return { fields, version: fields ? 1 : 0 };
    },
    async write(name, fields) {
      await client.write(at(name), fields).catch(failed('write'));
      return 1;
    },
    async remove(name) {
      await client.delete(at(name)).catch(missing('delete'));
    },
    list: () => names(client, folder),
    mayWrite: (name) => capable(client, at(name)),
  };
}

function second(client: Client, { mount, prefix }: VaultSettings): Kv {
  const base = encodePath(mount);
  const at = (kind: 'data' | 'metadata', name: string) =>
    `${base}/${kind}/${encodePath(prefix)}/${encodeURIComponent(name)}`;
  return {
    compares: true,
    async read(name) {
      const answer = await client.read(at('data', name)).catch((error: unknown) => {
        // A deleted version is a 404 with a body: the next write has to name it.
        if (statusOf(error) === 404) return bodyOf(error);
        throw vaultFailure(error, 'read an entry');
      });
      const data = dataOf(answer);
      const version = asObject(data?.metadata)?.version;
      const fields = asObject(data?.data);
      return { fields, version: typeof version === 'number' ? version : 0 };
    },
    async write(name, fields, version) {
      const body = { data: fields, options: { cas: version } };
      const answer = await client.write(at('data', name), body).catch((error: unknown) => {
        const status = statusOf(error);
        // A refused comparison is a 400 like other bad requests; a look at the version tells them apart.
        if (status === 400) throw new Conflict();
        const failure = vaultFailure(error, 'write an entry');
        const sent = status === undefined || (status >= 500 && status !== 503);
        if (sent && failure instanceof StoreError && failure.code === 'unavailable') {
          throw Object.assign(new Uncertain(), { cause: failure });
        }
        throw failure;
      });
      // A new entry, and nothing of an old one's history: few versions are worth keeping, where that may be said.
      if (version === 0) {
        await client.write(at('metadata', name), { max_versions: VERSIONS }).catch(() => undefined);
      }
      const now = dataOf(answer)?.version;
      return typeof now === 'number' ? now : version + 1;
    },
    async remove(name) {
      await client.delete(at('metadata', name)).catch(missing('delete'));
    },
    list: () => names(client, `${base}/metadata/${encodePath(prefix)}`),
    mayWrite: (name) => capable(client, at('data', name)),
  };
}

/** What the mount says; where that may not be asked, what its answers look like. */
async function detect(client: Client, { mount, prefix }: VaultSettings): Promise<1 | 2> {
  try {
    const answer = await client.read(`sys/internal/ui/mounts/${encodePath(mount)}`);
    return asObject(dataOf(answer)?.options)?.version === '2' ? 2 : 1;
  } catch (error) {
    if (statusOf(error) !== 403 && statusOf(error) !== 404)
      throw vaultFailure(error, 'find its secrets engine');
  }
  const probe = `${encodePath(prefix)}/mcp-cli-probe`;
  const base = encodePath(mount);
  const asSecond = await look(client, `${base}/data/${probe}`);
  if (asSecond === 'there') return 2;
  const asFirst = await look(client, `${base}/${probe}`);
  if (asFirst === 'warned') return 2;
  if (asFirst !== 'forbidden') return 1;
  // A policy names the paths of the engine that there is.
  if (asSecond === 'missing') return 2;
  throw new StoreError('denied', 'Vault did not let us find its secrets engine (HTTP 403)', {
    hint: 'the token may have expired, or its policy lacks this path: docs/storage.md has the policy to copy',
  });
}

/** `warned`: of a path as version 1 has it, an engine of version 2 says so. */
async function look(client: Client, path: string): Promise<'there' | 'missing' | 'warned' | 'forbidden'> {
  return client.read(path).then(
    () => 'there',
    (error: unknown) => {
      const status = statusOf(error);
      if (status === 403) return 'forbidden';
      if (status !== 404) throw vaultFailure(error, 'find its secrets engine');
      if (Array.isArray(bodyOf(error).warnings)) return 'warned';
      return bodyOf(error).data ? 'there' : 'missing';
    },
  );
}

async function names(client: Client, folder: string): Promise<string[]> {
  const answer = await client.list(folder).catch(missing('list the entries'));
  const keys = dataOf(answer)?.keys;
  if (!Array.isArray(keys)) return [];
  return keys.filter((each): each is string => typeof each === 'string' && !each.endsWith('/'));
}

/** True also where Vault does not say. */
async function capable(client: Client, path: string): Promise<boolean> {
  const decoded = path.split('/').map(decodeURIComponent).join('/');
  const answer = await client.write('sys/capabilities-self', { paths: [decoded] }).catch((error: unknown) => {
    const status = statusOf(error);
    if (status === undefined || status >= 500) throw vaultFailure(error, 'ask what the token may do');
    return undefined;
  });
  const granted = asObject(answer)?.capabilities ?? dataOf(answer)?.[decoded];
  if (!Array.isArray(granted)) return true;
  return granted.includes('root') || (granted.includes('create') && granted.includes('update'));
}

function missing(doing: string) {
  return (error: unknown) => {
    if (statusOf(error) === 404) return undefined;
    throw vaultFailure(error, doing === 'list the entries' ? doing : `${doing} an entry`);
  };
}

function failed(doing: string) {
  return (error: unknown) => {
    throw vaultFailure(error, `${doing} an entry`);
  };
}

function dataOf(answer: unknown): Record<string, unknown> | undefined {
  return asObject(asObject(answer)?.data);
}
