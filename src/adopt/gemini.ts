// Gemini CLI: mcp-oauth-tokens.json in its folder, a list. Times are in milliseconds. Client secrets are not kept.
import { absoluteUri, plain } from '../store/fields.ts';
import type { Dialect } from './document.ts';
import { Unfit } from './found.ts';
import { members, nameIn } from './json.ts';
import { clientOf, may, need, tokensOf } from './tokens.ts';

export const gemini: Dialect = {
  entries(root) {
    if (!Array.isArray(root)) return undefined;
    return root.map((value: unknown, index) => {
      const name = nameIn(value, 'serverName', `entry ${index + 1}`);
      return { path: [index], key: name, name, value };
    });
  },
  parse({ value }, times) {
    const entry = members(value);
    const token = members(entry?.token);
    if (!entry || !token) throw new Unfit('token');
    return {
      name: need(entry.serverName, plain(1024), 'server name'),
      ...may('url', entry.mcpServerUrl, absoluteUri, 'server URL'),
      ...may('tokenEndpoint', entry.tokenUrl, absoluteUri, 'token URL'),
      tokens: tokensOf(
        {
          access: token.accessToken,
          refresh: token.refreshToken,
          type: token.tokenType,
          scope: token.scope,
          expiry: { at: token.expiresAt, unit: 1 },
        },
        times,
      ),
      ...(entry.clientId !== undefined && { client: clientOf({ id: entry.clientId }) }),
    };
  },
};
