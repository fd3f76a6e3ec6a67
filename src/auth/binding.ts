// What the person configured, and whom it binds: it decides what a server may say. Pure.

import type { HttpEntry, MachineGrant, OAuthEntry } from '../config/entry.ts';
import { AuthError, ProtocolError } from '../errors.ts';
import type { StoredRecord } from '../store/record.ts';

/** True if all endpoints that the grant needs are configured: then no metadata is ever asked for. */
export function hasConfiguredEndpoints(oauth: OAuthEntry | undefined): boolean {
  if (oauth?.tokenEndpoint === undefined) return false;
  if (oauth.grantType === 'device_code') return oauth.deviceAuthorizationEndpoint !== undefined;
  return oauth.authorizationEndpoint !== undefined || machineGrant({ oauth }) !== undefined;
}

/** The configured grant, if it needs no person. */
export function machineGrant({ oauth }: Pick<HttpEntry, 'oauth'>): MachineGrant | undefined {
  const grant = oauth?.grantType;
  return grant === 'authorization_code' || grant === 'device_code' ? undefined : grant;
}

/** Whether a sign-in may start by itself: a person is there, or none is needed. */
export function maySignIn({ entry, interactive }: { entry: HttpEntry; interactive: boolean }): boolean {
  return interactive || machineGrant(entry) !== undefined;
}

/**
 * What the person configured as proof was first used with one issuer; a server that later names another would be handed
 * it. Only the person may move it, by pinning the issuer.
 * @throws ProtocolError `issuer_changed`
 */
export function keepSecretWithItsIssuer(
  entry: HttpEntry,
  issuer: string,
  record: StoredRecord | undefined,
): void {
  const secret = configuredSecret(entry.oauth);
  if (!secret || !record || record.client.source !== secret.source) return;
  if (record.issuer === issuer || pinnedIssuer(entry.oauth) === issuer) return;
  throw new ProtocolError('issuer_changed', `${entry.name} now names ${issuer} instead of ${record.issuer}`, {
    hint: `the ${secret.name} was for ${record.issuer}; if the move is genuine, set ${entry.path}.oauth.issuer to ${issuer}`,
    server: entry.name,
  });
}

/**
 * The configured value that proves who we are to whichever server discovery finds. Undefined if there is none, or if
 * the URL that it goes to is configured too: then nothing that a server says can move it. Pure.
 */
export function configuredSecret(
  oauth: OAuthEntry | undefined,
): { name: string; source: 'configured' | 'registered' | 'assertion' } | undefined {
  if (!oauth) return undefined;
  if (oauth.grantType === 'jwt_bearer' && !hasConfiguredEndpoints(oauth)) {
    return { name: 'assertion', source: oauth.clientId === undefined ? 'assertion' : 'configured' };
  }
  if (oauth.clientId !== undefined) {
    const bound = oauth.clientSecret !== undefined && !hasConfiguredEndpoints(oauth);
    return bound ? { name: 'client secret', source: 'configured' } : undefined;
  }
  const { initialAccessToken, registrationEndpoint: own } = oauth.dynamicRegistration ?? {};
  const fixed = own ?? oauth.registrationEndpoint;
  if (initialAccessToken === undefined || fixed !== undefined) return undefined;
  return { name: 'initial access token', source: 'registered' };
}

/** The issuer that the person chose. */
export function pinnedIssuer(oauth: OAuthEntry | undefined): string | undefined {
  return oauth?.issuer ?? oauth?.dynamicRegistration?.issuer;
}

/** Throws AuthError `oauth_disabled`: `"enabled": false` holds for whoever asks, a server or a person. */
export function requireEnabled({ oauth, name: server, path }: HttpEntry): void {
  if (oauth?.enabled !== false) return;
  throw new AuthError('oauth_disabled', `${server} needs a sign-in, and ${path}.oauth.enabled is false`, {
    hint: `remove "enabled": false, or set ${path}.bearer_token_env`,
    server,
  });
}
