// Whose sign-in is stored, by what the authorization server said and says. A token goes to endpoints of its own issuer
// only: those that metadata names which was just validated for that issuer.

import { NetworkError, ProtocolError } from '../errors.ts';
import type { Identity } from '../store/identity.ts';
import type { SignedRecord } from '../store/record.ts';
import { openBearer } from './bearer.ts';
import { hasConfiguredEndpoints } from './binding.ts';
import type { AuthContext } from './context.ts';
import { fetchDocument } from './document.ts';
import { merged, readIdToken } from './id-token.ts';
import { findRecord } from './keep.ts';
import { judgeServerMetadata, type ServerMetadata } from './metadata.ts';
import { loginCommand, loginRequired } from './required.ts';
import { checkSignature, type Signature } from './signature.ts';
import { serverMetadataUrls } from './well-known.ts';
import { askWhose, type Told } from './whose.ts';
import { within } from './within.ts';

export type Whoami = {
  record: SignedRecord;
  /** `sign_in`: what the server said then; `none`: it never said. */
  source: 'id_token' | Told['source'] | 'sign_in' | 'none';
  identity?: Identity;
  /** Of the ID token. */
  signature?: Signature;
  /** Of the ID token, milliseconds since the epoch. */
  idTokenExpiresAt?: number;
};

/**
 * From the stored ID token; without one, from userinfo, else introspection, else what is known. Opens no browser.
 * @throws AuthError `login_required`; ProtocolError `id_token_invalid`, and what a refresh throws
 */
export async function whoami(ctx: AuthContext): Promise<Whoami> {
  const { record } = await findRecord(ctx);
  if (!record?.tokens) throw loginRequired(ctx);
  const known: SignedRecord = { ...record, tokens: record.tokens };
  return (await fromIdToken(ctx, known)) ?? fromServer(ctx, known);
}

async function fromIdToken(ctx: AuthContext, record: SignedRecord): Promise<Whoami | undefined> {
  const { idToken } = record.tokens;
  if (idToken === undefined) return undefined;
  const read = readIdToken(idToken, { issuer: record.issuer, clientId: record.client.id });
  if ('wrong' in read) return undefined;
  const signature = await signatureOf(ctx, record, idToken);
  if (signature === 'invalid') {
    const { name: server } = ctx.entry;
    throw new ProtocolError(
      'id_token_invalid',
      `the ID token of ${server} is not signed by ${record.issuer}`,
      {
        hint: `what is stored may have been changed; sign in anew: ${loginCommand(ctx.entry)} --force`,
        server,
      },
    );
  }
  const identity = merged(record.identity, read.identity) ?? read.identity;
  return { record, source: 'id_token', identity, signature, idTokenExpiresAt: read.expiresAt };
}

/** Offline, the claims are still what they are. */
async function signatureOf(ctx: AuthContext, record: SignedRecord, idToken: string): Promise<Signature> {
  try {
    const { jwks_uri: keys } = (await metadataOf(ctx, record)) ?? {};
    return keys === undefined ? 'unchecked' : await checkSignature(ctx, idToken, keys);
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    return 'unchecked';
  }
}

async function fromServer(ctx: AuthContext, stored: SignedRecord): Promise<Whoami> {
  const server = await metadataOf(ctx, stored);
  const record = server ? await fresh(ctx, stored) : stored;
  const told = server && (await askWhose(ctx, record, server));
  if (told) return { record, ...told };
  const { identity } = record;
  return identity ? { record, source: 'sign_in', identity } : { record, source: 'none' };
}

/** With a token that the server will take. Whose it is, is what is asked: nothing is expected of it here. */
async function fresh(ctx: AuthContext, stored: SignedRecord): Promise<SignedRecord> {
  const { expectAccount: _, ...entry } = ctx.entry;
  await openBearer({ ...ctx, entry, interactive: false }).current();
  const { record } = await findRecord(ctx);
  return record?.tokens ? { ...record, tokens: record.tokens } : stored;
}

/** The issuer's own word today; undefined if it publishes none, or if its endpoints are configured instead. */
async function metadataOf(ctx: AuthContext, record: SignedRecord): Promise<ServerMetadata | undefined> {
  const { entry, http } = ctx;
  if (hasConfiguredEndpoints(entry.oauth)) return undefined;
  const configured = entry.oauth?.discoveryUrl;
  const urls = configured === undefined ? serverMetadataUrls(record.issuer) : [configured];
  for (const url of urls) {
    const json = await fetchDocument(
      { http, entry, signal: within(ctx) },
      url,
      "the authorization server's metadata",
    );
    if (json === undefined) continue;
    return judgeServerMetadata(json, { issuer: record.issuer, url, entry }).metadata;
  }
  return undefined;
}
