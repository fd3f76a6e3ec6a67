// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is what a configuration holds.
// Entries of other programs as ours, and where they are looked for.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CLIENT_TITLES, CLIENTS, type Client, spotsOf } from '../../src/config/elsewhere/clients.ts';
import { Untranslatable } from '../../src/config/elsewhere/references.ts';
import { translate } from '../../src/config/elsewhere/translate.ts';
import { literalSecrets } from '../../src/config/literal.ts';

const own = (client: Client, raw: unknown, folder?: string) =>
  translate(raw, { client, home: '/home/me', folder }, folder === undefined ? 'user' : 'project');

type Row = [client: Client, theirs: object, ours: object];

const URL_ONLY = { url: 'https://x.test/mcp' };
const ROWS: Row[] = [
  ['vscode', { type: 'http', ...URL_ONLY }, { transport: 'http', ...URL_ONLY }],
  [
    'vscode',
    { ...URL_ONLY, headers: { Authorization: 'Bearer ${input:api-key}', A: '${env:A_B}' } },
    { ...URL_ONLY, headers: { Authorization: 'Bearer ${API_KEY}', A: '${A_B}' } },
  ],
  [
    'cursor',
    { ...URL_ONLY, auth: { CLIENT_ID: 'me', CLIENT_SECRET: '${env:S}', scopes: ['a'] } },
    { ...URL_ONLY, oauth: { client_id: 'me', client_secret: '${S}', scopes: ['a'] } },
  ],
  ['cursor', { command: '${userHome}/bin/x', args: [] }, { command: '/home/me/bin/x', args: [] }],
  ['claude-desktop', { command: 'npx', args: ['-y', 'x'] }, { command: 'npx', args: ['-y', 'x'] }],
  [
    'claude-code',
    { type: 'http', ...URL_ONLY, headers: { A: '${A:-b}' }, oauth: { clientId: 'me', callbackPort: 8123 } },
    {
      transport: 'http',
      ...URL_ONLY,
      headers: { A: '${A:-b}' },
      oauth: { client_id: 'me', callback_port: 8123 },
    },
  ],
  ['windsurf', { serverUrl: 'https://x.test/mcp', disabled: true }, { ...URL_ONLY, disabled: true }],
  [
    'codex',
    {
      ...URL_ONLY,
      bearer_token_env_var: 'T',
      http_headers: { A: 'b' },
      env_http_headers: { 'X-Key': 'KEY' },
      tool_timeout_sec: 90,
      scopes: ['r'],
      oauth_resource: 'https://r.test',
    },
    {
      ...URL_ONLY,
      bearer_token_env: 'T',
      headers: { A: 'b', 'X-Key': '${KEY}' },
      tool_timeout: 90,
      oauth: { scopes: ['r'], resource: 'https://r.test' },
    },
  ],
  [
    'codex',
    { command: 'x', env: { A: 'b' }, env_vars: ['C', { name: 'D', source: 'local' }] },
    { command: 'x', env: { A: 'b', C: '${C}', D: '${D}' } },
  ],
  ['gemini', { httpUrl: 'https://x.test/mcp', timeout: 5 }, { ...URL_ONLY, transport: 'http', timeout: 5 }],
  ['gemini', { url: 'https://x.test/sse' }, { url: 'https://x.test/sse', transport: 'sse' }],
  [
    'gemini',
    { command: 'x', env: { K: '$K', L: 'a$LONG b' } },
    { command: 'x', env: { K: '${K}', L: 'a$LONG b' } },
  ],
  [
    'opencode',
    { type: 'local', command: ['npx', '-y', 'x'], environment: { K: '{env:K}' }, enabled: false },
    { transport: 'local', command: 'npx', args: ['-y', 'x'], env: { K: '${K}' }, enabled: false },
  ],
  [
    'opencode',
    { type: 'remote', ...URL_ONLY, oauth: false, headers: { A: '${A}' } },
    { transport: 'remote', ...URL_ONLY, oauth: { enabled: false }, headers: { A: '$${A}' } },
  ],
  [
    'opencode',
    { ...URL_ONLY, oauth: { clientId: 'me', scope: 'a b' } },
    { ...URL_ONLY, oauth: { client_id: 'me', scopes: 'a b' } },
  ],
  [
    'mcporter',
    {
      baseUrl: 'https://x.test/mcp',
      bearerToken: '$env:T',
      auth: 'oauth',
      oauthClientId: 'me',
      oauthClientSecretEnv: 'S',
    },
    {
      ...URL_ONLY,
      headers: { Authorization: 'Bearer ${T}' },
      oauth: { client_id: 'me', client_secret: '${S}' },
    },
  ],
  ['mcporter', { ...URL_ONLY, bearerTokenEnv: 'T' }, { ...URL_ONLY, bearer_token_env: 'T' }],
  [
    'mcphub',
    {
      type: 'streamable-http',
      ...URL_ONLY,
      headers: { A: 'Bearer $TOKEN' },
      options: { timeout: 9000 },
      oauth: { clientId: 'me' },
    },
    {
      transport: 'streamable-http',
      ...URL_ONLY,
      headers: { A: 'Bearer ${TOKEN}' },
      timeout: 9000,
      oauth: { client_id: 'me' },
    },
  ],
];

