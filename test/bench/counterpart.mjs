// A store of the tests in a process of its own: `node counterpart.mjs NAME MODULE`, with an IPC channel. It says what a
// process needs in its environment to use it, or what is missing, and takes everything away when the channel ends.
import { pathToFileURL } from 'node:url';

const [name, path] = process.argv.slice(2);
const module = await import(pathToFileURL(path));
const start = {
  async 'vault-server'() {
    const { url, token } = await module.vaultServer();
    return { env: { VAULT_ADDR: url, VAULT_TOKEN: token }, close() {} };
  },
  async 'secret-service'() {
    if (module.keyringMissing) return { missing: module.keyringMissing, close() {} };
    return module.secretService();
  },
};
let isOver = !process.connected;
process.on('disconnect', () => {
  isOver = true;
});
const { env, missing, close } = await start[name]();
const end = async () => {
  await close();
  process.exit();
};
if (isOver) await end();
else {
  process.on('disconnect', end);
  process.send({ env, missing });
}
