import type { Env } from '../deps.ts';
import type { HttpEntry } from './entry.ts';
import { envToken } from './env-token.ts';

/**
 * A credential that somebody provides for this server from outside, and where: a token in the environment, else
 * (`value` undefined) a configured `Authorization` header, also one whose token is in the store.
 * @throws ConfigError `ambiguous_token`, `invalid_token`
 */
export function providedToken(
  entry: HttpEntry,
  servers: Iterable<string>,
  env: Env,
): { value: string | undefined; source: string } | undefined {
  const found = envToken(entry, servers, env);
  if (found) return { value: found.token, source: found.variable };
  const stored = (entry.withTokens ?? []).map(({ name }) => name);
  const header = [...Object.keys(entry.headers), ...stored].find(
    (name) => name.toLowerCase() === 'authorization',
  );
  return header === undefined ? undefined : { value: undefined, source: `${entry.path}.headers.${header}` };
}
