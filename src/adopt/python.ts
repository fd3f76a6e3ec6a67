// The Python mcp-cli: Fernet files under a password, each server's registration in the clear beside them, and entries
// in Vault. It keeps a server's name and not its URL.
import { join } from 'node:path';
import { StoreError } from '../errors.ts';
import { storable } from '../store/record.ts';
import type { SecretStore } from '../store/store.ts';
import { fernetKey, looksLikeFernet, openFernet } from './fernet.ts';
import {
  type FileDeps,
  type Foreign,
  isUnchanged,
  namesIn,
  printOf,
  readForeign,
  removeForeign,
  unusable,
} from './file.ts';
import { type ForeignClient, type Found, type Reading, type Source, Unfit } from './found.ts';
import { members, strictJson } from './json.ts';
import { oauthTokens, registeredClient, type Times } from './tokens.ts';

type Options = FileDeps & {
  folders: string[];
  now(): number;
  /** Asked for once a file is there. @throws StoreError `no_password`, CancelledError */
  password(): Promise<string>;
  /** Where Vault is the store. */
  vault: SecretStore | undefined;
};

/** A server's sign-in can lie in two files. */
type Copies = Map<string, { path: string; print: string }[]>;

/** Its name for the server's files: letters and digits of any script, and some signs. */
export function pythonName(server: string): string {
  return server.replace(/[^\p{L}\p{N}_:-]/gu, '_');
}

/**
 * What a decrypted file, or an entry of Vault, says: its six fields, or a token of the newer kind around them. Pure.
 * Undefined: a password or a key, and no sign-in. @throws Unfit
 */
export function parsePython(value: unknown, now: number): Found['tokens'] | undefined {
  const outer = members(value);
  const fields = outer?.token_type === 'oauth' ? members(outer.data) : outer;
  if (fields?.access_token === undefined) return undefined;
  const { issued_at: issued } = fields;
  if (issued !== undefined && (typeof issued !== 'number' || !(issued >= 0)))
    throw new Unfit('time of issue');
  const times: Times = { savedAt: issued === undefined ? undefined : Math.floor(issued * 1000), now };
  return oauthTokens({ ...fields, expires_at: undefined }, times, 1000);
}

export function openPython(options: Options): Source {
  const { folders, platform, vault } = options;
  const copies: Copies = new Map();

  return {
    places: [...folders, ...(vault ? ['Vault'] : [])],
    async read() {
      const reading: Reading = { found: [], faulty: [] };
      for (const folder of folders) await readFolder(folder, options, reading, copies);
      if (vault) await readVault(vault, options, reading);
      return reading;
    },
    async holds(found) {
      if (found.adopt) return true;
      for (const { path, print } of copies.get(found.id) ?? [])
        if (!(await isUnchanged(path, print, platform))) return false;
      return true;
    },
    async remove(found) {
      let whole = true;
      for (const { path, print } of copies.get(found.id) ?? []) {
        const file = await readForeign(path, platform);
        // Ours may lie there by now, under the same name.
        if (!file || !looksLikeFernet(file.bytes)) continue;
        whole = (await removeForeign(path, print, platform)) && whole;
      }
      return whole;
    },
  };
}

async function readFolder(folder: string, options: Options, reading: Reading, copies: Copies): Promise<void> {
  const files: { name: string; path: string; file: Foreign }[] = [];
  for (const name of await namesIn(folder)) {
    const path = join(folder, name);
    const file = /^[^.].*\.enc$/.test(name) ? await readForeign(path, options.platform) : undefined;
    if (file && looksLikeFernet(file.bytes)) files.push({ name: name.slice(0, -'.enc'.length), path, file });
  }
  if (files.length === 0) return;
  const salt = await readForeign(join(folder, '.salt'), options.platform);
  if (!salt) throw unusable(folder, 'has sign-ins of the Python mcp-cli, but not their .salt');
  const key = await fernetKey(await options.password(), salt.bytes);
  const opened = files.map((each) => ({ ...each, plain: openFernet(each.file.bytes, key) }));
  if (opened.every(({ plain }) => plain === undefined)) throw wrongPassword(folder);

  for (const { name, path, file, plain } of opened) {
    const server = name.replace(/^oauth:/, '');
    const id = join(folder, server);
    const place = { id, name: server, where: path };
    try {
      if (!plain) throw new Unfit('it is damaged, or the password is not that of its program');
      const tokens = parsePython(strictJson(plain.toString())?.value, options.now());
      if (!tokens) continue;
      const client = await clientFor(server, [folder], options);
      const print = printOf(file.bytes);
      copies.set(id, [...(copies.get(id) ?? []), { path, print }]);
      keepNewer(reading, { ...place, print, tokens, ...(client && { client }) });
    } catch (error) {
      if (!(error instanceof Unfit)) throw error;
      reading.faulty.push({ ...place, why: error.message });
    }
  }
}

/** Renewing writes one of the two files only. */
function keepNewer(reading: Reading, found: Found): void {
  const index = reading.found.findIndex(({ id }) => id === found.id);
  const other = reading.found[index];
  if (!other) reading.found.push(found);
  else if (other.tokens.issuedAt < found.tokens.issuedAt) reading.found[index] = found;
}

async function readVault(vault: SecretStore, options: Options, reading: Reading): Promise<void> {
  for (const key of await vault.list()) {
    const entry = await vault.foreign?.(key);
    if (!entry) continue;
    const place = { id: `vault ${key}`, name: key, where: vault.where(key) };
    try {
      const tokens = parsePython(entry.fields, options.now());
      const client = await clientFor(key, options.folders, options);
      const print = printOf(JSON.stringify(entry.fields));
      if (tokens)
        reading.found.push({ ...place, print, tokens, ...(client && { client }), adopt: entry.adopt });
    } catch (error) {
      if (!(error instanceof Unfit)) throw error;
      reading.faulty.push({ ...place, why: error.message });
    }
  }
}

async function clientFor(
  server: string,
  folders: string[],
  { platform }: Options,
): Promise<ForeignClient | undefined> {
  // Whoever can write to Vault can name an entry there `../x`; the tool itself names none so.
  if (/[/\\\0]/.test(server)) return undefined;
  for (const folder of folders) {
    const file = await readForeign(join(folder, `${server.replaceAll(':', '_')}_client.json`), platform);
    if (!file) continue;
    const json = members(strictJson(file.bytes.toString())?.value);
    if (!json || !storable.clientId(json.client_id)) throw new Unfit('its client file cannot be read');
    return registeredClient(json);
  }
  return undefined;
}

function wrongPassword(folder: string): StoreError {
  return new StoreError(
    'wrong_password',
    `the password does not open the Python mcp-cli's files in ${folder}`,
    {
      hint: 'set MCP_CLI_IMPORT_PASSWORD to the one that the Python tool was given',
    },
  );
}
