// opencode: mcp-auth.json in its data folder, by server name. Times are in seconds.
import { absoluteUri } from '../store/fields.ts';
import type { Dialect } from './document.ts';
import { Unfit } from './found.ts';
import { members } from './json.ts';
import { clientOf, may, tokensOf } from './tokens.ts';

export const opencode: Dialect = {
  entries(root) {
    const named = members(root);
    return named && Object.entries(named).map(([key, value]) => ({ path: [key], key, name: key, value }));
  },
  parse({ key, value }, times) {
    const entry = members(value);
    if (!entry) throw new Unfit('it is no entry');
    if (entry.tokens === undefined) return undefined;
    const tokens = members(entry.tokens);
    if (!tokens) throw new Unfit('tokens');
    const client = members(entry.clientInfo);
    return {
      name: key,
      ...may('url', entry.serverUrl, absoluteUri, 'server URL'),
      tokens: tokensOf(
        {
          access: tokens.accessToken,
          refresh: tokens.refreshToken,
          scope: tokens.scope,
          expiry: { at: tokens.expiresAt, unit: 1000 },
        },
        times,
      ),
      ...(client && {
        client: clientOf({
          id: client.clientId,
          secret: client.clientSecret,
          expires: client.clientSecretExpiresAt,
        }),
      }),
    };
  },
};
