// `auth import` where both programs write: one folder, one Vault, one lock. Needs dist.
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/adopt/outcome.ts';
import { KEY, storedRecord } from '../support/expired.ts';
import {
  PYTHON_PASSWORD,
  pythonFields,
  type Theirs,
  theirSignIn,
  writeCodex,
  writeMcporter,
  writePython,
} from '../support/foreign.ts';
import { notes } from '../support/person.ts';
import { spawnCli } from '../support/process.ts';
import { errorOf, keep, scene } from '../support/scene.ts';
import { exemptFile } from '../support/secrets.ts';
import { vaultServer } from '../support/vault-server.ts';

const env = { MCP_CLI_IMPORT_PASSWORD: PYTHON_PASSWORD };

async function here() {
  const made = await scene();
  return { ...made, theirs: await theirSignIn(made.authorization, made.server.mcpUrl) };
}

const entriesOf = (stdout: string) => (JSON.parse(stdout) as { entries: Outcome[] }).entries;

describe('the folder that the older Python tool shares with us', () => {
  /** As before chuk-mcp-client-oauth: the same files, where ours lie. */
  function older(home: string, theirs: Theirs): string {
    const path = writePython(home, 'notes', theirs);
    const folder = join(home, '.mcp_cli', 'tokens');
    renameSync(join(home, '.chuk_oauth'), join(home, '.mcp_cli'));
    exemptFile(join(folder, 'notes_client.json'));
    return join(folder, path.slice(dirname(path).length + 1));
  }

  test('a command says what lies there, and how to take it over', async () => {
    const { home, script, theirs } = await here();
    older(home, theirs);
    const result = await script('--json --server notes tools list');
    expect({ exit: result.exit, ...errorOf(result) }).toMatchObject({
      exit: 6,
      code: 'foreign_entry',
      hint: expect.stringContaining('auth import --from python'),
    });
  });

  test('a copy has no place there; a move takes the file over', async () => {
    const { home, script, theirs } = await here();
    const path = older(home, theirs);
    const before = readFileSync(path);
    const copy = await script('--json auth import --from python notes --copy', { env });
    expect({ exit: copy.exit, code: errorOf(copy).code }).toEqual({ exit: 2, code: 'one_place' });
    expect(readFileSync(path).equals(before)).toBe(true);
    const moved = await script('--json auth import --from python notes --move', { env });
    expect(entriesOf(moved.stdout)).toEqual([expect.objectContaining({ state: 'moved' })]);
    expect(readFileSync(path).subarray(0, 4).toString()).toBe('MCPE');
    expect((await script('--server notes tools list')).exit).toBe(0);
    expect((await script('--json auth import --from python notes --move', { env })).exit).toBe(2);
  });
});

describe('Vault', () => {
  async function shared() {
    const made = await here();
    const vault = keep(await vaultServer());
    const data = pythonFields(made.theirs);
    vault.secrets.set('mcp-cli/oauth/notes', { versions: [{ data }], current: 1, kept: 10 });
    // The registration is a file, wherever the tokens are.
    writePython(made.home, 'notes', made.theirs);
    rmSync(join(made.home, '.chuk_oauth/tokens/notes.enc'));
    const where = { ...env, VAULT_ADDR: vault.url, VAULT_TOKEN: vault.token };
    return { ...made, vault, env: where };
  }

  test('an entry of the Python tool becomes both tools’', async () => {
    const { vault, script, theirs, server, env: where } = await shared();
    const before = await script('--json --server notes tools list', { env: where });
    expect(errorOf(before).code).toBe('foreign_entry');
    const dry = await script('--json auth import --from python notes --dry-run', { env: where });
    expect(entriesOf(dry.stdout)).toEqual([expect.objectContaining({ state: 'would_import' })]);
    expect(vault.fields('notes')).toEqual(pythonFields(theirs));

    const result = await script('--json auth import --from python notes --move', { env: where });
    expect(entriesOf(result.stdout)).toEqual([expect.objectContaining({ state: 'shared' })]);
    expect(vault.fields('notes')).toMatchObject({
      access_token: theirs.access,
      refresh_token: theirs.refresh,
      expires_in: 3600,
      issued_at: expect.any(Number),
      _mcp: { record: { url: server.mcpUrl, client: { id: theirs.client.client_id } } },
    });
    expect((await script('--server notes tools list', { env: where })).exit).toBe(0);
    expect(vault.fields('notes')?.refresh_token).not.toBe(theirs.refresh);
  });

  test('an entry that changes while it is taken over stays what it became', async () => {
    const { vault, script, theirs, env: where, server } = await shared();
    const renewed = { ...pythonFields(theirs), refresh_token: 'renewed by the Python tool' };
    let asked = false;
    server.intercept = () => {
      // The Python tool renews while the server is asked whose the sign-in is.
      const secret = vault.secrets.get('mcp-cli/oauth/notes');
      if (!asked && secret) Object.assign(secret, { versions: [{ data: renewed }], current: 2 });
      asked = true;
      return false;
    };
    const result = await script('--json auth import --from python notes --move', { env: where });
    expect({ exit: result.exit, code: errorOf(result).code }).toEqual({ exit: 6, code: 'conflict' });
    expect(vault.fields('notes')).toEqual(renewed);
  });
});

