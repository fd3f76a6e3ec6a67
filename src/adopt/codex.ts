// Codex: .credentials.json in its home, where it has no keyring. Times are in milliseconds. Client secrets are not kept.
import { absoluteUri, listOf, plain } from '../store/fields.ts';
import { storable } from '../store/record.ts';
import type { Dialect } from './document.ts';
import { Unfit } from './found.ts';
import { members, nameIn } from './json.ts';
import { clientOf, may, need, tokensOf } from './tokens.ts';

const scopes = listOf(storable.scope, 1000);

export const codex: Dialect = {
  entries(root) {
    const keyed = members(root);
    if (!keyed) return undefined;
    return Object.entries(keyed).map(([key, value]) => {
      return { path: [key], key, name: nameIn(value, 'server_name', key), value };
    });
  },
  parse({ value }, times) {
    const entry = members(value);
    if (!entry) throw new Unfit('it is no entry');
    // Held by another machine, which goes on renewing it.
    if (entry.executor_owned === true) throw new Unfit('it belongs to a remote executor of Codex');
    const { scopes: granted = [] } = entry;
    return {
      name: need(entry.server_name, plain(1024), 'server name'),
      url: need(entry.server_url, absoluteUri, 'server URL'),
      ...may('issuer', entry.issuer, absoluteUri, 'issuer'),
      tokens: tokensOf(
        {
          access: entry.access_token,
          refresh: entry.refresh_token,
          scope: need(granted, scopes, 'scopes').join(' ') || undefined,
          expiry: { at: entry.expires_at, unit: 1 },
        },
        times,
      ),
      client: clientOf({ id: entry.client_id }),
    };
  },
};
