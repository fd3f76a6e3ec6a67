// `auth import`: each program's sign-in is taken over, renewed at the real authorization server, and used.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/adopt/outcome.ts';
import { storedRecord } from '../support/expired.ts';
import { PYTHON_PASSWORD, theirSignIn, writers } from '../support/foreign.ts';
import { errorOf, scene } from '../support/scene.ts';

const env = { MCP_CLI_IMPORT_PASSWORD: PYTHON_PASSWORD };

function entriesOf(stdout: string): Outcome[] {
  return (JSON.parse(stdout) as { entries: Outcome[] }).entries;
}

async function theirs() {
  const here = await scene();
  return { ...here, theirs: await theirSignIn(here.authorization, here.server.mcpUrl) };
}

describe.each(Object.entries(writers))('from %s', (peer, write) => {
  test('a sign-in is moved, renewed and used, and the rest of the source stays', async () => {
    const { authorization, server, home, script, theirs: given } = await theirs();
    const path = write(home, 'notes', given);
    const before = readFileSync(path, 'utf8');
    const result = await script(`--json auth import --from ${peer} notes --move`, { env });
    expect({ exit: result.exit, stderr: result.stderr }).toEqual({ exit: 0, stderr: '' });
    expect(entriesOf(result.stdout)).toEqual([
      expect.objectContaining({ server: 'notes', state: 'moved', source: path, rotates: 'assumed' }),
    ]);
    if (existsSync(path)) {
      const after = readFileSync(path, 'utf8');
      expect(after).not.toContain(given.refresh);
      expect(after).toContain('linear');
      expect(after.includes('\n')).toBe(before.includes('\n'));
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(() => JSON.parse(after) as unknown).not.toThrow();
    } else expect(['python', 'mcp-remote']).toContain(peer);

    expect(await storedRecord(home)).toMatchObject({
      url: server.mcpUrl,
      issuer: authorization.issuer,
      tokenEndpoint: given.tokenEndpoint,
      client: { id: given.client.client_id, source: 'registered', authMethod: 'none' },
      tokens: { accessToken: given.access, refreshToken: given.refresh },
    });
    authorization.log.length = 0;
    const called = await script('--server notes tools call add a:=1 b:=2 --json');
    expect({ exit: called.exit, stderr: called.stderr }).toEqual({ exit: 0, stderr: '' });
    expect(authorization.log.map(({ params }) => [params.grant_type, params.client_id])).toEqual([
      ['refresh_token', given.client.client_id],
    ]);
  });

  test('a copy leaves the source as it is, and says who will lose', async () => {
    const { home, script, theirs: given } = await theirs();
    const path = write(home, 'notes', given);
    const before = readFileSync(path);
    const result = await script(`auth import --from ${peer} notes --copy`, { env });
    expect(result.exit).toBe(0);
    expect(result.stderr).toContain('warning: notes: two programs hold one refresh token');
    expect(result.stdout).toContain('copied from');
    expect(readFileSync(path).equals(before)).toBe(true);
    expect((await storedRecord(home))?.tokens?.refreshToken).toBe(given.refresh);
  });

  test('a dry run writes nothing', async () => {
    const { home, script, theirs: given } = await theirs();
    const path = write(home, 'notes', given);
    const before = readFileSync(path);
    const result = await script(`--json auth import --from ${peer} notes --dry-run`, { env });
    expect(result.exit).toBe(0);
    expect(entriesOf(result.stdout)).toEqual([expect.objectContaining({ state: 'would_import' })]);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(await storedRecord(home)).toBeUndefined();
  });
});

test('a script has to say whether to move or to copy', async () => {
  const { script } = await scene();
  const result = await script('--json auth import --from mcporter');
  expect({ exit: result.exit, code: errorOf(result).code }).toEqual({ exit: 2, code: 'move_or_copy' });
  const both = await script('--json auth import --from mcporter --move --copy');
  expect({ exit: both.exit, code: errorOf(both).code }).toEqual({ exit: 2, code: 'move_or_copy' });
});