describe('a source that changes meanwhile', () => {
  test('is not used: what was read is over', async () => {
    const { home, script, theirs, server } = await here();
    const path = writeCodex(home, 'notes', theirs);
    server.intercept = () => {
      writeFileSync(path, readFileSync(path, 'utf8').replace(theirs.refresh, 'renewed-by-codex'));
      return false;
    };
    const result = await script('--json auth import --from codex notes --move');
    expect({ exit: result.exit, code: errorOf(result).code }).toEqual({ exit: 6, code: 'conflict' });
    expect(readFileSync(path, 'utf8')).toContain('renewed-by-codex');
    expect(await storedRecord(home)).toBeUndefined();
  });

  /** A move that waits for mcporter's lock, with our copy written already. */
  async function waiting() {
    const { home, theirs, server } = await here();
    const path = writeMcporter(home, 'notes', theirs);
    writeFileSync(`${path}.lock`, `${process.pid}\n${new Date().toISOString()}\n`, { mode: 0o600 });
    const argv = ['--config-file', notes({ url: server.mcpUrl }), '--json'];
    const words = [...argv, 'auth', 'import', '--from', 'mcporter', 'notes', '--move'];
    const running = spawnCli(words, { home, env: { MCP_CLI_ENCRYPTION_KEY: KEY, CI: 'true' } });
    const enc = join(home, '.mcp_cli/tokens/notes.enc');
    await expect.poll(() => existsSync(enc), { timeout: 60_000, interval: 20 }).toBe(true);
    expect(readFileSync(path, 'utf8')).toContain(theirs.refresh);
    return { path, theirs, running };
  }

  test('is left as it became, if that was after our copy was written', async () => {
    const { path, theirs, running } = await waiting();
    writeFileSync(path, readFileSync(path, 'utf8').replace(theirs.refresh, 'renewed-by-mcporter'));
    rmSync(`${path}.lock`);
    expect(entriesOf((await running.done).stdout)).toEqual([
      expect.objectContaining({ state: 'copied', warning: expect.stringContaining('changed meanwhile') }),
    ]);
    expect(readFileSync(path, 'utf8')).toContain('renewed-by-mcporter');
  });

  test('that cannot be emptied makes the move a failure', async () => {
    const { path, running } = await waiting();
    const before = readFileSync(path);
    const result = await running.done;
    expect({ exit: result.exit, ...errorOf(result) }).toMatchObject({
      exit: 6,
      code: 'not_emptied',
      hint: expect.stringContaining(`rm ${path}.lock`),
    });
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('is waited for, where the program has a lock that says so', async () => {
    const { path, theirs, running } = await waiting();
    rmSync(`${path}.lock`);
    expect(await running.done).toMatchObject({ exit: 0, stdout: expect.stringContaining('"moved"') });
    expect(readFileSync(path, 'utf8')).not.toContain(theirs.refresh);
    expect(readdirSync(dirname(path))).toEqual(['credentials.json']);
  });

  test('is not waited for, if whoever held its lock is dead', async () => {
    const { home, script, theirs } = await here();
    const path = writeMcporter(home, 'notes', theirs);
    writeFileSync(`${path}.lock`, '2147483646\n', { mode: 0o600 });
    const result = await script('--json auth import --from mcporter notes --move');
    expect(entriesOf(result.stdout)).toEqual([expect.objectContaining({ state: 'moved' })]);
    expect(readdirSync(dirname(path))).toEqual(['credentials.json']);
  });
});
