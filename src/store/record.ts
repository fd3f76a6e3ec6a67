// What is kept for one (server, account). JSON in a secret store; parsed as hostile input, because whoever can write
// a keyring entry or a Vault path could otherwise point a refresh token at an endpoint of theirs.
// No schema library here: reading one record must not cost a start-up.
import { StoreError } from '../errors.ts';
import { parseObject } from '../json-object.ts';
import { typed } from '../typed.ts';
import {
  absoluteUri,
  type Fields,
  fieldsOf,
  listOf,
  moment,
  oneOf,
  plain,
  visible,
  webUrl,
  yes,
} from './fields.ts';
import { type Identity, parseIdentity } from './identity.ts';
import { type ProofKey, proofKey } from './proof-key.ts';
import { recordKey, splitKey } from './record-key.ts';

const METHODS = ['none', 'client_secret_post', 'client_secret_basic', 'private_key_jwt'] as const;
export type AuthMethod = (typeof METHODS)[number];

export type StoredClient = {
  id: string;
  /** Only the secret of a registered client is kept: a configured one stays where it is configured. */
  secret?: string;
  /** `assertion`: there is none, what proves who we are says it all. */
  source: 'configured' | 'document' | 'registered' | 'assertion';
  authMethod: AuthMethod;
  /** As registered; a different redirect registers anew. */
  redirectUris?: string[];
  /** Milliseconds since the epoch. */
  secretExpiresAt?: number;
  /** It was registered for tokens that are bound to a key (RFC 9449 section 5.2). */
  bound?: true;
  /** It was registered for pushed authorization requests alone (RFC 9126 section 6). */
  pushes?: true;
};

export type StoredTokens = {
  accessToken: string;
  tokenType: 'Bearer' | 'DPoP';
  refreshToken?: string;
  idToken?: string;
  /** Space-separated; what was granted, or what was asked for if the answer did not say (RFC 6749 section 5.1). */
  scope?: string;
  /** Milliseconds since the epoch. */
  issuedAt: number;
  /** Absent: good until the server says 401. */
  expiresAt?: number;
};

const MACHINE_GRANTS = ['client_credentials', 'jwt_bearer', 'enterprise_managed'] as const;
/** Grants that need no person. */
export type MachineGrant = (typeof MACHINE_GRANTS)[number];

export type StoredRecord = {
  version: 1;
  server: string;
  account?: string;
  /** The MCP server's URL. Tokens go to no other. */
  url: string;
  /** The validated issuer; for configured endpoints without one, the token endpoint's origin. */
  issuer: string;
  /** The only URL that the refresh token and the client secret are ever sent to, besides revocation. */
  tokenEndpoint: string;
  revocationEndpoint?: string;
  /** The configured metadata document, where its place is none of the issuer's own: its endpoints are not the issuer's word. */
  metadataUrl?: string;
  /** RFC 8707 value that was sent; absent if omitted. */
  resource?: string;
  /** Absent: a person signed in. */
  grant?: MachineGrant;
  /** Absent: nothing said whose sign-in it is. */
  identity?: Identity;
  client: StoredClient;
  /** An HMAC of the places above, under what is configured as the client's proof (auth/destination). */
  destination?: string;
  /** What the tokens are bound to. Stays after a logout: this server is not to be content with less one day. */
  proofKey?: ProofKey;
  /** Absent after a logout: the registration is kept. */
  tokens?: StoredTokens;
};

/** With tokens. */
export type SignedRecord = StoredRecord & { tokens: StoredTokens };

type ReadOptions = {
  /** Take `http:` beyond loopback: the entry says `allow_http`. */
  allowHttp?: boolean;
};

/** Characters. A record of ours is some KB; a signed token with many claims, some tens of KB. */
const RECORD_LIMIT = 2 * 1024 * 1024;

/** What a record can hold of a server's words. Asked as soon as they come: later nothing could be done about them. */
export const storable = {
  token: visible(256 * 1024),
  scope: visible(16_384),
  clientId: visible(4096),
  clientSecret: visible(16_384),
};

/**
 * The record stored under `key`. Unknown members are left out; a member of the wrong type, length, characters or kind of
 * URL is StoreError `corrupt`, naming the member and never its value.
 */
export function parseRecord(
  json: string,
  key: string,
  { allowHttp = false }: ReadOptions = {},
): StoredRecord {
  const fail = (path: string) => corrupt(key, path);
  if (json.length > RECORD_LIMIT) throw fail('');
  const record = fieldsOf(parseObject(json), fail);
  const url = webUrl(allowHttp);
  const tokens = record.perhaps('tokens');
  const identity = record.perhaps('identity');
  const parsed: StoredRecord = {
    version: record.need('version', oneOf(1)),
    server: record.need('server', plain(1024)),
    ...record.may('account', plain(1024)),
    url: record.need('url', url),
    issuer: record.need('issuer', url),
    tokenEndpoint: record.need('tokenEndpoint', url),
    ...record.may('revocationEndpoint', url),
    ...record.may('metadataUrl', url),
    ...record.may('resource', absoluteUri),
    ...record.may('grant', oneOf(...MACHINE_GRANTS)),
    ...(identity ? { identity: parseIdentity(identity) } : {}),
    client: parseClient(record.within('client')),
    ...record.may('destination', visible(200)),
    ...record.may('proofKey', proofKey),
    ...(tokens ? { tokens: parseTokens(tokens) } : {}),
  };
  // A bound token without its key is good for nothing, and one that is not bound was never saved beside a key.
  if (parsed.tokens && (parsed.tokens.tokenType === 'DPoP') !== (parsed.proofKey !== undefined))
    throw fail('tokens.tokenType');
  // A record copied under another name would lend its tokens to another server.
  if (recordKey(parsed.server, parsed.account, splitKey(key).variant) !== key) throw fail('server');
  return parsed;
}

/** Throws like `parseRecord`: what could not be read back is never written. */
export function serializeRecord(record: StoredRecord, options: ReadOptions = {}): string {
  const json = JSON.stringify(record);
  return JSON.stringify(parseRecord(json, recordKey(record.server, record.account), options));
}

function parseClient(client: Fields): StoredClient {
  return {
    id: client.need('id', storable.clientId),
    ...client.may('secret', storable.clientSecret),
    source: client.need('source', oneOf('configured', 'document', 'registered', 'assertion')),
    authMethod: client.need('authMethod', oneOf(...METHODS)),
    ...client.may('redirectUris', listOf(absoluteUri, 64)),
    ...client.may('secretExpiresAt', moment),
    ...client.may('bound', yes),
    ...client.may('pushes', yes),
  };
}

function parseTokens(tokens: Fields): StoredTokens {
  return {
    accessToken: tokens.need('accessToken', storable.token),
    tokenType: tokens.need('tokenType', oneOf('Bearer', 'DPoP')),
    ...tokens.may('refreshToken', storable.token),
    ...tokens.may('idToken', storable.token),
    ...tokens.may('scope', storable.scope),
    issuedAt: tokens.need('issuedAt', moment),
    ...tokens.may('expiresAt', moment),
  };
}

function corrupt(key: string, path: string): StoreError {
  // A key read from a directory listing is as hostile as the rest.
  const name = splitKey(key).server.replace(/[\p{C}]/gu, '?');
  return new StoreError('corrupt', `the stored sign-in of ${name} is damaged${path && ` (${path})`}`, {
    server: name,
    hint: `drop it and sign in again: ${typed('mcp-cli', 'auth', 'reset', name)}`,
  });
}
