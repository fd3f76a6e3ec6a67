// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is what a configuration holds.
// `servers add` and `servers remove`: what is written, and what is not.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { configFile, newHome } from '../support/home.ts';
import { desk, errorOf } from '../support/scene.ts';

const TEXT = `// mine
{
    "mcpServers": {
        "notion": { "url": "https://mcp.notion.com/mcp" }, // work
        // "old": {}
    },
}
`;
const read = (file: string) => readFileSync(file, 'utf8');
const add = 'servers add linear https://mcp.linear.app/mcp';

describe('servers add', () => {
  test('writes an entry where the others are, and leaves everything else as it was', async () => {
    const file = configFile(TEXT);
    const { script } = desk(file);
    const result = await script(`${add} --json`);
    expect(result).toMatchObject({ exit: 0, stderr: '' });
    expect(JSON.parse(result.stdout)).toEqual({
      server: 'linear',
      file,
      replaced: false,
      entry: { url: 'https://mcp.linear.app/mcp' },
    });
    expect(read(file)).toBe(
      TEXT.replace(
        '// work\n',
        '// work\n        "linear": {\n            "url": "https://mcp.linear.app/mcp"\n        },\n',
      ),
    );
    expect(JSON.parse((await script('servers list --json')).stdout).servers).toHaveLength(2);
    expect((await script('servers remove linear --yes')).exit).toBe(0);
    expect(read(file)).toBe(TEXT);
    expect(readdirSync(dirname(file))).toEqual(['server_config.json']);
  });

  test('knows the common keys of a remote server', async () => {
    const file = configFile('{}');
    const { script } = desk(file);
    const words = [
      'servers',
      'add',
      'search',
      'https://search.example/sse',
      '--transport',
      'sse',
      '--header',
      'Authorization=Bearer ${SEARCH_KEY}',
      '--header',
      'X-Team: data',
      '--client-id',
      'me',
      '--client-secret',
      '${SECRET}',
      '--scope',
      'read,write',
      '--account',
      'work',
      '--timeout',
      '5s',
      '--redirect-uri',
      'http://localhost:9000/cb',
    ]; // prettier-ignore
    const result = await script(words);
    expect(result.exit).toBe(0);
    expect(result.stderr).toContain('SEARCH_KEY is not set');
    expect(result.stderr).not.toContain('warning');
    expect(JSON.parse(read(file))).toEqual({
      mcpServers: {
        search: {
          url: 'https://search.example/sse',
          transport: 'sse',
          headers: { Authorization: 'Bearer ${SEARCH_KEY}', 'X-Team': 'data' },
          account: 'work',
          timeout: 5000,
          oauth: {
            client_id: 'me',
            client_secret: '${SECRET}',
            scopes: ['read', 'write'],
            redirect_uri: 'http://localhost:9000/cb',
          },
        },
      },
    });
  });

  test('takes a command from behind two dashes, with its own flags', async () => {
    const file = configFile('{"files": {"command": "old", "args": []}}');
    const { script } = desk(file);
    const result = await script(
      'servers add local --env LOG_LEVEL=warn --cwd /srv -- npx -y some-server --json',
    );
    expect(result).toMatchObject({ exit: 0, stdout: expect.stringContaining('npx') });
    // No wrapper before, none now.
    expect(JSON.parse(read(file))).toEqual({
      files: { command: 'old', args: [] },
      local: {
        command: 'npx',
        args: ['-y', 'some-server', '--json'],
        env: { LOG_LEVEL: 'warn' },
        cwd: '/srv',
      },
    });
  });

  test('a secret as it stands is written, shown masked, and warned of with the way out', async () => {
    const file = configFile('{}');
    const result = await desk(file).script([
      'servers',
      'add',
      'search',
      'https://search.example/mcp',
      '--header',
      'Authorization=Bearer abc-def',
      '--json',
    ]);
    expect(result.exit).toBe(0);
    expect(JSON.parse(result.stdout).entry.headers).toEqual({ Authorization: '***' });
    expect(result.stderr).toContain('warning: headers.Authorization looks like a secret');
    expect(result.stderr).toContain('${NAME}');
    expect(result.stderr).not.toContain('abc-def');
  });

  test('the first file is made in the home folder, for its owner alone', async () => {
    const home = newHome();
    const result = await runCli([...add.split(' '), '--json'], { home });
    const file = join(home, '.mcp_cli', 'server_config.json');
    expect(JSON.parse(result.stdout)).toMatchObject({ file, replaced: false });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await runCli(['servers', 'get', 'linear'], { home })).exit).toBe(0);
  });

  test('a name that is taken is refused, and replaced with --force', async () => {
    const file = configFile(TEXT);
    const { script } = desk(file);
    const refused = await script('servers add notion https://other.test/mcp --json');
    expect(refused.exit).toBe(2);
    expect(errorOf(refused)).toMatchObject({
      code: 'server_exists',
      hint: expect.stringContaining('--force'),
    });
    expect(read(file)).toBe(TEXT);
    const replaced = await script('servers add notion https://other.test/mcp --force --json');
    expect(JSON.parse(replaced.stdout).replaced).toBe(true);
    expect(read(file)).toContain('// work');
    expect(read(file)).toContain('https://other.test/mcp');
  });
});

