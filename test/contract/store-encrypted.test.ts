import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAt } from '../support/store.ts';
import { storeContract } from './store.contract.ts';

storeContract('encrypted', async () => {
  const home = await mkdtemp(join(tmpdir(), 'mcp-store-'));
  return { open: () => openAt(home), close: () => rm(home, { recursive: true, force: true }) };
});
