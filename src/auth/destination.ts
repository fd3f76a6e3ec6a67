// Where a configured secret goes. The places are part of a record, and whoever can write to the store can write others
// into it: so the record carries an HMAC of them, keyed by the secret itself, which never lies in the store. Where that
// is missing or wrong, nothing goes there before the server has named the same places again.

import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { HttpEntry } from '../config/entry.ts';
import { CancelledError, CliError, ConfigError } from '../errors.ts';
import type { StoredRecord } from '../store/record.ts';
import { ITERATIONS, SALT_BYTES, stretch } from '../store/seal.ts';
import { askForChallenge } from './ask.ts';
import { configuredSecret, hasConfiguredEndpoints, pinnedIssuer } from './binding.ts';
import type { AuthContext } from './context.ts';
import { discover } from './discover.ts';
import type { ServerMetadata } from './metadata.ts';
import { configuredServer } from './plan.ts';
import { hasPrivateKey, keyBytes } from './signing.ts';

const DOMAIN = 'mcp-cli/secret-destination/v1';

/** What is configured and would be sent, or signed with, for this record's client. */
type AtStake = { what: 'client secret' | 'initial access token'; text: string } | { what: 'private key' };

/**
 * Whether the places in the record are our own word. True where nothing is configured that could sign: a public client
 * has no secret, and an assertion changes too often (and says itself who it is for).
 * @throws ConfigError `private_key`
 */
export async function knowsDestination(entry: HttpEntry, record: StoredRecord): Promise<boolean> {
  const stake = atStake(entry, record);
  if (!stake) return true;
  if (hasConfiguredEndpoints(entry.oauth)) return isAt(record, configuredServer(entry.oauth), true);
  if (record.destination === undefined) return false;
  const own = await destinationOf(entry, stake, record);
  return timingSafeEqual(digest(record.destination), digest(own));
}

/**
 * Whether what is configured may go where the record says. A registered client has its secret in the record itself.
 * @throws ConfigError `private_key`
 */
export async function mayUse(entry: HttpEntry, record: StoredRecord): Promise<boolean> {
  return record.client.source !== 'configured' || knowsDestination(entry, record);
}

/** The record with its places signed. Only for places that were just validated, or that the person configured. */
export async function withDestination<T extends StoredRecord>(entry: HttpEntry, record: T): Promise<T> {
  const { destination: _, ...rest } = record;
  const stake = atStake(entry, record);
  if (!stake || hasConfiguredEndpoints(entry.oauth)) return rest as T;
  try {
    return { ...(rest as T), destination: await destinationOf(entry, stake, record) };
  } catch (error) {
    // A key file that went away since it was used: the sign-in is kept, and confirmed another time.
    if (error instanceof ConfigError) return rest as T;
    throw error;
  }
}

/** Who is to get the secret, as the server and its metadata say now. Throws what discovery throws. */
export async function namedServer(ctx: AuthContext): Promise<ServerMetadata> {
  if (hasConfiguredEndpoints(ctx.entry.oauth)) return configuredServer(ctx.entry.oauth);
  return (await discover(ctx, await askForChallenge(ctx))).server;
}

/** The same; undefined if nobody can be asked. Throws CancelledError. */
export async function namedQuietly(ctx: AuthContext): Promise<ServerMetadata | undefined> {
  try {
    return await namedServer(ctx);
  } catch (error) {
    if (!(error instanceof CliError) || error instanceof CancelledError) throw error;
    return undefined;
  }
}

/**
 * The record, signed, if `server` names its places: a first use once more, and told as such. Undefined if it names
 * others: then a sign-in is needed.
 */
export async function confirmDestination<T extends StoredRecord>(
  ctx: AuthContext,
  record: T,
  server: ServerMetadata,
): Promise<T | undefined> {
  const { name } = ctx.entry;
  if (!isAt(record, server, false)) {
    const text = `the stored sign-in to ${name} is not used: it is renewed at ${record.tokenEndpoint}, and the server names ${server.token_endpoint}`;
    ctx.notify({ kind: 'notice', level: 'warning', text });
    return undefined;
  }
  tellDestination(ctx, server.issuer);
  const { revocationEndpoint: _, ...rest } = record;
  const endpoint = server.revocation_endpoint;
  return withDestination(ctx.entry, { ...(rest as T), ...(endpoint && { revocationEndpoint: endpoint }) });
}

/** Of a record that is not our own word a new sign-in says again who gets the secret. */
export async function tellAgain(
  ctx: AuthContext,
  record: StoredRecord | undefined,
  issuer: string,
): Promise<void> {
  const secret = configuredSecret(ctx.entry.oauth);
  // Another issuer is refused (auth/binding).
  if (!secret || record?.client.source !== secret.source || record.issuer !== issuer) return;
  if (!(await knowsDestination(ctx.entry, record))) tellDestination(ctx, issuer);
}

function tellDestination({ entry, notify }: AuthContext, issuer: string): void {
  const secret = configuredSecret(entry.oauth);
  if (!secret || pinnedIssuer(entry.oauth) !== undefined) return;
  notify({ kind: 'notice', level: 'info', text: `the ${secret.name} of ${entry.name} goes to ${issuer}` });
}

function isAt(record: StoredRecord, server: ServerMetadata, whole: boolean): boolean {
  const same = record.issuer === server.issuer && record.tokenEndpoint === server.token_endpoint;
  return same && (!whole || record.revocationEndpoint === server.revocation_endpoint);
}

function atStake({ oauth }: HttpEntry, { client }: StoredRecord): AtStake | undefined {
  if (client.source === 'registered') {
    const token = oauth?.dynamicRegistration?.initialAccessToken;
    const bound = configuredSecret(oauth)?.source === 'registered';
    return token !== undefined && bound ? { what: 'initial access token', text: token } : undefined;
  }
  if (!oauth || client.source !== 'configured') return undefined;
  if (oauth.clientSecret !== undefined) return { what: 'client secret', text: oauth.clientSecret };
  return hasPrivateKey(oauth) ? { what: 'private key' } : undefined;
}

async function destinationOf(entry: HttpEntry, stake: AtStake, record: StoredRecord): Promise<string> {
  const { url, issuer, tokenEndpoint, revocationEndpoint = null, client } = record;
  const key = hkdfSync('sha256', await masterOf(entry, stake), '', `${DOMAIN} ${stake.what}`, 32);
  const places = [url, issuer, tokenEndpoint, revocationEndpoint, client.id, client.authMethod];
  return createHmac('sha256', Buffer.from(key)).update(JSON.stringify(places)).digest('base64url');
}

/** What is stretched is asked for several times. By a digest: the secret itself is held by the configuration alone. */
const masters = new Map<string, Promise<Buffer>>();

/**
 * A client secret ought to be random (RFC 6749 section 10.10), but some are typed by people, and whoever reads the store
 * could try words against the HMAC: it is stretched like a password. The salt need not be secret, nor random: it tells
 * one client at one server from every other.
 */
async function masterOf(entry: HttpEntry, stake: AtStake): Promise<Buffer> {
  if (stake.what === 'private key') return keyBytes(entry);
  const whose = [DOMAIN, entry.url, entry.oauth?.clientId];
  const salt = digest(JSON.stringify(whose)).subarray(0, SALT_BYTES);
  const id = digest(JSON.stringify([...whose, stake.text])).toString('hex');
  const known = masters.get(id) ?? stretch(stake.text, salt, ITERATIONS);
  masters.set(id, known);
  return known;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
