// mcp-remote: two files for each server under ~/.mcp-auth, named after the MD5 of its URL. `expires_at` is in
// milliseconds; older versions have only `expires_in`, which counts from when the file was written.
import { join } from 'node:path';
import { absoluteUri } from '../store/fields.ts';
import {
  type FileDeps,
  isFolder,
  isUnchanged,
  namesIn,
  printOf,
  readForeign,
  removeForeign,
} from './file.ts';
import { type Found, type Reading, type Source, Unfit } from './found.ts';
import { members, strictJson } from './json.ts';
import { may, oauthTokens, registeredClient, type Times } from './tokens.ts';

const TOKENS = /^([0-9a-f]{32})_tokens\.json$/;

/** Pure. @throws Unfit */
export function parseRemote(
  tokensText: string,
  clientText: string | undefined,
  times: Times,
): Pick<Found, 'tokens' | 'client' | 'issuer'> {
  const tokens = members(strictJson(tokensText)?.value);
  if (!tokens) throw new Unfit('it is no JSON that could be read in one way only');
  const client = clientText === undefined ? undefined : members(strictJson(clientText)?.value);
  if (clientText !== undefined && !client) throw new Unfit('its client_info.json cannot be read');
  const registered = registeredClient(client);
  return {
    tokens: oauthTokens(tokens, times, 1),
    ...(registered && { client: registered }),
    ...may('issuer', tokens.issuer ?? client?.issuer, absoluteUri, 'issuer'),
  };
}

/** `root`: its folder, or one below it. */
export function openRemote(root: string, { platform, now }: FileDeps & { now(): number }): Source {
  async function readOne(folder: string, hash: string): Promise<Reading & { savedAt: number }> {
    const path = join(folder, `${hash}_tokens.json`);
    const place = { id: path, where: path };
    const file = await readForeign(path, platform);
    if (!file) return { found: [], faulty: [], savedAt: 0 };
    const { savedAt } = file;
    const client = await readForeign(join(folder, `${hash}_client_info.json`), platform);
    try {
      const parsed = parseRemote(file.bytes.toString(), client?.bytes.toString(), { savedAt, now: now() });
      return {
        found: [{ ...place, print: printOf(file.bytes), urlHash: hash, ...parsed }],
        faulty: [],
        savedAt,
      };
    } catch (error) {
      if (!(error instanceof Unfit)) throw error;
      return { found: [], faulty: [{ ...place, urlHash: hash, why: error.message }], savedAt };
    }
  }

  return {
    places: [root],
    async read() {
      const newest = new Map<string, Reading & { savedAt: number }>();
      for (const folder of await folders(root)) {
        for (const name of await namesIn(folder)) {
          const hash = TOKENS.exec(name)?.[1];
          if (hash === undefined) continue;
          // Each version had a folder of its own once: what an older one left there is over.
          const one = await readOne(folder, hash);
          if (one.savedAt > (newest.get(hash)?.savedAt ?? 0)) newest.set(hash, one);
        }
      }
      const all = [...newest.values()];
      return { found: all.flatMap(({ found }) => found), faulty: all.flatMap(({ faulty }) => faulty) };
    },
    holds: (found) => isUnchanged(found.where, found.print, platform),
    // The registration stays: mcp-remote needs it for its next sign-in.
    remove: (found) => removeForeign(found.where, found.print, platform),
  };
}

async function folders(root: string): Promise<string[]> {
  const below = (await namesIn(root)).filter((name) => name.startsWith('mcp-remote-'));
  const found: string[] = [root];
  for (const name of below) if (await isFolder(join(root, name))) found.push(join(root, name));
  return found;
}
