// Finding the authorization server of an MCP server: protected resource metadata (RFC 9728), then authorization
// server metadata (RFC 8414, OpenID Connect Discovery), with what servers of earlier revisions need.

import { AuthError, type CliError, NetworkError, ProtocolError } from '../errors.ts';
import { issuerEquals } from '../url.ts';
import { pinnedIssuer } from './binding.ts';
import type { Challenge } from './challenge.ts';
import type { AuthContext } from './context.ts';
import { fetchDocument, withoutMetadata } from './document.ts';
import {
  judgeResourceMetadata,
  judgeServerMetadata,
  type ResourceMetadata,
  type ServerMetadata,
} from './metadata.ts';
import { isMetadataUrlOf, resourceMetadataUrls, serverMetadataUrls } from './well-known.ts';
import { within } from './within.ts';

/** Of the servers that a resource names: nobody runs more, and each is asked in several places. */
const MOST_SERVERS = 8;
/** Discovery as a whole may take as long as this many requests. */
const ROUNDS = 2;

export type Discovery = {
  resource: ResourceMetadata | undefined;
  server: ServerMetadata;
  /** `defaults`: nothing was published, the endpoints are those of the 2025-03-26 revision. */
  source: 'metadata' | 'defaults';
};

/**
 * Works out which authorization server protects `given.entry`, and what it offers.
 * @throws NetworkError if a server is in trouble; ProtocolError if a document fails its checks; AuthError
 * `no_authorization_server` if a configured or named issuer publishes nothing
 */
export async function discover(given: AuthContext, challenge: Challenge | undefined): Promise<Discovery> {
  const ctx = { ...given, signal: within(given, ROUNDS) };
  const resource = await discoverResource(ctx, challenge);
  return { resource, ...(await discoverServer(ctx, challenge, resource)) };
}

/** The second half of `discover`: the authorization server, once it is known what the resource says. Throws as it does. */
export async function discoverServer(
  ctx: AuthContext,
  challenge: Challenge | undefined,
  resource: ResourceMetadata | undefined,
): Promise<Pick<Discovery, 'server' | 'source'>> {
  const { entry } = ctx;
  const pinned = pinnedIssuer(entry.oauth);
  if (entry.oauth?.discoveryUrl) {
    const server = await configuredDocument(ctx, entry.oauth.discoveryUrl, pinned);
    return { server, source: 'metadata' };
  }
  const named = pinned ? [pinned] : (resource?.authorizationServers ?? []).slice(0, MOST_SERVERS);
  if (named.length === 0 && challenge?.authorizationServer) named.push(challenge.authorizationServer);
  if (named.length > 0) return { server: await firstServer(ctx, named), source: 'metadata' };
  return serverOfOrigin(ctx, resource === undefined);
}

/** The first half: protected resource metadata, where the challenge and RFC 9728 say. Undefined if there is none. */
export async function discoverResource(
  ctx: AuthContext,
  challenge: Challenge | undefined,
): Promise<ResourceMetadata | undefined> {
  const { url } = ctx.entry;
  const places = new Set(resourceMetadataUrls(url));
  const announced = challenge?.resourceMetadata;
  const ordered = announced && URL.canParse(announced) ? new Set([announced, ...places]) : places;
  for (const place of ordered) {
    const json = await fetchDocument(ctx, place, 'the resource metadata');
    if (json !== undefined) return judgeResourceMetadata(json, ctx.entry, place);
  }
  return undefined;
}

/** The resource lists its servers as equals: one that is unreachable or publishes nothing is passed over. */
async function firstServer(ctx: AuthContext, issuers: readonly string[]): Promise<ServerMetadata> {
  let failure: CliError | undefined;
  for (const issuer of issuers) {
    try {
      const metadata = await serverMetadata(ctx, issuer);
      if (metadata) return metadata;
      failure ??= new AuthError(
        'no_authorization_server',
        `${issuer} publishes no authorization server metadata`,
        { hint: withoutMetadata(ctx.entry.path) },
      );
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      failure ??= error;
    }
  }
  throw (
    failure ??
    new AuthError('no_authorization_server', 'the server names no authorization server', {
      hint: withoutMetadata(ctx.entry.path),
    })
  );
}

