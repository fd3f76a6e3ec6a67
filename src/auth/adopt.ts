// A sign-in that another program made, bound to one of our servers as if it had been made here. What its file does not
// say, the configuration and discovery say; where the two differ, it is not taken: a refresh token goes to the token
// endpoint of the issuer that gave it, or nowhere.

import { AuthError } from '../errors.ts';
import { parseObject } from '../json-object.ts';
import type { StoredClient, StoredRecord, StoredTokens } from '../store/record.ts';
import { issuerEquals } from '../url.ts';
import { askForChallenge } from './ask.ts';
import { hasConfiguredEndpoints, keepSecretWithItsIssuer, pinnedIssuer, requireEnabled } from './binding.ts';
import type { AuthContext } from './context.ts';
import { type Discovery, discover } from './discover.ts';
import { requireIssuer } from './expect.ts';
import { withOwner } from './id-token.ts';
import { methodForIssuedSecret, methodForSecret } from './identity.ts';
import { foreignDocument } from './keep.ts';
import type { ServerMetadata } from './metadata.ts';
import { chooseResource, configuredServer } from './plan.ts';
import { loginCommand } from './required.ts';

/** What is known of the sign-in; the rest is to be found out. */
export type Grant = {
  tokens: StoredTokens;
  client?: Omit<StoredClient, 'source' | 'authMethod'> & Partial<Pick<StoredClient, 'authMethod'>>;
  issuer?: string;
  tokenEndpoint?: string;
};

/**
 * The record of it for this entry. Asks the server whom it belongs to, writes nothing, sends no token.
 * @throws AuthError `import_refused` where it cannot be known to belong here, `oauth_disabled`; ProtocolError
 * `unexpected_issuer`, `issuer_changed`; and what discovery throws
 */
export async function bindGrant(
  ctx: AuthContext,
  grant: Grant,
  existing: StoredRecord | undefined,
): Promise<StoredRecord> {
  const { entry } = ctx;
  requireEnabled(entry);
  const discovery = hasConfiguredEndpoints(entry.oauth)
    ? undefined
    : await discover(ctx, await askForChallenge(ctx));
  const server = discovery?.server ?? configuredServer(entry.oauth);
  requireSameIssuer(ctx, grant, server, discovery);
  requireIssuer(entry, server.issuer);
  keepSecretWithItsIssuer(entry, server.issuer, existing);
  const resource = chooseResource(entry, discovery);
  return withOwner({
    version: 1,
    server: entry.name,
    ...(entry.account !== undefined && { account: entry.account }),
    url: entry.url,
    issuer: server.issuer,
    tokenEndpoint: server.token_endpoint,
    ...(server.revocation_endpoint && { revocationEndpoint: server.revocation_endpoint }),
    ...foreignDocument(entry, server.issuer),
    ...(resource !== undefined && { resource }),
    client: clientOf(ctx, grant, server),
    tokens: grant.tokens,
  }).record;
}

function requireSameIssuer(
  ctx: AuthContext,
  { issuer, tokenEndpoint, tokens }: Grant,
  server: ServerMetadata,
  discovery: Discovery | undefined,
): void {
  const { oauth, path } = ctx.entry;
  const pinned = pinnedIssuer(oauth);
  // Configured endpoints have no issuer but the one that is configured with them.
  const known = discovery !== undefined || pinned !== undefined;
  const said = issuer ?? (pinned === undefined ? issuerOf(tokens.accessToken) : undefined);
  if (known && said !== undefined && issuerEquals(server.issuer, said) === 'different') {
    throw refused(ctx, `it was issued by ${said}, and the server names ${server.issuer}`, [
      `if ${said} is right, set ${path}.oauth.issuer to it`,
    ]);
  }
  if (tokenEndpoint !== undefined && !sameEndpoint(tokenEndpoint, server.token_endpoint)) {
    throw refused(ctx, `it is renewed at ${tokenEndpoint}, and the server names ${server.token_endpoint}`);
  }
  const several = (discovery?.resource?.authorizationServers.length ?? 0) > 1;
  if (several && pinned === undefined && said === undefined && tokenEndpoint === undefined) {
    throw refused(
      ctx,
      'the server names several authorization servers, and nothing says which of them issued it',
      [`set ${path}.oauth.issuer to the one that did`],
    );
  }
}

/**
 * A client that nobody configured here is kept for renewing alone: it has no redirect, so that the next sign-in
 * registers us under our own name.
 */
function clientOf({ entry }: AuthContext, { client }: Grant, server: ServerMetadata): StoredClient {
  const { oauth } = entry;
  if (oauth?.clientId !== undefined) {
    if (client && client.id !== oauth.clientId) {
      throw refused({ entry }, 'it was issued to another client than the configured one', [
        `or remove ${entry.path}.oauth.client_id, if the other client is to be used`,
      ]);
    }
    const method = oauth.tokenEndpointAuthMethod ?? (oauth.clientSecret ? methodForSecret(server) : 'none');
    return { id: oauth.clientId, source: 'configured', authMethod: method };
  }
  if (!client) throw refused({ entry }, 'nothing says which client it was issued to');
  const { id, secret, secretExpiresAt, authMethod } = client;
  if (id === oauth?.clientMetadataUrl) return { id, source: 'document', authMethod: 'none' };
  const told = authMethod === 'none' ? undefined : authMethod;
  return {
    id,
    ...(secret !== undefined && { secret }),
    source: 'registered',
    authMethod: secret === undefined ? 'none' : (told ?? methodForIssuedSecret(server)),
    ...(secretExpiresAt !== undefined && { secretExpiresAt }),
  };
}

function refused(ctx: Pick<AuthContext, 'entry'>, why: string, ways: string[] = []): AuthError {
  const { name: server } = ctx.entry;
  return new AuthError('import_refused', `the sign-in to ${server} is not taken over: ${why}`, {
    hint: [...ways, `sign in anew: ${loginCommand(ctx.entry)}`].join('\n'),
    server,
  });
}

/** Of a signed token (RFC 9068), which is not verified: it can only speak against itself. */
function issuerOf(accessToken: string): string | undefined {
  const [, payload, ...rest] = accessToken.split('.');
  if (payload === undefined || rest.length !== 1) return undefined;
  const iss = parseObject(Buffer.from(payload, 'base64url').toString())?.iss;
  if (typeof iss !== 'string') return undefined;
  // It is quoted in a message; whatever else it is, it is no issuer that we know.
  return /^[\x21-\x7e]{1,500}$/.test(iss) ? iss : 'nobody whose name could be shown';
}

function sameEndpoint(one: string, other: string): boolean {
  return URL.canParse(one) && URL.canParse(other) && new URL(one).href === new URL(other).href;
}
