import { vaultClient } from '../support/vault.ts';
import { vaultServer } from '../support/vault-server.ts';
import { storeContract } from './store.contract.ts';

for (const version of [1, 2] as const) {
  storeContract(
    'vault',
    async () => {
      const server = await vaultServer({ version, tls: version === 2 });
      const clients: { end(): Promise<void> }[] = [];
      return {
        async open() {
          const client = vaultClient({ VAULT_ADDR: server.url, VAULT_TOKEN: server.token });
          clients.push(client);
          return client;
        },
        async close() {
          for (const client of clients) await client.end();
          await server.close();
        },
      };
    },
    `version ${version} of its engine`,
  );
}
