// Whose sign-in it is, from an ID token (OpenID Connect Core section 2). Pure. It came from the token endpoint itself, so
// the claims count without the signature (section 3.1.3.7); who shows them later says whether that was checked.

import { parseObject } from '../json-object.ts';
import { momentOf } from '../store/fields.ts';
import { type Identity, told } from '../store/identity.ts';
import type { SignedRecord } from '../store/record.ts';

export type IdToken = {
  identity: Identity;
  issuer: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
};

/**
 * The token's claims, if it is this issuer's and made for this client; else what is wrong with it. It may be over: it
 * says who signed in then.
 */
export function readIdToken(
  token: string,
  { issuer, clientId }: { issuer: string; clientId: string },
): IdToken | { wrong: string } {
  const claims = claimsOf(token);
  if (!claims) return { wrong: 'it cannot be read' };
  if (claims.iss !== issuer) return { wrong: 'it is of another issuer' };
  const audience = [claims.aud].flat();
  if (!audience.includes(clientId)) return { wrong: 'it was made for another client' };
  // Made for several: then it says which of them asked (section 3.1.3.7, 4 and 5).
  if ((audience.length > 1 || claims.azp !== undefined) && claims.azp !== clientId) {
    return { wrong: 'it was asked for by another client' };
  }
  if (typeof claims.exp !== 'number' || !Number.isFinite(claims.exp) || claims.exp < 0) {
    return { wrong: 'it does not say until when it holds' };
  }
  const identity = identityOf(claims);
  if (!identity) return { wrong: 'it names nobody' };
  return { identity, issuer, expiresAt: momentOf(claims.exp * 1000) };
}

/** The claims of an ID token, of a userinfo answer (section 5.1) or of an introspection (RFC 7662 section 2.2). */
export function identityOf(claims: Record<string, unknown>): Identity | undefined {
  const subject = told(claims.sub);
  if (subject === undefined) return undefined;
  const email = told(claims.email);
  const username = told(claims.preferred_username) ?? told(claims.username);
  const name = told(claims.name);
  return {
    subject,
    ...(email !== undefined && { email }),
    ...(email !== undefined && verification(claims.email_verified)),
    ...(username !== undefined && { username }),
    ...(name !== undefined && { name }),
  };
}

/** Some servers write it as a string. */
function verification(value: unknown): { emailVerified?: boolean } {
  const said = String(value);
  return said === 'true' || said === 'false' ? { emailVerified: said === 'true' } : {};
}

/** What both say of the same owner; undefined if they speak of two. */
export function merged(one: Identity | undefined, other: Identity | undefined): Identity | undefined {
  if (!one || !other) return one ?? other;
  return one.subject === other.subject ? { ...one, ...other } : undefined;
}

/**
 * The record with what its ID token says of its owner. A token that is not for us is left out: `wrong` says why, and the
 * one of `before`, which it was renewed from, stays.
 */
export function withOwner(
  record: SignedRecord,
  before?: SignedRecord,
): { record: SignedRecord; wrong?: string } {
  const { tokens, ...rest } = record;
  if (tokens.idToken === undefined) return { record };
  const read = readIdToken(tokens.idToken, { issuer: record.issuer, clientId: record.client.id });
  if ('wrong' in read) {
    const { idToken: _, ...others } = tokens;
    const kept = before?.tokens.idToken;
    return {
      record: { ...rest, tokens: { ...others, ...(kept !== undefined && { idToken: kept }) } },
      ...read,
    };
  }
  const identity = merged(record.identity, read.identity) ?? read.identity;
  return { record: { ...rest, identity, tokens } };
}

/** What a person calls it. */
export function nameOf({ email, username, subject }: Identity): string {
  return email ?? username ?? subject;
}

function claimsOf(token: string): Record<string, unknown> | undefined {
  const parts = token.split('.');
  if (parts.length !== 3) return undefined;
  return parseObject(Buffer.from(parts[1] ?? '', 'base64url').toString());
}
