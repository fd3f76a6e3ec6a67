// The one value that every way of being configured ends in. Pure: what is known goes in, what will be done comes out.

import type { HttpEntry, OAuthEntry } from '../config/entry.ts';
import { AuthError } from '../errors.ts';
import type { StoredRecord } from '../store/record.ts';
import { canonicalResource } from '../url.ts';
import { keepSecretWithItsIssuer } from './binding.ts';
import { type ProofPlan, planProof } from './bound.ts';
import type { Challenge } from './challenge.ts';
import type { Discovery } from './discover.ts';
import { requireIssuer } from './expect.ts';
import { type Client, chooseClient, machineClient } from './identity.ts';
import type { ServerMetadata } from './metadata.ts';
import { requirePkce } from './metadata.ts';
import { chooseScopes, scopeList, unionScopes } from './scope.ts';

/** What every grant needs to know. */
export type GrantPlan = {
  server: ServerMetadata;
  source: 'configured' | 'metadata' | 'defaults';
  scopes: string[];
  resource: string | undefined;
  proof: ProofPlan;
};

/** A sign-in in a browser. */
export type AuthPlan = GrantPlan & {
  server: ServerMetadata & { authorization_endpoint: string };
  /** Undefined: register one, once the redirect is bound. */
  client: Client | undefined;
  addedOffline: boolean;
  pkce: boolean;
  extraParams: Record<string, string>;
};

/** A sign-in in a browser of any machine (RFC 8628). */
export type DevicePlan = GrantPlan & {
  server: ServerMetadata & { device_authorization_endpoint: string };
  /** Undefined: register one. */
  client: Client | undefined;
  addedOffline: boolean;
  extraParams: Record<string, string>;
};

export type PlanFacts = {
  discovery: Discovery | undefined;
  challenge: Challenge | undefined;
  /** What is stored for this server and account. */
  record: StoredRecord | undefined;
  /** The server no longer knows the client that is stored. */
  forgetClient: boolean;
  stepUp: readonly string[];
  withoutOffline: boolean;
  /** Milliseconds since the epoch. */
  now: number;
};

/**
 * Decides the whole sign-in.
 * @throws ProtocolError `unexpected_issuer`, `pkce_not_supported`, `issuer_changed`; AuthError `no_authorization_endpoint`,
 * `registration_unavailable`
 */
export function planSignIn(entry: HttpEntry, facts: PlanFacts): AuthPlan {
  const { oauth } = entry;
  const { server, source } = serverOf(oauth, facts.discovery);
  requireIssuer(entry, server.issuer);
  if (source === 'metadata') requirePkce(server, oauth?.allowMissingPkceMetadata ?? false, entry.path);
  const { authorization_endpoint } = server;
  if (!authorization_endpoint) {
    throw new AuthError('no_authorization_endpoint', `${server.issuer} offers no sign-in in a browser`, {
      hint: `set ${entry.path}.oauth.grant_type to a grant that the server offers`,
      server: entry.name,
    });
  }
  keepSecretWithItsIssuer(entry, server.issuer, facts.record);
  const chosen = withIdentity(entry, scopesOf(entry, facts, server.scopes_supported ?? []), server);
  return {
    server: { ...server, authorization_endpoint },
    source,
    client: chooseClient(entry, server, facts),
    ...chosen,
    resource: chooseResource(entry, facts.discovery),
    proof: planProof(entry, server, facts),
    pkce: oauth?.usePkce ?? true,
    extraParams: { ...hintOf(entry, chosen.scopes), ...oauth?.extraAuthParams },
  };
}

/** Who has to be somebody is asked for who they are, where the server knows these scopes (OpenID Connect Core section 5.4). */
function withIdentity<T extends { scopes: string[] }>(
  { expectAccount }: HttpEntry,
  chosen: T,
  server: ServerMetadata,
): T {
  if (expectAccount === undefined || chosen.scopes.length === 0) return chosen;
  const known = (server.scopes_supported ?? []).filter((scope) =>
    ['openid', 'email', 'profile'].includes(scope),
  );
  return known.includes('openid') ? { ...chosen, scopes: unionScopes(chosen.scopes, known) } : chosen;
}

/**
 * Decides a sign-in with a code that the person enters elsewhere. No code comes back here, so PKCE has no part in it.
 * @throws ProtocolError `unexpected_issuer`, `issuer_changed`; AuthError `device_unsupported`, `registration_unavailable`
 */
