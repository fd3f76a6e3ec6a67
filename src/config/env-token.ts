// A token from the environment belongs to one server. Pure.

import type { Env } from '../deps.ts';
import { ConfigError } from '../errors.ts';
import type { HttpEntry } from './entry.ts';

const PREFIX = 'MCP_CLI_TOKEN_';
/** The Python tool's switch for the store: its value is no token, whatever a server is called. */
const BACKEND = 'MCP_CLI_TOKEN_BACKEND';
/** RFC 6749 appendix A.12: anything else could end a header line. */
const VSCHAR = /^[\x20-\x7e]+$/;

/** `MCP_CLI_TOKEN_<SERVER>`, `MCP_CLI_TOKEN_<SERVER>_<ACCOUNT>`: upper case, every other character an underscore. */
export function envTokenName(server: string, account?: string): string {
  const owner = account === undefined ? server : `${server}_${account}`;
  return PREFIX + owner.toUpperCase().replace(/[^A-Z0-9]/gu, '_');
}

type Whose = Pick<HttpEntry, 'name' | 'bearerTokenEnv'> & Partial<Pick<HttpEntry, 'account'>>;

/** The variable that a token of this entry can be put into; undefined if its name would be another's too. */
export function tokenVariable(
  { name, account, bearerTokenEnv }: Whose,
  servers: Iterable<string>,
): string | undefined {
  if (bearerTokenEnv !== undefined) return bearerTokenEnv;
  const variable = envTokenName(name, account);
  const shared = [...servers].some((other) => other !== name && envTokenName(other) === variable);
  return shared || variable === BACKEND ? undefined : variable;
}

/**
 * Refuses a variable that is set and could mean two servers: guessing would send one server's token to another.
 * @throws ConfigError `ambiguous_token`
 */
export function checkEnvToken(server: string, servers: Iterable<string>, env: Env, account?: string): void {
  const name = envTokenName(server, account);
  if (name === BACKEND || !read(env, name)) return;
  const others = [...servers].filter((other) => other !== server && envTokenName(other) === name);
  const [other] = others;
  if (other === undefined) return;
  const said = `${name} could mean the server ${JSON.stringify(server)} or ${JSON.stringify(other)}`;
  const hint = 'rename one of them, or name a variable for each with "bearer_token_env"';
  throw new ConfigError('ambiguous_token', said, { hint, server });
}

/**
 * The token that the environment holds for an entry, with the variable that an error must name. `bearer_token_env`
 * comes first: somebody wrote it for this server. A token of one account serves no other. An empty variable counts as
 * unset.
 * @throws ConfigError `ambiguous_token`, `invalid_token`
 */
export function envToken(
  entry: Whose,
  servers: Iterable<string>,
  env: Env,
): { variable: string; token: string } | undefined {
  const chosen = entry.bearerTokenEnv === undefined ? undefined : read(env, entry.bearerTokenEnv);
  if (chosen && entry.bearerTokenEnv !== undefined) return checked(entry.name, entry.bearerTokenEnv, chosen);
  checkEnvToken(entry.name, servers, env, entry.account);
  const variable = envTokenName(entry.name, entry.account);
  const token = variable === BACKEND ? undefined : read(env, variable);
  return token ? checked(entry.name, variable, token) : undefined;
}

function checked(server: string, variable: string, token: string): { variable: string; token: string } {
  if (VSCHAR.test(token)) return { variable, token };
  throw new ConfigError('invalid_token', `the token in ${variable} has characters that no token may have`, {
    hint: `set ${variable} to the token alone: no line break, nothing beyond ASCII`,
    server,
  });
}

function read(env: Env, name: string): string | undefined {
  return Object.hasOwn(env, name) ? env[name] : undefined;
}