test.each(ROWS)('%s: %j', (client, theirs, ours) => {
  const { value } = own(client, theirs);
  const { oauth, ...rest } = value;
  // MCPHub's spelling decides a default, and stays.
  const expected = client === 'mcphub' ? { ...ours, oauth: { clientId: 'me' } } : ours;
  expect({ ...rest, ...(oauth !== undefined && { oauth }) }).toEqual(expected);
});

test('what weakens a check, or is not known, is left out and said', () => {
  const raw = {
    ...URL_ONLY,
    allow_http: true,
    allowPrivateNetwork: true,
    autoApprove: ['*'],
    headersHelper: 'sh -c evil',
    oauth: { client_id: 'me', private_key_file: '/etc/key', allow_missing_pkce_metadata: true },
  };
  const hub = own('mcphub', { ...URL_ONLY, oauth: { clientId: 'me', privateKeyFile: '/etc/key' } });
  expect(hub.value).toEqual({ ...URL_ONLY, oauth: { clientId: 'me' } });
  const { value, notes } = own('claude-code', raw);
  expect(value).toEqual({ ...URL_ONLY, oauth: { client_id: 'me' } });
  expect(notes.join('\n')).toContain('allow_http, allowPrivateNetwork, autoApprove, oauth.private_key_file');
  expect(notes.join('\n')).toContain('headersHelper is not run');
});

test('a variable that stands for what is asked there is said', () => {
  expect(own('vscode', { ...URL_ONLY, headers: { A: '${input:api-key}' } }).notes).toEqual([
    'API_KEY has to hold what "api-key" was asked for',
  ]);
});

test.each<[Client, unknown]>([
  ['opencode', { ...URL_ONLY, headers: { A: '{file:~/.secret}' } }],
  ['windsurf', { ...URL_ONLY, headers: { A: '${file:/etc/passwd}' } }],
  ['mcphub', { command: 'x', env: { A: '${cmd: rm -rf /}' } }],
  ['vscode', { command: '${workspaceFolder}/x' }],
  ['cursor', 'https://x.test/mcp'],
  ['cursor', [URL_ONLY]],
])('%s: %j cannot be said in ours', (client, raw) => {
  expect(() => own(client, raw)).toThrow(Untranslatable);
});

test("a program of a project runs in the project's folder", () => {
  expect(own('cursor', { command: './x', args: ['${workspaceFolder}/y'] }, '/p').value).toEqual({
    command: './x',
    args: ['/p/y'],
    cwd: '/p',
  });
  expect(own('cursor', { command: './x', cwd: 'sub' }, '/p').value.cwd).toBe('/p/sub');
});

const REMOTE: [words: string[], ours: object | undefined][] = [
  [['npx', '-y', 'mcp-remote', 'https://x.test/mcp'], URL_ONLY],
  [['npx', 'mcp-remote@latest', 'https://x.test/mcp', '3334', '--debug'], URL_ONLY],
  [['cmd', '/c', 'npx', 'mcp-remote@0.1.29', 'https://x.test/mcp'], URL_ONLY],
  [['/usr/bin/mcp-remote', 'https://x.test/mcp'], URL_ONLY],
  [
    ['npx', 'mcp-remote', 'https://x.test/sse', '--transport', 'sse-only', '--host', '127.0.0.1'],
    { url: 'https://x.test/sse', transport: 'sse' },
  ],
  [
    [
      'npx',
      'mcp-remote',
      'https://x.test/mcp',
      '--header',
      'Authorization:${AUTH}',
      '--header',
      'X: ${OTHER}',
    ],
    { ...URL_ONLY, headers: { Authorization: 'Bearer abc', X: '${OTHER}' } },
  ],
  [['npx', 'mcp-remote', 'http://nas/mcp', '--allow-http'], { url: 'http://nas/mcp', allow_http: true }],
  [
    [
      'npx',
      'mcp-remote',
      'https://x.test/mcp',
      '--static-oauth-client-info',
      '{"client_id":"me"}',
      '--static-oauth-client-metadata',
      '{"scope":"a b"}',
    ],
    { ...URL_ONLY, oauth: { client_id: 'me', scopes: ['a', 'b'] } },
  ],
  // It stays a command: what it means is not known.
  [['npx', 'mcp-remote', 'https://x.test/mcp', '--static-oauth-client-info', '@file'], undefined],
  [['node', 'mcp-remote', 'https://x.test/mcp'], undefined],
  [['npx', 'mcp-remote'], undefined],
  [['npx', 'mcp-remote-evil', 'https://x.test/mcp'], undefined],
];

