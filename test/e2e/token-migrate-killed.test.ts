// `kill -9` in the middle of `token migrate`, and a renewal meanwhile. Needs dist (npm run build).
import { existsSync, readFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { hold } from '../support/faults.ts';
import { newHome } from '../support/home.ts';
import { notes } from '../support/person.ts';
import { spawnCli } from '../support/process.ts';
import { inParallel } from '../support/random.ts';
import { keep, scene } from '../support/scene.ts';
import { unsearchedFolder } from '../support/secrets.ts';
import { KEY } from '../support/store.ts';
import { vaultServer } from '../support/vault-server.ts';

const preload = fileURLToPath(new URL('../support/kill-at-step.mjs', import.meta.url));

async function world() {
  const made = await scene();
  expect(await made.person('auth login notes')).toMatchObject({ exit: 0 });
  const config = notes({ url: made.server.mcpUrl });
  return { ...made, config };
}
type World = Awaited<ReturnType<typeof world>>;

/** A copy of the HOME, with a Vault of its own. */
async function another({ home }: World) {
  const vault = keep(await vaultServer());
  const copy = newHome();
  await cp(join(home, '.mcp_cli'), join(copy, '.mcp_cli'), { recursive: true });
  const env = { VAULT_ADDR: vault.url, VAULT_TOKEN: vault.token, MCP_CLI_ENCRYPTION_KEY: KEY, CI: 'true' };
  const file = join(copy, '.mcp_cli/tokens/notes.enc');
  return { vault, home: copy, env, file };
}
type Copy = Awaited<ReturnType<typeof another>>;

const migrate = ({ config }: World, { home, env }: Copy, to: string, more: Record<string, string> = {}) =>
  spawnCli(['--config-file', config, 'token', 'migrate', '--to', to, '--yes', '--json'], {
    home,
    env: { ...env, ...more },
  });

/** Dies in place of step `at` and resolves to the steps that were begun; 0 is none of them. */
async function migrateUntil(here: World, copy: Copy, to: string, at: number): Promise<string[]> {
  const trace = join(unsearchedFolder('trace'), 'steps');
  const more = { NODE_OPTIONS: `--import=${preload}`, KILL_AT: String(at), KILL_TRACE: trace };
  const { exit } = await migrate(here, copy, to, more).done;
  expect(exit).toBe(at === 0 ? 0 : -1);
  return readFileSync(trace, 'utf8').trimEnd().split('\n');
}

/** Found without a sign-in, in exactly the store that the next run then moves it from, or has it in already. */
async function expectWhole(here: World, copy: Copy, to: string): Promise<void> {
  const { script } = here;
  const options = { home: copy.home, env: copy.env };
  expect(await script('tools list notes --json', options)).toMatchObject({ exit: 0 });
  expect(await script(`token migrate --to ${to} --yes`, options)).toMatchObject({ exit: 0 });
  expect(existsSync(copy.file)).toBe(to === 'encrypted');
  expect(copy.vault.secrets.size).toBe(to === 'vault' ? 1 : 0);
  expect(await script('tools list notes --json', options)).toMatchObject({ exit: 0 });
}

describe.each(['vault', 'encrypted'])('killed at each step to %s', (to) => {
  test('the sign-in is found, and the next run ends what was begun', { timeout: 400_000 }, async () => {
    const here = await world();
    const start = async () => {
      const copy = await another(here);
      if (to === 'encrypted')
        expect(await here.script('token migrate --to vault --yes', copy)).toMatchObject({ exit: 0 });
      return copy;
    };
    const whole = await migrateUntil(here, await start(), to, 0);
    expect(whole.length).toBeGreaterThan(10);
    // Who holds the lease of Vault and dies is waited for: most of this is waiting.
    await inParallel([...whole.keys()], to === 'vault' ? 2 : 10, async (index) => {
      const copy = await start();
      await migrateUntil(here, copy, to, index + 1);
      await expectWhole(here, copy, to);
    });
  });
});

/** Kills the process that moves to Vault when it asks for what it has written. */
async function killedAtReadBack(here: World): Promise<Copy> {
  const copy = await another(here);
  let kill = () => {};
  copy.vault.intercept = ({ method, path }) => {
    if (method === 'GET' && path.endsWith('/data/mcp-cli/oauth/notes') && copy.vault.fields('notes')) kill();
    return false;
  };
  const running = migrate(here, copy, 'vault');
  kill = () => running.child.kill('SIGKILL');
  expect((await running.done).exit).toBe(-1);
  copy.vault.intercept = undefined;
  return copy;
}

test('killed before it has read back: both have it, and the next run removes the old one', async () => {
  const here = await world();
  const copy = await killedAtReadBack(here);
  expect(existsSync(copy.file)).toBe(true);
  await expectWhole(here, copy, 'vault');
});

test('renewed after the kill: the new tokens stay, and what is left in the old place goes', async () => {
  const here = await world();
  const copy = await killedAtReadBack(here);
  const before = copy.vault.fields('notes')?.refresh_token;
  expect(await here.script('auth refresh notes', copy)).toMatchObject({ exit: 0 });
  const after = copy.vault.fields('notes')?.refresh_token;
  expect(after).not.toBe(before);
  await expectWhole(here, copy, 'vault');
  expect(copy.vault.fields('notes')?.refresh_token).toBe(after);
});

test('a renewal that is under way is waited for, and moved', async () => {
  const here = await world();
  const copy = await another(here);
  const held = hold(here.authorization.paths.token);
  here.authorization.intercept = held.intercept;
  const renewal = here.script('auth refresh notes', copy);
  await held.arrived;
  const moving = here.script('token migrate --to vault --yes', copy);
  // That it does not go on cannot be awaited: it has a second to do so.
  expect(await Promise.race([moving.then(() => 'moved'), pause(1_000, 'waiting')])).toBe('waiting');
  held.release();
  expect(await renewal).toMatchObject({ exit: 0 });
  expect(await moving).toMatchObject({ exit: 0 });
  expect(existsSync(copy.file)).toBe(false);
  // The refresh token that is there is the one of the renewal: the old one has been used.
  expect(await here.script('auth refresh notes', copy)).toMatchObject({ exit: 0 });
});
