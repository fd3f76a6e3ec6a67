import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { openKeyringStore } from '../../src/store/keyring/store.ts';
import { fakeOptions, openAtKeyring } from '../support/keyring.ts';
import { keyringMissing, secretService } from '../support/secret-service.ts';
import { storeContract } from './store.contract.ts';

describe.skipIf(keyringMissing)(`a real daemon${keyringMissing ? ` (${keyringMissing})` : ''}`, () => {
  storeContract(
    'secretservice',
    async () => {
      const service = await secretService();
      return { open: () => openAtKeyring(service.env), close: service.close };
    },
    'over gnome-keyring',
  );
});

for (const name of ['windows', 'keychain'] as const) {
  storeContract(
    name,
    async () => {
      const home = await mkdtemp(join(tmpdir(), 'mcp-keyring-'));
      return {
        open: () => openKeyringStore(fakeOptions(name, home)),
        close: () => rm(home, { recursive: true, force: true }),
      };
    },
    'on recorded facts',
  );
}
