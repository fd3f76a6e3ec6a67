// A keyring's faults as errors of ours: what it is, and how to get past it.
import { StoreError } from '../../errors.ts';
import type { Fault, KeyringName } from './protocol.ts';

export const TITLES: Record<KeyringName, string> = {
  keychain: 'the macOS Keychain',
  windows: 'the Windows Credential Manager',
  secretservice: 'the Secret Service',
};

const FILE = 'or keep tokens in an encrypted file: --token-backend encrypted';

const UNLOCK: Record<KeyringName, string> = {
  keychain: 'unlock it: security unlock-keychain',
  windows: 'sign in to Windows at its screen',
  secretservice: 'unlock it: sign in at the desktop, or open "Passwords and Keys" (seahorse)',
};

type Words = [message: string, ...hints: string[]];

const ABSENT: Partial<Record<Fault, Words>> = {
  no_addon: [
    'the part of mcp-cli that talks to it (keytar) is not installed',
    'install without --omit=optional',
  ],
  no_build: ['there is no build of keytar for this system'],
  no_library: [
    'the library libsecret is missing',
    'install libsecret-1-0 (Debian, Ubuntu) or libsecret (Fedora, Arch)',
  ],
  no_service: [
    'nobody answers for it on the session bus',
    'install and start a keyring, such as gnome-keyring or KWallet; without a desktop, run below dbus-run-session',
  ],
  no_collection: [
    'there is no keyring to put anything into',
    'make a default keyring: seahorse, or Keychain Access',
  ],
  no_logon: [
    'this session of Windows has no credentials, as over SSH',
    'sign in at its screen or by Remote Desktop',
  ],
};

/** StoreError `unavailable`, `locked` or `denied`. */
export function faultError(name: KeyringName, fault: Fault, detail: string): StoreError {
  const title = TITLES[name];
  const cause = detail ? new Error(detail) : undefined;
  if (fault === 'locked') {
    return new StoreError('locked', `${title} is locked`, { hint: `${UNLOCK[name]}\n${FILE}`, cause });
  }
  const absent = ABSENT[fault];
  if (absent) {
    const [message, ...hints] = absent;
    const hint = [...hints, FILE].join('\n');
    return new StoreError('unavailable', `${title} cannot be used: ${message}`, { hint, cause });
  }
  return new StoreError('denied', `${title} did not let us in`, {
    hint: `allow mcp-cli (node) in it, or look at why with --verbose\n${FILE}`,
    cause,
  });
}

export function elsewhere(name: KeyringName): StoreError {
  return new StoreError('unavailable', `${TITLES[name]} is not on this system`, {
    hint: 'leave --token-backend out, and the store is chosen for this system',
  });
}

export function timedOut(name: KeyringName, seconds: number, attended: boolean): StoreError {
  const hint = attended
    ? 'look for a window that asks for the password of the keyring'
    : 'it may be asking a person for its password: unlock it first';
  return new StoreError('timed_out', `${TITLES[name]} did not answer within ${seconds} seconds`, {
    hint: `${hint}\n${FILE}`,
  });
}

/** `how`: a signal's name or an exit code. */
export function crashed(name: KeyringName, how: string): StoreError {
  return new StoreError('crashed', `what talks to ${TITLES[name]} for us ended (${how})`, {
    hint: `try again; if it stays so, report it\n${FILE}`,
  });
}

export function tooLarge(name: KeyringName, bytes: number): StoreError {
  return new StoreError('too_large', `a value of ${bytes} bytes is too large for ${TITLES[name]}`, {
    hint: 'tell the operator of the authorization server: no token should be that long',
  });
}