test.each(REMOTE)('%j', ([command, ...args], ours) => {
  const raw = { command, args, env: { AUTH: 'Bearer abc' } };
  expect(own('claude-desktop', raw).value).toEqual(ours ?? raw);
});

describe('secrets as they stand', () => {
  test.each<[object, string[]]>([
    [{ url: 'https://x.test/mcp?team=a' }, []],
    [{ url: 'https://x.test/mcp?api_key=abc' }, ['url']],
    [{ url: 'https://me:pw@x.test/mcp' }, ['url']],
    [{ headers: { Authorization: 'Bearer ${T}', 'X-Team': 'data', 'X-Api-Key': '${K:-}' } }, []],
    [
      { headers: { Authorization: 'Bearer abc', 'X-Api-Key': 'abc' } },
      ['headers.Authorization', 'headers.X-Api-Key'],
    ],
    [{ headers: { 'X-Other': 'ghp_0123456789' } }, ['headers.X-Other']],
    [{ env: { LOG_LEVEL: 'warn', GITHUB_TOKEN: 'abc', ROOT: '/srv/data' } }, ['env.GITHUB_TOKEN']],
    [{ env: { X: 'a1b2c3d4e5f6a7b8c9d0a1b2c3d4e5f6' } }, ['env.X']],
    [{ args: ['-y', 'server', '--api-key', 'abc', '--token=abc', '--root', '/srv'] }, ['args[3]', 'args[4]']],
    [{ args: ['--key', '${KEY}', 'sk-abcdef'] }, ['args[2]']],
    [
      { oauth: { client_id: 'me', client_secret: 'abc', token_url: 'https://x.test/token' } },
      ['oauth.client_secret'],
    ],
    [{ headers: { A: 'Bearer ghp_012345${X}' } }, ['headers.A']],
  ])('%j: %j', (entry, paths) => {
    expect(literalSecrets(entry)).toEqual(paths);
  });
});

describe('where is looked', () => {
  const at = (client: Client, more: object = {}) =>
    spotsOf(client, { env: {}, home: '/h', cwd: '/p', platform: 'linux', ...more }).map(({ file }) => file);

  test("every program has a place, and the user's come first", () => {
    for (const client of CLIENTS) {
      const scopes = spotsOf(client, { env: {}, home: '/h', cwd: '/p', platform: 'linux' }).map(
        ({ scope }) => scope,
      );
      expect(scopes[0]).toBe('user');
      expect(scopes).toEqual([...scopes].sort().reverse());
    }
  });

  test('docs/moving-in.md has them all', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/moving-in.md'), 'utf8');
    for (const client of CLIENTS) {
      const row = page.split('\n').find((line) => line.startsWith(`| \`${client}\` `) && line.includes('.'));
      expect(row).toContain(CLIENT_TITLES[client]);
      for (const file of at(client, { home: '/', cwd: '/p' }))
        expect(row).toContain(basename(file).replace(/.*(?=\.jsonc$)/, ''));
    }
  });

  test('each platform has its own', () => {
    expect(at('vscode')[0]).toBe('/h/.config/Code/User/mcp.json');
    expect(at('vscode', { platform: 'darwin' })[0]).toBe('/h/Library/Application Support/Code/User/mcp.json');
    expect(at('claude-desktop', { platform: 'win32', env: { APPDATA: '/a' } })).toEqual([
      '/a/Claude/claude_desktop_config.json',
    ]);
    expect(at('codex', { env: { CODEX_HOME: '/c' } })).toEqual(['/c/config.toml', '/p/.codex/config.toml']);
    expect(at('claude-code', { env: { CLAUDE_CONFIG_DIR: '/c' } })[0]).toBe('/c/.claude.json');
    expect(at('opencode', { env: { XDG_CONFIG_HOME: '/x' } })[0]).toBe('/x/opencode/opencode.json');
  });

  test("in the home folder a user's file is no stranger's", () => {
    expect(spotsOf('cursor', { env: {}, home: '/h', cwd: '/h', platform: 'linux' })).toEqual([
      { file: '/h/.cursor/mcp.json', scope: 'user' },
    ]);
  });
});
