// What the person expects of a sign-in: whose it is, and who vouches for that. Pure.

import type { HttpEntry } from '../config/entry.ts';
import { AuthError, CliError, ProtocolError } from '../errors.ts';
import type { Identity } from '../store/identity.ts';
import type { StoredRecord } from '../store/record.ts';
import { issuerEquals } from '../url.ts';
import { nameOf } from './id-token.ts';
import { loginCommand } from './required.ts';

/** Throws ProtocolError `unexpected_issuer`: asked before anything is sent there. */
export function requireIssuer(entry: HttpEntry, issuer: string): void {
  const { expectIssuer, name: server, path } = entry;
  if (expectIssuer === undefined || issuerEquals(expectIssuer, issuer) !== 'different') return;
  throw new ProtocolError(
    'unexpected_issuer',
    `${server} is signed in to at ${issuer}, not at ${expectIssuer}`,
    {
      hint: `if ${issuer} is right, set ${path}.expect_issuer to it`,
      server,
    },
  );
}

/**
 * Holds a record, stored or about to be, against what the entry expects.
 * @throws ProtocolError `unexpected_issuer`; AuthError `unexpected_account`, `unknown_account` where nothing says whose it is
 */
export function requireExpected(entry: HttpEntry, { issuer, identity }: StoredRecord): void {
  requireIssuer(entry, issuer);
  const { expectAccount, name: server, path } = entry;
  if (expectAccount === undefined) return;
  const again = `sign in as ${expectAccount}: ${loginCommand(entry)}`;
  if (identity === undefined) {
    throw new AuthError('unknown_account', `nothing says whose sign-in to ${server} it is`, {
      hint: [
        again,
        `if it still does not say, add "openid" and "email" to ${path}.oauth.scopes, or remove ${path}.expect_account`,
      ].join('\n'),
      server,
    });
  }
  if (isWhom(identity, expectAccount)) return;
  throw new AuthError(
    'unexpected_account',
    `the sign-in to ${server} is of ${nameOf(identity)}, not of ${expectAccount}`,
    {
      hint: [
        `${again}\nsign out of the other account in the browser first`,
        `or set ${path}.expect_account to who it is`,
      ].join('\n'),
      server,
    },
  );
}

/** What `requireExpected` throws of a record; undefined for one that is as the entry expects. */
export function unexpected(entry: HttpEntry, record: StoredRecord): CliError | undefined {
  try {
    requireExpected(entry, record);
    return undefined;
  } catch (error) {
    if (error instanceof CliError) return error;
    throw error;
  }
}

/** Character by character. Whoever may write any address into a profile could be anybody: an unverified one says nothing. */
function isWhom({ subject, email, emailVerified, username }: Identity, expected: string): boolean {
  return expected === subject || expected === username || (expected === email && emailVerified !== false);
}
