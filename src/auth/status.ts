import type { Identity } from '../store/identity.ts';
import type { StoredRecord } from '../store/record.ts';

type RecordState = 'signed_in' | 'expired_refreshable' | 'expired' | 'registered';

/** What may be shown of a record: nothing in it is secret. Moments are ISO 8601, as scripts read them. */
export type RecordDescription = {
  server: string;
  account?: string;
  state: RecordState;
  /** Without query: some servers carry a key in it. */
  url: string;
  issuer: string;
  clientId: string;
  clientSource: StoredRecord['client']['source'];
  /** Whose it is, if the server said so. */
  identity?: Identity;
  /** `DPoP`: good only with the key that is stored beside it. */
  tokenType?: 'Bearer' | 'DPoP';
  scope?: string;
  issuedAt?: string;
  expiresAt?: string;
  refreshable: boolean;
};

/** What a stored record means now, for a person: pure, and without any secret of it. */
export function describeRecord(record: StoredRecord, now: number): RecordDescription {
  const { tokens, client } = record;
  return {
    server: record.server,
    ...(record.account === undefined ? {} : { account: record.account }),
    state: stateOf(record, now),
    url: bare(record.url),
    issuer: bare(record.issuer),
    clientId: client.id,
    clientSource: client.source,
    ...(tokens === undefined || record.identity === undefined ? {} : { identity: record.identity }),
    ...(tokens === undefined ? {} : { tokenType: tokens.tokenType }),
    ...(tokens?.scope === undefined ? {} : { scope: tokens.scope }),
    ...(tokens === undefined ? {} : { issuedAt: new Date(tokens.issuedAt).toISOString() }),
    ...(tokens?.expiresAt === undefined ? {} : { expiresAt: new Date(tokens.expiresAt).toISOString() }),
    refreshable: tokens !== undefined && isRenewable(record),
  };
}

function stateOf(record: StoredRecord, now: number): RecordState {
  const { tokens } = record;
  if (tokens === undefined) return 'registered';
  // No `expires_in`: good until the server says 401.
  if (tokens.expiresAt === undefined || tokens.expiresAt > now) return 'signed_in';
  return isRenewable(record) ? 'expired_refreshable' : 'expired';
}

/** Whether there will be another token without a person. */
function isRenewable({ tokens, grant }: StoredRecord): boolean {
  return tokens?.refreshToken !== undefined || grant !== undefined;
}

function bare(url: string): string {
  if (!URL.canParse(url)) return '';
  const { protocol, host, pathname } = new URL(url);
  // An issuer is compared letter by letter: the slash that URL adds to a bare origin is not shown.
  return `${protocol}//${host}${pathname === '/' && !url.endsWith('/') ? '' : pathname}`;
}
