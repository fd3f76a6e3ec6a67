// What keytar says, put right. Runs in the helper process.
//
// On Linux keytar answers for a locked keyring as for an empty one: null, and false. Only writing fails there, so what is
// not there is believed once something could be written. The library hands on no codes, only the words of GLib or of the
// system: they are looked at for two things that nothing else tells apart, in the C locale (environment.ts), and what is
// not recognised is never taken for "not there".
import { randomUUID } from 'node:crypto';
import type { Fault, Request } from './protocol.ts';

/** As much of keytar as is used. Its `find*` crash on entries of other tools, and while the keyring is locked. */
export type Addon = {
  getPassword(service: string, account: string): Promise<string | null>;
  setPassword(service: string, account: string, password: string): Promise<void>;
  deletePassword(service: string, account: string): Promise<boolean>;
};

export class KeyringFault extends Error {
  readonly fault: Fault;

  constructor(fault: Fault, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause));
    this.fault = fault;
  }
}

/** Begins the names of entries of no worth. Each has one of its own: daemons fail when two processes share one. */
const PROBE = '__mcp-cli-probe__';

/** The value of a `get` (null: not there), whether a `delete` removed something. Throws KeyringFault. */
export async function perform(
  addon: Addon,
  platform: NodeJS.Platform,
  { verb, service, account, value = '' }: Request,
): Promise<string | boolean | null> {
  const get = (name: string) => read(platform, () => addon.getPassword(service, name));
  const remove = (name: string) => read(platform, () => addon.deletePassword(service, name));

  async function set(name: string, text: string): Promise<true> {
    for (let again = true; ; again = false) {
      try {
        await addon.setPassword(service, name, text);
        return true;
      } catch (error) {
        // A keyring that is not there tells readers so, too.
        await get(name);
        const fault = writeFault(platform, error);
        if (fault !== 'denied' || !again) throw new KeyringFault(fault, error);
      }
    }
  }

  async function tryOut(): Promise<true> {
    const name = `${PROBE}${randomUUID()}`;
    await set(name, '1');
    await remove(name);
    return true;
  }

  if (verb === 'probe') return tryOut();
  if (verb === 'set') return set(account, value);
  const found = verb === 'get' ? await get(account) : await remove(account);
  if (!found && platform === 'linux') await tryOut();
  return found;
}

/** Twice: gnome-keyring fails a reader whose entry is removed while it looks. */
async function read<T>(platform: NodeJS.Platform, call: () => Promise<T>): Promise<T> {
  try {
    return await call().catch(call);
  } catch (error) {
    throw new KeyringFault(readFault(platform, error), error);
  }
}

function readFault(platform: NodeJS.Platform, error: unknown): Fault {
  if (platform === 'darwin') return macFault(error);
  // A network or remote session of Windows has no credentials to read: that is what its calls fail with.
  return platform === 'win32' ? 'no_logon' : 'no_service';
}

function writeFault(platform: NodeJS.Platform, error: unknown): Fault {
  if (platform !== 'linux') return readFault(platform, error);
  const words = String(error);
  if (/locked|dismissed/i.test(words)) return 'locked';
  return /object does not exist/i.test(words) ? 'no_collection' : 'denied';
}

function macFault(error: unknown): Fault {
  const words = String(error);
  if (/interaction is not allowed/i.test(words)) return 'locked';
  return /keychain could not be found|no keychain is available/i.test(words) ? 'no_collection' : 'denied';
}
