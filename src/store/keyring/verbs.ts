// What keytar says, put right. Runs in the helper process.
//
// On Linux keytar answers for a locked keyring as for an empty one: null, and false. Only writing fails there, so what is
// not there is believed once something could be written. The library hands on no codes, only the words of GLib or of the
// system: they are looked at for two things that nothing else tells apart, in the C locale (environment.ts), and what is
// not recognised is never taken for "not there".
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

/** An entry of no worth, made and removed to see whether the keyring takes any. */
export const PROBE = '__mcp-cli-probe__';

/** The value of a `get` (null: not there), whether a `delete` removed something. Throws KeyringFault. */
export async function perform(
  addon: Addon,
  platform: NodeJS.Platform,
  { verb, service, account, value = '' }: Request,
): Promise<string | boolean | null> {
  const reading = (error: unknown) => {
    throw new KeyringFault(readFault(platform, error), error);
  };
  const writing = async (error: unknown) => {
    // A keyring that is not there tells readers so too.
    await addon.getPassword(service, PROBE).catch(reading);
    throw new KeyringFault(writeFault(platform, error), error);
  };
  const tryOut = async () => {
    await addon.setPassword(service, PROBE, '1').catch(writing);
    await addon.deletePassword(service, PROBE).catch(writing);
    return true;
  };

  switch (verb) {
    case 'get': {
      const found = await addon.getPassword(service, account).catch(reading);
      if (found === null && platform === 'linux') await tryOut();
      return found;
    }
    case 'delete': {
      const deleted = await addon.deletePassword(service, account).catch(reading);
      if (!deleted && platform === 'linux') await tryOut();
      return deleted;
    }
    case 'set':
      await addon.setPassword(service, account, value).catch(writing);
      return true;
    case 'probe':
      return tryOut();
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
  return /does not exist|no such object/i.test(words) ? 'no_collection' : 'denied';
}

function macFault(error: unknown): Fault {
  const words = String(error);
  if (/interaction is not allowed/i.test(words)) return 'locked';
  return /keychain (could not be found|is not available)|no keychain is available/i.test(words)
    ? 'no_collection'
    : 'denied';
}
