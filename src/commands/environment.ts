import type { HttpEntry } from '../config/entry.ts';
import type { Env } from '../deps.ts';
import { UsageError } from '../errors.ts';

/** A credential that somebody provides from outside. It beats the store and starts no OAuth. */
export type Provided =
  | { kind: 'environment'; source: string; token: string }
  | { kind: 'header'; source: string };

/** `MCP_CLI_TOKEN_NOTION` for `notion`: upper case, every other character `_`. */
export function tokenVariable(server: string): string {
  return `MCP_CLI_TOKEN_${server.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;
}

/** What is provided for this server: the variable that its entry names, its own one, or a configured header. */
export function provided(entry: HttpEntry, env: Env): Provided | undefined {
  for (const source of [entry.bearerTokenEnv, tokenVariable(entry.name)]) {
    // The Python tool's switch for the store is no token, whatever a server is called.
    const token = source === undefined || source === 'MCP_CLI_TOKEN_BACKEND' ? undefined : env[source];
    if (source !== undefined && token) return { kind: 'environment', source, token };
  }
  const header = Object.keys(entry.headers).find((name) => name.toLowerCase() === 'authorization');
  return header === undefined ? undefined : { kind: 'header', source: `${entry.path}.headers.${header}` };
}

/** Throws UsageError `token_provided`: what was asked for would have no effect. */
export function refuseProvided(entry: HttpEntry, env: Env, what: string): void {
  const given = provided(entry, env);
  if (given === undefined) return;
  throw new UsageError(
    'token_provided',
    `${entry.name} uses the token in ${given.source}: there is nothing to ${what}`,
    {
      hint:
        given.kind === 'environment'
          ? `unset ${given.source} to sign in instead`
          : `remove ${given.source} to sign in instead`,
      server: entry.name,
    },
  );
}
