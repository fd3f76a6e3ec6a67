// A look at every store there is, for a person who wonders where tokens go: writes nothing, asks nothing, and takes no
// longer than one limit, because the looks overlap.

import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { CancelledError, CliError, StoreError } from '../errors.ts';
import { timeLimit } from '../limit.ts';
import { checkDirectory } from './directory.ts';
import { openEncryptedStore } from './encrypted.ts';
import { translate } from './failure.ts';
import type { Machine } from './machine.ts';
import { openBackend } from './open.ts';
import { createKeys } from './password.ts';
import { storesOf } from './registry.ts';
import type { StoreName } from './store.ts';
import { keyringOf } from './usual.ts';
import { vaultSettings } from './vault/settings.ts';

export type Seen = {
  backend: StoreName;
  works: boolean;
  why?: string;
  /** What to install or to set. */
  hint?: string;
  /** How many entries the index knows of there. */
  entries: number;
};

export type Survey = { inUse: StoreName; auto: StoreName; backends: Seen[] };

type Found = Omit<Seen, 'backend' | 'entries'> & {
  /** Not there at all: what `auto` goes on from. */
  missing?: boolean;
};

const MISSING = new Set(['unavailable', 'crashed']);
/** Milliseconds. */
const LIMIT = 5_000;
const ALL: readonly StoreName[] = ['keychain', 'windows', 'secretservice', 'vault', 'encrypted'];

/** Throws StoreError `vault_settings` and CancelledError alone: what is wrong with a store is a result. */
export async function surveyStores(machine: Machine): Promise<Survey> {
  const { platform, env, storage } = machine.options;
  const own = keyringOf(platform);
  const found = new Map<StoreName, Found>();
  // Loading programs is not waiting for a store.
  await Promise.all([import('./vault/store.ts'), import('./keyring/look.ts')]);
  const looks = ALL.map(async (name) => void found.set(name, await look(machine, name)));
  const [counts] = await Promise.all([countEntries(machine), ...looks]);
  const keyring = found.get(own)?.missing ? 'encrypted' : own;
  const auto = vaultSettings(storage, env, false) ? 'vault' : keyring;
  return {
    inUse: machine.asked === 'auto' ? auto : machine.asked,
    auto,
    backends: ALL.map((backend) => {
      const { missing: _, ...seen } = found.get(backend) ?? { works: false };
      return { backend, ...seen, entries: counts.get(backend) ?? 0 };
    }),
  };
}

async function look(machine: Machine, name: StoreName): Promise<Found> {
  const { signal: given } = machine.options;
  const limit = timeLimit(LIMIT);
  const signal = AbortSignal.any([given, limit]);
  let end = () => {};
  const ended = new Promise<undefined>((resolve) => {
    end = () => resolve(undefined);
    signal.addEventListener('abort', end, { once: true });
  });
  try {
    return (await Promise.race([lookAt(machine, name, signal), ended])) ?? slow(given);
  } catch (error) {
    if (signal.aborted) return slow(given);
    if (!(error instanceof CliError)) throw error;
    const { code, message: why, hint } = error;
    return { works: false, why, ...(hint !== undefined && { hint }), missing: MISSING.has(code) };
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/** Throws CancelledError if it was the person's doing. */
function slow(given: AbortSignal): Found {
  if (given.aborted) throw new CancelledError();
  return { works: false, why: `no answer within ${LIMIT / 1000} seconds` };
}

async function lookAt(machine: Machine, name: StoreName, signal: AbortSignal): Promise<Found> {
  const { options, registry } = machine;
  if (name === 'encrypted') return lookAtFiles(machine);
  const quiet = { ...options, signal, notify: () => {} };
  if (name === 'vault') {
    const storage = await machine.storageOf(name);
    await (await openBackend(name, { ...quiet, storage }, registry)).ready();
    return { works: true };
  }
  const { lookAtKeyring } = await import('./keyring/look.ts');
  const probe = await lookAtKeyring({ ...quiet, name, attended: false });
  if (!probe.works) throw probe.error;
  return { works: true };
}

/** Nobody is asked for the password here; where somebody could be, that is no obstacle. */
async function lookAtFiles(machine: Machine): Promise<Found> {
  const { home, platform, prompt, ...rest } = machine.options;
  const storage = await machine.storageOf('encrypted');
  const silent = { ...prompt, available: false };
  const sources = { ...rest, home, platform, storage, prompt: silent };
  try {
    const root = join(home, '.mcp_cli');
    const dir = join(root, 'tokens');
    const hasRoot = await checkDirectory(root, platform);
    const hasDir = hasRoot && (await checkDirectory(dir, platform));
    const deepest = hasDir ? dir : hasRoot ? root : home;
    await access(deepest, constants.W_OK).catch((error: unknown) => {
      throw translate(error, 'write to', deepest);
    });
    if (hasDir) await (await openEncryptedStore(sources)).ready();
    else await createKeys(sources).secret(async () => true);
    return { works: true };
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'no_password' || !prompt.available) throw error;
    return { works: true, why: 'asks for its password' };
  }
}

async function countEntries(machine: Machine): Promise<Map<StoreName, number>> {
  const counts = new Map<StoreName, number>();
  const places = await machine.registry.read();
  for (const place of places.values())
    for (const name of storesOf(place)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
