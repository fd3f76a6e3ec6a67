// How servers stand, as a table.

import type { RecordDescription } from '../auth/status.ts';
import type { StoreName } from '../store/store.ts';
import type { ErrorJson } from './report.ts';
import { type TableView, table } from './table.ts';
import { relative } from './time.ts';

/** How a server stands, for a person and for scripts. */
export type Standing = {
  server: string;
  account?: string;
  state:
    | RecordDescription['state']
    | 'signed_out'
    | 'other_url'
    | 'unreadable'
    /** Of somebody, or from an issuer, that the entry does not expect. */
    | 'unexpected'
    | 'environment'
    | 'header'
    | 'stdio'
    /** OAuth is switched off for it. */
    | 'none'
    | 'error';
  /** Where a provided token comes from. */
  source?: string;
  /** Where a stored one is. */
  store?: StoreName;
  /** Stored, but no configured server has this name. */
  orphan?: true;
  error?: ErrorJson;
} & Partial<Omit<RecordDescription, 'server' | 'account' | 'state'>>;

/** A table of them; nobody is an empty one. */
export function standingsText(standings: Standing[], now: number, view: TableView): string {
  if (standings.length === 0) return 'Nothing to show.\n';
  const labels = standings.map(label);
  // Namesakes (auth/keep) are told apart by what makes them two.
  const isDouble = (text: string) => labels.indexOf(text) !== labels.lastIndexOf(text);
  const rows = standings.map((each) => [
    isDouble(label(each)) ? `${label(each)} at ${each.url ?? '?'}` : label(each),
    `${words(each)}${each.tokenType === 'DPoP' ? ' (DPoP)' : ''}${each.orphan ? ', not configured' : ''}`,
    each.expiresAt === undefined ? '' : relative(Date.parse(each.expiresAt), now),
    each.store ?? '',
    each.scope ?? '',
    each.issuer ?? '',
  ]);
  return table(['SERVER', 'STATE', 'EXPIRES', 'STORE', 'SCOPE', 'ISSUER'], rows, view);
}

function label({ server, account }: Standing): string {
  return account === undefined ? server : `${server} (${account})`;
}

/** One server's state in a few words. */
export function words(each: Standing): string {
  switch (each.state) {
    case 'signed_in':
      return each.identity === undefined
        ? 'signed in'
        : `signed in as ${each.identity.email ?? each.identity.username ?? each.identity.subject}`;
    case 'expired_refreshable':
      return 'expired, renewed on next use';
    case 'expired':
      return 'expired';
    case 'registered':
      return 'signed out, client registered';
    case 'signed_out':
      return 'not signed in';
    case 'other_url':
      return 'signed in to another URL';
    case 'unreadable':
      return 'what is stored cannot be read';
    case 'environment':
      return `token from ${each.source}`;
    case 'header':
      return 'Authorization header configured';
    case 'stdio':
      return 'no sign-in (stdio)';
    case 'none':
      return 'no sign-in (switched off)';
    case 'unexpected':
    case 'error':
      return each.error?.message ?? 'error';
  }
}
