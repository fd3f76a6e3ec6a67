// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is what a configuration holds.
// `servers import`: what other programs have configured, into ours.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { elsewhere } from '../support/elsewhere.ts';
import { errorOf } from '../support/scene.ts';

const CURSOR = '.cursor/mcp.json';
const url = 'https://notion.test/mcp';
type Told = { name: string; state: string; reason?: string };
const states = (stdout: string) =>
  Object.fromEntries((JSON.parse(stdout).entries as Told[]).map(({ name, state }) => [name, state]));

test('a remote server is taken over, with its references in our way', async () => {
  const {
    type,
    written,
    home: own,
  } = elsewhere({
    [CURSOR]:
      '{ // mine\n "mcpServers": {"notion": {"url": "https://notion.test/mcp", "headers": {"K": "${env:K}"}},} }',
  });
  const result = await type('servers import --from cursor --json');
  expect(result.exit).toBe(0);
  expect(JSON.parse(result.stdout)).toEqual({
    file: join(own, '.mcp_cli/server_config.json'),
    entries: [
      {
        name: 'notion',
        from: 'cursor',
        source: join(own, CURSOR),
        scope: 'user',
        state: 'imported',
        entry: { url, headers: { K: '${K}' } },
        notes: ['K is not set'],
      },
    ],
  });
  expect(written()).toEqual({ notion: { url, headers: { K: '${K}' } } });
});

test('each program has its own file and its own words', async () => {
  const { type, written } = elsewhere({
    '.config/Code/User/mcp.json': { servers: { vscode: { type: 'http', url } } },
    '.config/Claude/claude_desktop_config.json': {
      mcpServers: { desktop: { command: 'npx', args: ['-y', 'mcp-remote', url] } },
    },
    '.claude.json': { numStartups: 7, mcpServers: { code: { type: 'http', url } } },
    '.codeium/windsurf/mcp_config.json': { mcpServers: { windsurf: { serverUrl: url } } },
    '.codex/config.toml':
      '# mine\nmodel = "x"\n[mcp_servers.codex]\nurl = "https://notion.test/mcp"\nbearer_token_env_var = "T"\n',
    '.gemini/settings.json': { theme: 'dark', mcpServers: { gemini: { httpUrl: url } } },
    '.config/opencode/opencode.jsonc':
      '{"mcp": {"opencode": {"type": "remote", "url": "https://notion.test/mcp"}}}',
    '.mcporter/mcporter.json': { mcpServers: { mcporter: { baseUrl: url } } },
    '.config/mcphub/servers.json': { mcpServers: { mcphub: { url } } },
    [CURSOR]: { mcpServers: { cursor: { url } } },
  });
  const programs = [
    'vscode',
    'cursor',
    'claude-desktop',
    'claude-code',
    'windsurf',
    'codex',
    'gemini',
    'opencode',
    'mcporter',
    'mcphub',
  ];
  const all = await type('servers import --json');
  expect(JSON.parse(all.stdout).entries.map(({ from }: { from: string }) => from)).toEqual(programs);
  for (const each of programs) expect((await type(`servers import --from ${each}`)).exit).toBe(0);
  expect(Object.keys(written())).toEqual([
    'vscode',
    'cursor',
    'desktop',
    'code',
    'windsurf',
    'codex',
    'gemini',
    'opencode',
    'mcporter',
    'mcphub',
  ]);
  expect(written()).toMatchObject({ desktop: { url }, codex: { url, bearer_token_env: 'T' } });
  expect((await type('servers list')).stdout).not.toContain('error');
});

test('what was added in this folder for oneself is found in the file of Claude Code', async () => {
  const { type, written, home: own, cwd } = elsewhere({});
  writeFileSync(
    join(own, '.claude.json'),
    JSON.stringify({
      projects: { [cwd]: { mcpServers: { here: { url } } }, '/else': { mcpServers: { there: { url } } } },
    }),
    { mode: 0o600 },
  );
  expect((await type('servers import --from claude-code')).exit).toBe(0);
  expect(Object.keys(written())).toEqual(['here']);
});

describe('without --from', () => {
  test('everything is listed, and nothing is written', async () => {
    const { type, home: own } = elsewhere({
      [CURSOR]: { mcpServers: { a: { url }, b: { command: 'npx', args: ['x'] } } },
    });
    const result = await type('servers import');
    expect(result.exit).toBe(0);
    expect(result.stdout).toMatch(
      /^SERVER +FROM +STATE +TARGET +FILE\na +cursor +would import +https:\/\/notion.test\/mcp/,
    );
    expect(result.stderr).toContain('servers import --from');
    expect(() => readFileSync(join(own, '.mcp_cli/server_config.json'))).toThrow();
  });

  test('a file that cannot be read is a warning', async () => {
    const { type } = elsewhere({
      [CURSOR]: '{',
      '.codex/config.toml': 'a = = b',
      '.gemini/settings.json': { mcpServers: { g: { url } } },
    });
    const result = await type('servers import --json');
    expect([result.exit, states(result.stdout)]).toEqual([0, { g: 'would_import' }]);
    expect(result.stderr).toContain('.cursor/mcp.json');
    expect(result.stderr).toMatch(/config\.toml:1:\d+: this is not TOML/);
  });
});

