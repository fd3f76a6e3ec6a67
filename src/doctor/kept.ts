// Whether the store keeps what it is given: something that means nothing is written, read back and deleted.
import { findRecord } from '../auth/keep.ts';
import { CliError, StoreError } from '../errors.ts';
import { TITLES } from '../store/open.ts';
import type { StoredRecord } from '../store/record.ts';
import { recordKey } from '../store/record-key.ts';
import type { Case, Means } from './case.ts';
import { type Finding, passed } from './finding.ts';

/** Of the store that has the sign-in, or would take it. */
export function probeStore(means: Means): Promise<Finding> {
  const probing = roundTrip(means);
  means.underWay.push(probing);
  return probing;
}

async function roundTrip({ store, random, key }: Means): Promise<Finding> {
  const holder = await (await store()).holder(key);
  await holder.ready();
  // Where sign-ins go, not tokens: Vault may allow the one and not the other. No server is called that.
  const probe = recordKey(`mcp-cli-doctor-${Buffer.from(random(6)).toString('hex')}`);
  const value = Buffer.from(random(24)).toString('base64url');
  const begun = performance.now();
  let gone = false;
  try {
    await holder.set(probe, value);
    if ((await holder.get(probe)) !== value) throw notKept('did not give back what was written');
  } finally {
    gone = await holder.delete(probe).catch(() => false);
  }
  if (!gone || (await holder.get(probe)) !== undefined) throw notKept('did not delete what was written');
  const ms = Math.round(performance.now() - begun);
  return passed(`${TITLES[holder.name]}: written, read back and deleted in ${ms} ms`);
}

function notKept(what: string): StoreError {
  return new StoreError('io', `the store ${what}`, {
    hint: 'see which stores work here: mcp-cli token backends',
  });
}

/** What is stored for this server, for the steps before; what is wrong with the store is the business of its own step. */
export async function storedRecord({ ctx, entry, secrets }: Case): Promise<StoredRecord | undefined> {
  try {
    const { record } = await findRecord({ entry, store: ctx.store });
    keepQuiet(secrets, record);
    return record;
  } catch (error) {
    if (error instanceof CliError) return undefined;
    throw error;
  }
}

/** Nothing of the record is to be shown, whoever repeats it. */
export function keepQuiet(secrets: string[], record: StoredRecord | undefined): void {
  const { accessToken, refreshToken, idToken } = record?.tokens ?? {};
  for (const each of [accessToken, refreshToken, idToken, record?.client.secret])
    if (each !== undefined) secrets.push(each);
}
