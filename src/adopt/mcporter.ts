// mcporter: credentials.json in its data folder. Tokens and client are as the MCP SDK keeps them; `expires_at` is in
// seconds, `expiresAt` in milliseconds.
import { absoluteUri, plain } from '../store/fields.ts';
import type { Dialect } from './document.ts';
import { Unfit } from './found.ts';
import { members, nameIn } from './json.ts';
import { may, need, oauthTokens, registeredClient, type Times } from './tokens.ts';

export const mcporter: Dialect = {
  entries(root) {
    const entries = members(members(root)?.entries);
    if (!entries) return undefined;
    return Object.entries(entries).map(([key, value]) => {
      return { path: ['entries', key], key, name: nameIn(value, 'serverName', key), value };
    });
  },
  parse({ value }, { now }) {
    const entry = members(value);
    if (!entry) throw new Unfit('it is no entry');
    if (entry.tokens === undefined) return undefined;
    const tokens = members(entry.tokens);
    if ([tokens?.access_token, tokens?.refresh_token].some(isSealed)) {
      throw new Unfit('mcporter keeps it under a password of its own');
    }
    const savedAt = typeof entry.updatedAt === 'string' ? Date.parse(entry.updatedAt) : Number.NaN;
    const times: Times = { savedAt: savedAt >= 0 ? savedAt : undefined, now };
    const client = members(entry.clientInfo);
    const discovered = members(members(entry.discoveryState)?.authorizationServerMetadata);
    const registered = registeredClient(client);
    return {
      name: need(entry.serverName, plain(1024), 'server name'),
      ...may('url', entry.serverUrl, absoluteUri, 'server URL'),
      ...may('issuer', tokens?.issuer ?? client?.issuer ?? discovered?.issuer, absoluteUri, 'issuer'),
      tokens:
        tokens?.expires_at === undefined && tokens?.expiresAt !== undefined
          ? oauthTokens({ ...tokens, expires_at: tokens.expiresAt }, times, 1)
          : oauthTokens(tokens, times, 1000),
      ...(registered && { client: registered }),
    };
  },
};

/** A JWE under a password (RFC 7518 section 4.8), which no authorization server would issue. */
function isSealed(token: unknown): boolean {
  if (typeof token !== 'string' || token.split('.').length !== 5) return false;
  try {
    const header: unknown = JSON.parse(Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').toString());
    return String(members(header)?.alg).startsWith('PBES2');
  } catch {
    return false;
  }
}
