// The parts of a sign-in, in the spellings that programs keep them in.
import { type Check, momentOf } from '../store/fields.ts';
import { type AuthMethod, type StoredTokens, storable } from '../store/record.ts';
import { type ForeignClient, Unfit } from './found.ts';
import { members } from './json.ts';

/** Milliseconds since the epoch. `savedAt`: when the file was written, for times that count from then. */
export type Times = { savedAt: number | undefined; now: number };

type Expiry = { at?: unknown; unit: 1 | 1000; lifetime?: unknown };

export function need<T>(value: unknown, check: Check<T>, path: string): T {
  const good = check(value);
  if (good === undefined) throw new Unfit(path);
  return good;
}

export function may<T, N extends string>(
  name: N,
  value: unknown,
  check: Check<T>,
  path: string,
): { [K in N]?: T } {
  if (value === undefined || value === '') return {};
  return { [name]: need(value, check, path) } as { [K in N]?: T };
}

/** Tokens under the names of RFC 6749 section 5.1, as the MCP SDK keeps them; `unit` is that of `expires_at`. */
export function oauthTokens(value: unknown, times: Times, unit: 1 | 1000): StoredTokens {
  const given = members(value);
  if (!given) throw new Unfit('tokens');
  return tokensOf(
    {
      access: given.access_token,
      refresh: given.refresh_token,
      id: given.id_token,
      type: given.token_type,
      scope: given.scope,
      expiry: { at: given.expires_at, unit, lifetime: given.expires_in },
    },
    times,
  );
}

/** @throws Unfit */
export function tokensOf(
  given: { access: unknown; refresh: unknown; id?: unknown; type?: unknown; scope: unknown; expiry: Expiry },
  times: Times,
): StoredTokens {
  return {
    accessToken: need(given.access, storable.token, 'access token'),
    tokenType: need(given.type ?? 'Bearer', bearer, 'token type'),
    ...may('refreshToken', given.refresh, storable.token, 'refresh token'),
    ...may('idToken', given.id, storable.token, 'id token'),
    ...may('scope', given.scope, storable.scope, 'scope'),
    ...momentsOf(given.expiry, times),
  };
}

/** Without any word on the expiry the token is good until the server says 401. */
function momentsOf(
  { at, unit, lifetime }: Expiry,
  times: Times,
): Pick<StoredTokens, 'issuedAt' | 'expiresAt'> {
  const lasts = lifetime === undefined ? undefined : need(lifetime, amount, 'lifetime') * 1000;
  const ends = at === undefined ? undefined : need(at, amount, 'expiry') * unit;
  const issued = Math.min(
    times.savedAt ?? (ends !== undefined && lasts !== undefined ? Math.max(0, ends - lasts) : times.now),
    times.now,
  );
  const expires = ends ?? (lasts === undefined || times.savedAt === undefined ? undefined : issued + lasts);
  return {
    issuedAt: momentOf(issued),
    ...(expires === undefined ? unknownEnd(lasts, times) : { expiresAt: momentOf(expires) }),
  };
}

/** A lifetime that nobody knows the beginning of: it may be over, and a refresh tells. */
function unknownEnd(lasts: number | undefined, { now }: Times): Pick<StoredTokens, 'expiresAt'> {
  return lasts === undefined ? {} : { expiresAt: momentOf(now) };
}

/** RFC 7591 section 3.2.1, as the SDK and the Python tool keep it. */
export function registeredClient(value: unknown): ForeignClient | undefined {
  const given = members(value);
  if (!given) return undefined;
  return clientOf({
    id: given.client_id,
    secret: given.client_secret,
    method: given.token_endpoint_auth_method,
    expires: given.client_secret_expires_at,
  });
}

/** `expires`: seconds, and 0 for never. @throws Unfit */
export function clientOf(given: {
  id: unknown;
  secret?: unknown;
  method?: unknown;
  expires?: unknown;
}): ForeignClient {
  const expires = given.expires === undefined ? 0 : need(given.expires, amount, 'expiry of the client');
  return {
    id: need(given.id, storable.clientId, 'client id'),
    ...may('secret', given.secret, storable.clientSecret, 'client secret'),
    ...may('authMethod', given.method, method, 'client authentication method'),
    ...(expires > 0 && { secretExpiresAt: momentOf(expires * 1000) }),
  };
}

/** RFC 6749 section 7.1: in any case. A DPoP token would need the other program's key. */
const bearer: Check<'Bearer'> = (value) =>
  typeof value === 'string' && value.toLowerCase() === 'bearer' ? 'Bearer' : undefined;

const amount: Check<number> = (value) =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;

const METHODS: readonly AuthMethod[] = ['none', 'client_secret_post', 'client_secret_basic'];
const method: Check<AuthMethod> = (value) => METHODS.find((known) => known === value);
