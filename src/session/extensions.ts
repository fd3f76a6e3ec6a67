import type { ServerEntry } from '../config/entry.ts';

/** A client declares the extension by which it signs in, with every request (2026-07-28, Extensions). */
const BY_GRANT: Readonly<Record<string, string>> = {
  client_credentials: 'io.modelcontextprotocol/oauth-client-credentials',
  enterprise_managed: 'io.modelcontextprotocol/enterprise-managed-authorization',
};

/** As a member of the client's capabilities; empty where nothing is declared. */
export function declaredExtensions(entry: ServerEntry): {
  extensions?: Record<string, Record<string, never>>;
} {
  const grant = entry.kind === 'http' ? entry.oauth?.grantType : undefined;
  const name = BY_GRANT[grant ?? ''];
  return name === undefined ? {} : { extensions: { [name]: {} } };
}