async function serverMetadata(ctx: AuthContext, issuer: string): Promise<ServerMetadata | undefined> {
  // The URL parser drops line breaks; a hint that quotes the issuer would have one line more than we wrote.
  if (!URL.canParse(issuer) || /[\p{Cc}\s]/u.test(issuer)) {
    throw new ProtocolError(
      'metadata_invalid',
      `the server names an authorization server that is no URL: ${issuer}`,
      { hint: withoutMetadata(ctx.entry.path) },
    );
  }
  for (const url of serverMetadataUrls(issuer)) {
    const json = await fetchDocument(ctx, url, "the authorization server's metadata");
    if (json === undefined) continue;
    return judged(ctx, json, issuer, url);
  }
  return undefined;
}

/**
 * Servers from before RFC 9728, and some after: the MCP origin itself publishes the metadata. Only where there is no
 * resource metadata may it speak of another issuer, and then only as a pointer: that issuer's own document is used. Nor
 * are endpoints guessed for a server that publishes resource metadata.
 */
async function serverOfOrigin(
  ctx: AuthContext,
  beforeResourceMetadata: boolean,
): Promise<Pick<Discovery, 'server' | 'source'>> {
  const { origin } = new URL(ctx.entry.url);
  for (const url of serverMetadataUrls(origin)) {
    const json = await fetchDocument(ctx, url, "the authorization server's metadata");
    if (json === undefined) continue;
    const elsewhere = beforeResourceMetadata ? foreignIssuer(json, origin) : undefined;
    if (elsewhere !== undefined) {
      const text = `${origin} leaves sign-in to ${elsewhere}`;
      ctx.notify({ kind: 'notice', level: 'info', text });
      return { server: await firstServer(ctx, [elsewhere]), source: 'metadata' };
    }
    return { server: judged(ctx, json, origin, url), source: 'metadata' };
  }
  if (!beforeResourceMetadata) {
    throw new AuthError('no_authorization_server', `${ctx.entry.name} names no authorization server`, {
      hint: `set ${ctx.entry.path}.oauth.issuer, or oauth.authorization_url and oauth.token_url`,
      server: ctx.entry.name,
    });
  }
  const text = `${origin} publishes no metadata; using the default endpoints of the 2025-03-26 revision`;
  ctx.notify({ kind: 'notice', level: 'warning', text });
  return { server: defaultEndpoints(origin), source: 'defaults' };
}

/** Metadata that holds for `issuer`; a forgiven slash is told. */
function judged(ctx: AuthContext, json: unknown, issuer: string | undefined, url: string): ServerMetadata {
  const { metadata, slash } = judgeServerMetadata(json, { issuer, url, entry: ctx.entry });
  if (slash) {
    const text = `issuer ${metadata.issuer} differs from ${issuer} by a trailing slash; taken as the same`;
    ctx.notify({ kind: 'notice', level: 'detail', text });
  }
  return metadata;
}

function foreignIssuer(json: unknown, origin: string): string | undefined {
  const issuer = (json as { issuer?: unknown } | null)?.issuer;
  if (typeof issuer !== 'string' || !URL.canParse(issuer)) return undefined;
  return issuerEquals(origin, issuer) === 'different' ? issuer : undefined;
}

/** `oauth.discovery_url`: the person named the document, so its issuer is theirs if it may publish there. */
async function configuredDocument(
  ctx: AuthContext,
  url: string,
  pinned: string | undefined,
): Promise<ServerMetadata> {
  const json = await fetchDocument(ctx, url, "the authorization server's metadata");
  if (json === undefined) {
    throw new AuthError('no_authorization_server', `there is no authorization server metadata at ${url}`, {
      hint: `check ${ctx.entry.path}.oauth.discovery_url`,
    });
  }
  const metadata = judged(ctx, json, pinned, url);
  if (!pinned && !isMetadataUrlOf(metadata.issuer, url)) {
    throw new ProtocolError('issuer_mismatch', `the metadata at ${url} belongs to ${metadata.issuer}`, {
      hint: `set ${ctx.entry.path}.oauth.issuer to ${metadata.issuer} if that is the server you mean`,
    });
  }
  return metadata;
}

function defaultEndpoints(origin: string): ServerMetadata {
  return {
    issuer: origin,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    registration_endpoint: `${origin}/register`,
  };
}
