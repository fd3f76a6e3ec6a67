// A server whose tokens are bound to a key, and what can be seen of that from outside.
import { parseRecord, type StoredRecord } from '../../src/store/record.ts';
import { type ProofCheck, proofCheck, readProof } from './proofs.ts';
import { type Scene, type SceneOptions, scene } from './scene.ts';
import { registerSecret } from './secrets.ts';
import { openAt } from './store.ts';

export type BoundScene = Scene & { proofs: ProofCheck };

/** The server asks for DPoP in its metadata, and takes nothing else; with `nonce`, both servers want nonces. */
export async function boundScene({
  nonce = false,
  ...options
}: SceneOptions & { nonce?: boolean } = {}): Promise<BoundScene> {
  const proofs = proofCheck(nonce ? 'nonce-of-the-resource' : undefined);
  const made = await scene({
    ...options,
    authorization: { dpop: nonce ? 'nonce' : 'plain', ...options.authorization },
    server: { ...options.server, protection: { proofs, ...options.server?.protection } },
  });
  return { ...made, proofs };
}

/** What is kept for `notes`. Its key is a secret from here on. */
export async function storedRecord(home: string): Promise<StoredRecord> {
  const text = (await (await openAt(home)).get('notes')) ?? '';
  const record = parseRecord(text, 'notes');
  if (record.proofKey?.d !== undefined) registerSecret(record.proofKey.d, 'private key');
  return record;
}

/** Keeps it in the place of what is there. */
export async function storeRecord(home: string, record: object): Promise<void> {
  await (await openAt(home)).set('notes', JSON.stringify(record));
}

/** The proofs that went to one path of the authorization server. */
export function proofsTo({ authorization }: Scene, path: string) {
  return authorization.log.filter((hit) => hit.path === path).map(({ headers }) => readProof(headers.dpop));
}
