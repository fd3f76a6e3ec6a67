// keytar as its source and its issues say that it behaves on Windows and macOS; nothing here was seen there. Entries lie
// in files under HOME, and `fault` there holds the words that the system refuses with from then on. Runs in the real helper process:
// keyring-windows.mjs and keyring-keychain.mjs.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serve } from '../../build/store/keyring/serve.js';

/** Bytes: CRED_MAX_CREDENTIAL_BLOB_SIZE. */
const WINDOWS_LIMIT = 2_560;

/** @param {'win32' | 'darwin'} platform */
export function serveFake(platform) {
  const folder = join(process.env.HOME ?? process.env.USERPROFILE ?? '', 'fake-keyring');
  const path = (service, account) => {
    if (`${service}${account}`.includes('\0')) throw new Error('the fake was asked for a name with NUL');
    // The names of Credential Manager are taken to ignore case: whoever relies on it loses an entry here.
    const target = `${service}/${account}`;
    const name = platform === 'win32' ? target.toLowerCase() : target;
    if (platform === 'win32' && account.length > 513) throw new Error('The parameter is incorrect.');
    return join(folder, createHash('sha256').update(name).digest('hex'));
  };
  const check = () => {
    const fault = join(folder, 'fault');
    if (existsSync(fault)) throw new Error(readFileSync(fault, 'utf8'));
  };
  const never = () => Promise.reject(new Error('find* must not be called'));

  serve(
    async () => ({
      async getPassword(service, account) {
        check();
        const file = path(service, account);
        return existsSync(file) ? readFileSync(file, 'utf8') : null;
      },
      async setPassword(service, account, password) {
        check();
        if (!password) throw new Error('Password is required.');
        if (password.includes('\0')) throw new Error('the fake was given a value with NUL');
        if (platform === 'win32' && Buffer.byteLength(password) > WINDOWS_LIMIT) {
          throw new Error('The stub received bad data.');
        }
        mkdirSync(folder, { recursive: true });
        const file = path(service, account);
        const temporary = `${file}.${process.pid}.${Math.random()}`;
        writeFileSync(temporary, password);
        renameSync(temporary, file);
      },
      async deletePassword(service, account) {
        check();
        const file = path(service, account);
        const there = existsSync(file);
        rmSync(file, { force: true });
        return there;
      },
      findPassword: never,
      findCredentials: never,
    }),
    platform,
  );
}