type Row = [words: string[], exit: number, code: string];

const REFUSED: Row[] = [
  [['x', 'http://plain.test/mcp'], 3, 'invalid'],
  [['x', 'https://x.test/mcp', '--header', 'Host=a'], 3, 'invalid'],
  [['x', 'https://x.test/mcp', '--transport', 'stdio'], 3, 'invalid'],
  [['x', 'https://x.test/mcp', '--header', 'A=${B'], 3, 'invalid'],
  [['x', 'https://x.test/mcp', '--header', 'A=${input:x}'], 3, 'unsupported_reference'],
  [['x', 'https://x.test/mcp', '--env', 'A=b'], 2, 'no_effect'],
  [['x', 'npx', 'server'], 2, 'no_target'],
  [['x'], 2, 'no_target'],
  [['x', '--scope', 'a', '--', 'npx'], 2, 'no_effect'],
  [['x', 'https://x.test/mcp', '--header', 'nothing'], 2, 'invalid_argument'],
  [['a,b', 'https://x.test/mcp'], 2, 'invalid_name'],
  [['https://x.test/mcp'], 2, 'invalid_name'],
  [[' x', 'https://x.test/mcp'], 3, 'invalid'],
  [['__proto__', 'https://x.test/mcp'], 3, 'invalid'],
];

test.each(REFUSED)('%j is refused, exit %i, %s, and nothing is written', async (words, exit, code) => {
  const file = configFile(TEXT);
  const result = await desk(file).script(['servers', 'add', '--json', ...words]);
  expect([result.exit, errorOf(result).code]).toEqual([exit, code]);
  expect(read(file)).toBe(TEXT);
});

test('in a file without a wrapper a name that means something else is refused', async () => {
  const text = '{"a": {"url": "https://a.test/mcp"}}';
  const file = configFile(text);
  const result = await desk(file).script('servers add tools https://x.test/mcp --json');
  expect([result.exit, errorOf(result).code]).toEqual([3, 'invalid']);
  expect(read(file)).toBe(text);
});

describe('servers remove', () => {
  test('asks, says what stays, and takes several', async () => {
    const file = configFile({
      mcpServers: { a: { url: 'https://a.test' }, b: { url: 7 }, c: { url: 'https://c.test' } },
    });
    const { person } = desk(file);
    const no = await person('servers remove a b', { answers: [false] });
    expect([no.exit, Object.keys(JSON.parse(read(file)).mcpServers)]).toEqual([130, ['a', 'b', 'c']]);
    const yes = await person('servers remove a b', { answers: [true] });
    expect(yes).toMatchObject({ exit: 0, stdout: `Removed a, b from ${file}\n` });
    expect(yes.stderr).toContain('mcp-cli auth reset a b');
    expect(Object.keys(JSON.parse(read(file)).mcpServers)).toEqual(['c']);
  });

  test('of one that is not there names the nearest, and removes none', async () => {
    const file = configFile(TEXT);
    const result = await desk(file).script('servers remove notion notoin --yes --json');
    expect(result.exit).toBe(2);
    expect(errorOf(result)).toMatchObject({
      code: 'unknown_server',
      hint: expect.stringContaining('"notion"'),
    });
    expect(read(file)).toBe(TEXT);
  });

  test('without a terminal wants --yes', async () => {
    const result = await desk(configFile(TEXT)).script('servers remove notion --json');
    expect([result.exit, errorOf(result).code]).toEqual([2, 'confirmation_needed']);
  });
});
