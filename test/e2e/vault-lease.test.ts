// A hundred machines and one rotating sign-in: the lease alone, without the cost of a hundred processes.
import { expect, test } from 'vitest';
import { keep } from '../support/scene.ts';
import { type VaultClient, vaultClient } from '../support/vault.ts';
import { vaultServer } from '../support/vault-server.ts';

const CROWD = 100;
const { signal } = new AbortController();

async function machines(count: number, version: 1 | 2 = 2) {
  const vault = keep(await vaultServer({ version }));
  const made = Array.from({ length: count }, () =>
    keep(closable(vaultClient({ VAULT_ADDR: vault.url, VAULT_TOKEN: vault.token }))),
  );
  return { vault, made };
}

const closable = (client: VaultClient) => ({ ...client, close: client.end });

test('a hundred that all need a renewal: it happens once', { timeout: 300_000 }, async () => {
  const { made } = await machines(CROWD);
  await made[0]?.set('notes', 'old');
  let renewals = 0;
  await Promise.all(
    made.map((machine) =>
      machine.lease('notes', { wait: 60_000, signal }, async () => {
        if ((await machine.get('notes')) !== 'old') return;
        renewals += 1;
        await machine.set('notes', 'new');
      }),
    ),
  );
  expect(renewals).toBe(1);
  expect(await made[0]?.get('notes')).toBe('new');
});

test('work never overlaps, and a counter is exact', { timeout: 400_000 }, async () => {
  const { made } = await machines(8);
  await made[0]?.set('count', '0');
  let inside = 0;
  await Promise.all(
    made.map(async (machine) => {
      for (let round = 0; round < 3; round++) {
        await machine.lease('count', { wait: 60_000, signal }, async () => {
          inside += 1;
          expect(inside).toBe(1);
          await machine.set('count', String(Number(await machine.get('count')) + 1));
          inside -= 1;
        });
      }
    }),
  );
  expect(await made[0]?.get('count')).toBe('24');
});

test('a holder that lost its lease saves only over what it has read', { timeout: 90_000 }, async () => {
  const { vault, made } = await machines(2);
  const [one, two] = made as unknown as [VaultClient, VaultClient];
  await one.set('notes', 'old');
  // While one works, somebody else has signed in anew.
  const lost = one.lease('notes', { wait: 1000, signal }, async () => {
    await two.set('notes', 'signed in anew');
    await one.set('notes', 'renewed from the old one');
  });
  await expect(lost).rejects.toMatchObject({ code: 'conflict' });
  expect(await two.get('notes')).toBe('signed in anew');
  expect(JSON.stringify(vault.fields('notes'))).not.toContain('renewed from the old one');
});

test('the wait has an end', async () => {
  const { made } = await machines(2);
  const [one, two] = made as unknown as [VaultClient, VaultClient];
  await one.set('notes', 'x');
  let waited = 0;
  await one.lease('notes', { wait: 1000, signal }, async () => {
    const options = { wait: 300, signal, onWait: () => void waited++ };
    await expect(two.lease('notes', options, async () => {})).rejects.toMatchObject({ code: 'lock_timeout' });
    const stop = AbortSignal.abort();
    await expect(two.lease('notes', { wait: 300, signal: stop }, async () => {})).rejects.toMatchObject({
      exit: 130,
    });
  });
  expect(waited).toBe(1);
});

test('an engine of version 1 cannot compare: there is no lease, and no harm', async () => {
  const { made } = await machines(1, 1);
  const [one] = made as unknown as [VaultClient];
  await one.set('notes', 'x');
  expect(await one.lease('notes', { wait: 100, signal }, async ({ recovered }) => recovered)).toBe(false);
});
