// `auth token` out of each store. A keyring of the person at this machine is never touched: there is one of the bench's own.
import { fork } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { signedIn } from './ours.mjs';
import { bundled } from './support.mjs';
import { later, unlessEnding } from './undo.mjs';

/** @returns for each store what gives its subject, to be called when its turn has come */
export const stores = ({ folder, origin }) => {
  const token = async (name, env, more) => {
    const ours = await signedIn(folder, name.replaceAll(' ', '-'), { modern1: `${origin}/modern/1` }, env);
    return ours(`auth token, ${name}`, ['auth', 'token', 'modern1'], {
      shows: /bench-token/,
      ...more,
    });
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
        const { secretService, keyringMissing } = await import(
          pathToFileURL(await bundled(folder, 'secret-service'))
        );
        if (keyringMissing) throw new Error(keyringMissing);
        // Its files go where ours are deleted, also when it is ended while it starts.
        process.env.TMPDIR = folder;
        await unlessEnding();
        const service = await secretService();
        later(service.close);
        return token('Secret Service', { ...service.env, MCP_CLI_TOKEN_BACKEND: 'secretservice' });
      },
    },
    {
      name: 'Vault',
      async subject() {
        const module = await bundled(folder, 'vault-server');
        await unlessEnding();
        const vault = fork(fileURLToPath(new URL('vault.mjs', import.meta.url)), [module], {
          env: { ...process.env, MCP_CLI_TEST_RUN: folder },
        });
        later(() => vault.disconnect());
        const env = await new Promise((resolve, reject) => {
          vault.once('message', resolve).once('exit', (code) => reject(new Error(`it ended with ${code}`)));
        });
        return token('Vault', { ...env, MCP_CLI_TOKEN_BACKEND: 'vault' }, { uncounted: true });
      },
    },
  ];
};