describe('a program to run', () => {
  const files = {
    [CURSOR]: {
      mcpServers: { run: { command: 'npx', args: ['-y', 'some-server'], env: { LEVEL: 'warn' } } },
    },
  };

  test('is shown in full, and added if the person says so', async () => {
    const { type, written } = elsewhere(files);
    const result = await type('servers import --from cursor', { answers: [true] });
    expect(result.stderr).toContain('runs LEVEL=warn npx -y some-server');
    expect(written()).toEqual({ run: files[CURSOR].mcpServers.run });
  });

  test('is not added after a no', async () => {
    const { type } = elsewhere(files);
    const result = await type('servers import --from cursor --json', { answers: [false] });
    expect([result.exit, states(result.stdout)]).toEqual([0, { run: 'declined' }]);
  });

  test('is not added where nobody can be asked, but with --yes', async () => {
    const { type, written } = elsewhere(files);
    const result = await type('servers import --from cursor run --json');
    expect(result.exit).toBe(2);
    expect(errorOf(result)).toMatchObject({
      code: 'not_imported',
      server: 'run',
      hint: expect.stringContaining('--yes'),
    });
    expect((await type('servers import --from cursor --yes')).exit).toBe(0);
    expect(written()).toHaveProperty('run');
  });
});

test("all that a project says is a stranger's: shown, and asked about", async () => {
  const { type, written } = elsewhere(
    {},
    {
      '.mcp.json': {
        mcpServers: { team: { url: 'https://team.test/mcp', headers: { K: '${AWS_SECRET_ACCESS_KEY}' } } },
      },
    },
  );
  const alone = await type('servers import --from claude-code --json');
  expect([alone.exit, states(alone.stdout)]).toEqual([2, { team: 'unapproved' }]);
  const asked = await type('servers import --from claude-code', { answers: [true] });
  expect(asked.exit).toBe(0);
  expect(asked.stderr).toContain('sends to https://team.test');
  expect(asked.stderr).toContain('reads the variable AWS_SECRET_ACCESS_KEY');
  expect(written()).toHaveProperty('team');
});

test('a script that begins like a secret is shown all the same', async () => {
  const args = ['-c', 'Bearer x; touch /tmp/evil', '--header', 'Authorization: Bearer abc-1'];
  const { type } = elsewhere({ [CURSOR]: { mcpServers: { run: { command: 'sh', args } } } });
  const result = await type('servers import --from cursor', { answers: [false] });
  expect(result.stderr).toContain('touch /tmp/evil');
  expect(result.stderr).not.toContain('abc-1');
});

describe('secrets as they stand', () => {
  const files = {
    [CURSOR]: {
      mcpServers: { keyed: { url, headers: { Authorization: 'Bearer abcdef-123' } }, plain: { url } },
    },
  };

  test('are not copied where nobody can be asked; the others are', async () => {
    const { type, written } = elsewhere(files);
    const result = await type('servers import --from cursor --json');
    expect([result.exit, states(result.stdout)]).toEqual([2, { keyed: 'secrets', plain: 'imported' }]);
    expect(JSON.parse(result.stderr).error).toMatchObject({ code: 'not_imported', server: 'keyed' });
    expect(result.stdout + result.stderr).not.toContain('abcdef');
    expect(Object.keys(written())).toEqual(['plain']);
  });

  test('--yes is no consent to that, --with-secrets is', async () => {
    const { type, written } = elsewhere(files);
    expect((await type('servers import --from cursor keyed --yes')).exit).toBe(2);
    expect((await type('servers import --from cursor keyed --with-secrets')).exit).toBe(0);
    expect(written().keyed.headers.Authorization).toBe('Bearer abcdef-123');
  });

  test('a person is asked', async () => {
    const { type, written } = elsewhere(files);
    const no = await type('servers import --from cursor --json', { answers: [false] });
    expect([no.exit, states(no.stdout)]).toEqual([0, { keyed: 'declined', plain: 'imported' }]);
    expect((await type('servers import --from cursor keyed', { answers: [true] })).exit).toBe(0);
    expect(Object.keys(written())).toEqual(['plain', 'keyed']);
  });
});