export function planDevice(entry: HttpEntry, facts: PlanFacts): DevicePlan {
  const { oauth } = entry;
  const { server, source } = serverOf(oauth, facts.discovery);
  requireIssuer(entry, server.issuer);
  const { device_authorization_endpoint } = server;
  if (!device_authorization_endpoint) {
    throw new AuthError('device_unsupported', `${server.issuer} offers no sign-in with a device code`, {
      hint: [
        `sign in with a browser: without --device, and without ${entry.path}.oauth.grant_type`,
        `or set ${entry.path}.oauth.device_authorization_url, if its operator names one`,
      ].join('\n'),
      server: entry.name,
    });
  }
  keepSecretWithItsIssuer(entry, server.issuer, facts.record);
  return {
    server: { ...server, device_authorization_endpoint },
    source,
    client: chooseClient(entry, server, facts),
    ...withIdentity(entry, scopesOf(entry, facts, server.scopes_supported ?? []), server),
    resource: chooseResource(entry, facts.discovery),
    proof: planProof(entry, server, facts),
    extraParams: oauth?.extraAuthParams ?? {},
  };
}

/**
 * Decides a sign-in that needs no person.
 * @throws ProtocolError `unexpected_issuer`, `issuer_changed`; ConfigError `client_needed`
 */
export function planMachine(entry: HttpEntry, facts: PlanFacts): GrantPlan & { client: Client } {
  const { server, source } = serverOf(entry.oauth, facts.discovery);
  requireIssuer(entry, server.issuer);
  keepSecretWithItsIssuer(entry, server.issuer, facts.record);
  return {
    server,
    source,
    client: machineClient(entry, server, facts.record),
    // Nobody is away, so `offline_access` means nothing here.
    scopes: scopesOf(entry, facts, []).scopes,
    resource: chooseResource(entry, facts.discovery),
    proof: planProof(entry, server, facts),
  };
}

/** OpenID Connect Core section 3.1.2.1: the page offers that account, not the one that happens to be signed in. */
function hintOf({ expectAccount }: HttpEntry, scopes: readonly string[]): Record<string, string> {
  return expectAccount !== undefined && scopes.includes('openid') ? { login_hint: expectAccount } : {};
}

/** The authorization server that this sign-in uses: discovered, or as it is configured. Pure. */
export function serverOf(
  oauth: OAuthEntry | undefined,
  discovery: Discovery | undefined,
): Pick<GrantPlan, 'server' | 'source'> {
  return discovery ?? { server: configuredServer(oauth), source: 'configured' };
}

function scopesOf({ oauth }: HttpEntry, facts: PlanFacts, server: readonly string[]) {
  return chooseScopes({
    configured: oauth?.scopes ?? [],
    challenged: scopeList(facts.challenge?.scope),
    resource: facts.discovery?.resource?.scopes ?? [],
    server,
    stepUp: facts.stepUp,
    withoutOffline: facts.withoutOffline,
  });
}

/** Configured endpoints without an issuer are known by the token endpoint's origin: it is what the secrets go to. */
export function configuredServer(oauth: OAuthEntry | undefined): ServerMetadata {
  const tokenEndpoint = oauth?.tokenEndpoint ?? '';
  return {
    issuer: oauth?.issuer ?? new URL(tokenEndpoint).origin,
    ...(oauth?.authorizationEndpoint && { authorization_endpoint: oauth.authorizationEndpoint }),
    token_endpoint: tokenEndpoint,
    ...(oauth?.deviceAuthorizationEndpoint && {
      device_authorization_endpoint: oauth.deviceAuthorizationEndpoint,
    }),
    ...(oauth?.registrationEndpoint && { registration_endpoint: oauth.registrationEndpoint }),
    ...(oauth?.revocationEndpoint && { revocation_endpoint: oauth.revocationEndpoint }),
  };
}

/** RFC 8707: configured, else the metadata's own words, else the server's canonical URI. */
export function chooseResource(entry: HttpEntry, discovery: Discovery | undefined): string | undefined {
  const wanted = entry.oauth?.resource ?? 'auto';
  if (wanted === 'omit') return undefined;
  if (wanted !== 'auto') return wanted;
  if (discovery?.source === 'defaults') return undefined;
  return discovery?.resource?.resource ?? canonicalResource(entry.url);
}
