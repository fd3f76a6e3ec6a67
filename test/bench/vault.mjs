// The tests' Vault in a process of its own: `node vault.mjs MODULE`, with an IPC channel. It ends with the channel.
import { pathToFileURL } from 'node:url';

const { vaultServer } = await import(pathToFileURL(process.argv[2]));
const { url, token } = await vaultServer();
process.on('disconnect', () => process.exit());
process.send({ VAULT_ADDR: url, VAULT_TOKEN: token });
