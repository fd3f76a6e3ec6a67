// `servers list` and `servers get`: what is configured, for a person and for scripts.
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { configFile } from '../support/home.ts';
import { desk, errorOf } from '../support/scene.ts';

const oauth = { client_id: 'public-id', client_secret: 'never-shown-1', scopes: ['read', 'write'] };
const SERVERS = {
  notion: { url: 'https://mcp.notion.com/mcp', oauth },
  old: {
    url: 'https://mcp.example.com/sse',
    transport: 'sse',
    disabled: true,
    account: 'work',
    timeout: 5000,
  },
  files: {
    command: 'npx',
    args: ['-y', '@modelcontextprotocol/server-filesystem', '/srv/data', '/srv/more'],
    cwd: '/srv',
  },
  unset: { url: 'https://$' + '{NOT_THERE}/mcp' },
  typo: { url: 7 },
};
const at = (columns: number) => ({ deps: { stdout: { isTTY: true, columns, stream: new PassThrough() } } });
const plain = { env: { NO_COLOR: '1' } };

describe('servers list', () => {
  test.each([
    [
      120,
      [
        'SERVER  TYPE           TARGET',
        'notion  http           https://mcp.notion.com/mcp',
        'old     sse, disabled  https://mcp.example.com/sse',
        'files   stdio          npx -y @modelcontextprotocol/server-filesystem /srv/data /srv/more',
      ],
    ],
    [
      80,
      [
        'SERVER  TYPE           TARGET',
        'notion  http           https://mcp.notion.com/mcp',
        'old     sse, disabled  https://mcp.example.com/sse',
        'files   stdio          npx -y @modelcontextprotocol/server-filesystem /srv/data…',
      ],
    ],
    [
      40,
      [
        'SERVER  TYPE           TARGET',
        'notion  http           https://mcp.noti…',
        'old     sse, disabled  https://mcp.exam…',
        'files   stdio          npx -y @modelcon…',
      ],
    ],
    [
      26,
      [
        'notion',
        '  TYPE    http',
        '  TARGET  https://mcp.noti',
        '          on.com/mcp',
        '',
        'old',
        '  TYPE    sse, disabled',
        '  TARGET  https://mcp.exam',
        '          ple.com/sse',
        '',
        'files',
        '  TYPE    stdio',
        '  TARGET  npx -y',
        '          @modelcontextpro',
        '          tocol/server-fil',
      ],
    ],
  ])('at a terminal of %i columns', async (columns, lines) => {
    const { notion, old, files } = SERVERS;
    const { script } = desk(configFile({ mcpServers: { notion, old, files } }));
    const result = await script('servers list', { ...plain, ...at(columns) });
    expect(result).toMatchObject({ exit: 0, stderr: '' });
    expect(result.stdout.split('\n').slice(0, lines.length)).toEqual(lines);
  });

  test('an entry that cannot be used is shown as one, and fails nobody else', async () => {
    const file = configFile({ mcpServers: SERVERS });
    const { script } = desk(file);
    const text = await script('servers list');
    expect(text).toMatchObject({ exit: 0, stderr: '' });
    expect(text.stdout).toMatch(/^unset +error +.+NOT_THERE, which is not set$/m);
    expect(text.stdout).toMatch(/^typo +error +.+mcpServers\.typo\.url must be a string$/m);
    const { servers } = JSON.parse((await script('servers list --json')).stdout);
    expect(servers).toEqual([
      {
        name: 'notion',
        type: 'http',
        url: 'https://mcp.notion.com/mcp',
        disabled: false,
        origin: `${file}: mcpServers.notion`,
      },
      {
        name: 'old',
        type: 'sse',
        url: 'https://mcp.example.com/sse',
        disabled: true,
        origin: `${file}: mcpServers.old`,
      },
      {
        name: 'files',
        type: 'stdio',
        command: 'npx -y @modelcontextprotocol/server-filesystem /srv/data /srv/more',
        disabled: false,
        origin: `${file}: mcpServers.files`,
      },
      { name: 'unset', error: expect.objectContaining({ code: 'missing_env', server: 'unset' }) },
      { name: 'typo', error: expect.objectContaining({ code: 'invalid', server: 'typo' }) },
    ]);
    const lines = (await script('servers list --format ndjson')).stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(servers);
  });

  test('of an empty configuration says so', async () => {
    const { script } = desk(configFile({ mcpServers: {} }));
    expect(await script('servers list')).toMatchObject({
      exit: 0,
      stdout: 'No server is configured.\n',
      stderr: expect.stringContaining('mcpServers.<name>'),
    });
    expect((await script('servers list --json')).stdout).toBe('{"servers":[]}\n');
  });
});

