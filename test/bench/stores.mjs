// `auth token` out of each store. A keyring of the person at this machine is never touched: there is one of the bench's own.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { signedIn } from './ours.mjs';
import { bundled } from './support.mjs';
import { later, unlessEnding } from './undo.mjs';

/** @returns for each store what gives its subject, to be called when its turn has come */
export const stores = ({ folder, origin }) => {
  const token = async (name, env, more) => {
    const ours = await signedIn(folder, name.replaceAll(' ', '-'), { modern1: `${origin}/modern/1` }, env);
    return ours(`auth token, ${name}`, ['auth', 'token', 'modern1'], { shows: /bench-token/, ...more });
  };
  return [
    {
      name: 'a password',
      subject: () =>
        token('a password', {
          MCP_CLI_TOKEN_BACKEND: 'encrypted',
          MCP_CLI_ENCRYPTION_KEY: 'a password of the bench',
        }),
    },
    {
      name: 'Secret Service',
      async subject() {
        const env = await started(folder, 'secret-service');
        return token('Secret Service', { ...env, MCP_CLI_TOKEN_BACKEND: 'secretservice' });
      },
    },
    {
      name: 'Vault',
      async subject() {
        const env = await started(folder, 'vault-server');
        return token('Vault', { ...env, MCP_CLI_TOKEN_BACKEND: 'vault' }, { uncounted: true });
      },
    },
  ];
};

/**
 * @returns the environment in which a process finds it
 * @throws Error if the machine lacks something for it
 */
async function started(folder, name) {
  const module = await bundled(folder, name);
  await unlessEnding();
  const child = fork(fileURLToPath(new URL('counterpart.mjs', import.meta.url)), [name, module], {
    // Its files go where ours are deleted.
    env: { ...process.env, TMPDIR: folder, MCP_CLI_TEST_RUN: folder },
    // Ctrl-C is for the bench: a bus that is gone first would leave the keyring's daemon behind.
    detached: true,
  });
  const exit = once(child, 'exit');
  later(async () => {
    if (child.connected) child.disconnect();
    await exit;
  });
  const { env, missing } = await Promise.race([
    once(child, 'message').then(([message]) => message),
    exit.then(([code]) => Promise.reject(new Error(`it ended with ${code}`))),
  ]);
  if (missing) throw new Error(missing);
  return env;
}