/** The same server in each spelling. */
const dialects = {
  snake: {
    mcpServers: {
      notion: {
        url: 'https://mcp.notion.com/mcp',
        oauth: { ...oauth, redirect_uri: 'http://localhost:8080/callback' },
      },
    },
  },
  camel: {
    servers: {
      notion: {
        serverUrl: 'https://mcp.notion.com/mcp',
        oauth: {
          clientId: 'public-id',
          clientSecret: 'never-shown-1',
          scope: 'read write',
          redirectUri: 'http://localhost:8080/callback',
        },
      },
    },
  },
  bare: {
    notion: {
      base_url: 'https://mcp.notion.com/mcp',
      oauth: { ...oauth, redirect_url: 'http://localhost:8080/callback' },
    },
  },
};

describe('servers get', () => {
  test.each(Object.entries(dialects))('understands the dialect %s as the same entry', async (_, content) => {
    const { script } = desk(configFile(content));
    const text = await script('servers get notion');
    expect(text).toMatchObject({ exit: 0, stderr: '' });
    const lines = text.stdout.trimEnd().split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'kind: http',
        'name: notion',
        'url: https://mcp.notion.com/mcp',
        'oauth.clientId: public-id',
        'oauth.clientSecret: ***',
        'oauth.scopes: read write',
        'oauth.redirectUri: http://localhost:8080/callback',
        'oauth.usePkce: true',
      ]),
    );
    const json = await script('servers get notion --json');
    expect(JSON.parse(json.stdout)).toMatchObject({
      kind: 'http',
      disabled: false,
      oauth: { clientId: 'public-id', clientSecret: '***', scopes: ['read', 'write'] },
    });
    expect(`${text.stdout}${json.stdout}`).not.toContain('never-shown');
    expect((await script('--server notion servers get')).stdout).toBe(text.stdout);
  });

  test('shows stdio and disabled entries, and one that is named by its URL', async () => {
    const { script } = desk(configFile({ mcpServers: SERVERS }));
    const files = JSON.parse((await script('servers get files --json')).stdout);
    expect(files).toMatchObject({ kind: 'stdio', command: 'npx', cwd: '/srv', disabled: false });
    expect((await script('servers get files')).stdout).toMatch(
      /^args: -y @model\S+ \/srv\/data \/srv\/more$/m,
    );
    const old = await script('servers get old');
    expect(old.exit).toBe(0);
    expect(old.stdout).toMatch(/^disabled: true\n(.*\n)*timeout: 5000\n(.*\n)*account: work\n/m);
    const url = JSON.parse((await script('servers get https://x.example/mcp?key=hidden --json')).stdout);
    expect(url).toMatchObject({
      name: 'x.example',
      origin: '--server',
      url: 'https://x.example/mcp?key=***',
    });
  });

  test.each([
    ['servers get notoin', 2, 'unknown_server', /did you mean "notion"\?\nconfigured servers: notion, old/],
    ['servers get zzzz', 2, 'unknown_server', /^configured servers: notion, old, files, unset, typo$/],
    ['servers get unset', 3, 'missing_env', /NOT_THERE/],
    ['servers get typo', 3, 'invalid', /double quotes/],
    ['servers get', 2, 'one_server', /servers get notion/],
    ['servers get notion,old', 2, 'one_server', /servers get notion/],
  ])('%s is exit %i, %s', async (line, exit, code, hint) => {
    const { script } = desk(configFile({ mcpServers: SERVERS }));
    const result = await script(`${line} --json`);
    expect(result.exit).toBe(exit);
    expect(errorOf(result)).toMatchObject({ code, hint: expect.stringMatching(hint) });
  });
});
