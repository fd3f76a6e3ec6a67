import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { ConfigError, NetworkError } from '../../src/errors.ts';
import { parseDuration } from '../../src/workspace/duration.ts';
import type { Flags } from '../../src/workspace/flags.ts';
import { wantsJson } from '../../src/workspace/flags.ts';
import { newHome } from '../support/home.ts';
import { ECHO, fakeSession, go, httpEntry, stdioEntry, type World } from './program.fake.ts';

const both: World = {
  entries: [httpEntry('a'), httpEntry('b')],
  sessions: {
    a: fakeSession('a'),
    b: new NetworkError('unreachable', 'cannot reach it', { hint: 'is it up?' }),
  },
};

async function flagsOf(line: string): Promise<Flags | undefined> {
  let flags: Flags | undefined;
  await go(line, {
    ...both,
    opened: (given) => {
      flags = given;
    },
  });
  return flags;
}

describe('flags', () => {
  it('are understood before and after the command', async () => {
    const file = join(newHome(), 'x.log');
    const words = `--log-file ${file} --config-file c.json --server a,b --account me --yes --quiet --verbose --no-browser --device --non-interactive --token-backend vault --timeout 1.5 --login-timeout 2m --log-level info --protocol modern --ca-file ca.pem --elicitation accept --elicitation-answers {} --format ndjson --provider openai --model gpt-4 --api-base http://127.0.0.1:1/v1 --confirm-mode never --include-tools a,b/c --exclude-tools d --max-turns 3 --no-pager --output-dir pictures --root . --root /tmp`;
    const expected: Flags = {
      configFile: 'c.json',
      servers: ['a', 'b'],
      account: 'me',
      format: 'ndjson',
      yes: true,
      quiet: true,
      verbose: true,
      logLevel: 'info',
      logFile: file,
      browser: false,
      device: true,
      nonInteractive: true,
      tokenBackend: 'vault',
      timeout: 1500,
      protocol: 'modern',
      loginTimeout: 120_000,
      caFile: 'ca.pem',
      elicitation: 'accept',
      elicitationAnswers: '{}',
      provider: 'openai',
      model: 'gpt-4',
      apiBase: 'http://127.0.0.1:1/v1',
      confirmMode: 'never',
      includeTools: ['a', 'b/c'],
      excludeTools: ['d'],
      maxTurns: 3,
      pager: false,
      outputDir: 'pictures',
      roots: ['.', '/tmp'],
    };
    expect(await flagsOf(`${words} tools list`)).toEqual(expected);
    expect(await flagsOf(`tools list ${words}`)).toEqual(expected);
    expect(await flagsOf(`tools ${words} list`)).toEqual(expected);
  });

  it('have defaults', async () => {
    expect(await flagsOf('ping')).toMatchObject({
      servers: [],
      format: 'text',
      browser: true,
      timeout: undefined,
    });
    expect(await flagsOf('ping --json --server a --server b')).toMatchObject({
      servers: ['a', 'b'],
      format: 'json',
    });
  });

  it.each([
    ['30', 30_000],
    ['30s', 30_000],
    ['500ms', 500],
    ['2m', 120_000],
    ['0', undefined],
    ['-1', undefined],
    ['1h', 3_600_000],
    ['1w', undefined],
    ['99999999999', undefined],
  ])('--timeout %s', (text, span) => expect(parseDuration(text)).toBe(span));

  it.each([
    [['--json'], true],
    [['--format', 'json'], true],
    [['--format=ndjson'], true],
    [['--format', 'text'], false],
    [['--', '--json'], false],
  ])('wantsJson(%j)', (argv, json) => expect(wantsJson(argv)).toBe(json));
});

describe('help and version', () => {
  it.each(['--version', '-V', 'ping --version', 'tools list -V'])('%s', async (line) => {
    expect(await go(line)).toMatchObject({
      exit: 0,
      stderr: '',
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
  it.each(['--help', '-h', 'help', 'auth --help', 'tools call --help', 'help auth login'])(
    '%s',
    async (line) => {
      const ran = await go(line);
      expect(ran).toMatchObject({ exit: 0, stderr: '', closed: 0 });
      expect(ran.stdout).toMatch(/^Usage: mcp-cli/);
    },
  );
});

describe('a wrong command line is exit 2 with a suggestion', () => {
  it.each([
    ['', 'no_command', 'mcp-cli --help'],
    ['--json', 'no_command', 'mcp-cli --help'],
    ['tols list', 'unknown_command', 'did you mean: mcp-cli tools?'],
    ['login notion', 'unknown_command', 'did you mean: mcp-cli auth login?'],
    ['call search', 'unknown_command', 'did you mean: mcp-cli tools call?'],
    ['describe search', 'unknown_command', 'mcp-cli tools describe?'],
    ['list', 'unknown_command', 'mcp-cli tools list, or mcp-cli resources list'],
    ['notion', 'unknown_command', 'if that is a server: mcp-cli --server notion\nsee: mcp-cli --help'],
    ['https://x.example/mcp', 'unknown_command', 'mcp-cli --server https://x.example/mcp\n'],
    ['https://x.example/mcp?key=k', 'unknown_command', 'mcp-cli --server NAME\n'],
    ['tools call notion search', 'bad_argument', 'mcp-cli --server notion tools call search'],
    [
      'tools call search --query x',
      'unknown_option',
      'without dashes: query=VALUE\nsee: mcp-cli tools call --help',
    ],
    ['auth lgin', 'unknown_command', 'did you mean: mcp-cli auth login?'],
    ['auth', 'missing_command', 'mcp-cli auth --help'],
    ['help auth lgin', 'unknown_command', 'auth login'],
    ['tools list --jsn', 'unknown_option', 'did you mean --json?'],
    ['--sever a tools list', 'unknown_option', 'did you mean --server?'],
    ['tools call', 'missing_argument', 'mcp-cli tools call --help'],
    ['tools describe a b', 'excess_arguments', '--help'],
    ['tools list --server', 'option_missing_argument', '--help'],
    ['--server , ping', 'invalid_argument', 'it is a server name'],
    ['--format xml ping', 'invalid_argument', 'allowed choices are text, json'],
    ['--timeout soon ping', 'invalid_argument', 'such as 30, 500ms or 2m'],
    ['--protocol old ping', 'invalid_argument', 'allowed choices are auto'],
  ])('mcp-cli %s: %s', async (line, code, hint) => {
    const text = await go(line);
    expect(text).toMatchObject({ exit: 2, stdout: '' });
    expect(text.stderr).toMatch(/^(error|\{"error"): ?.+/);
    const json = await go(`${line} --json`.trim());
    if (line.endsWith('--server')) return;
    expect(JSON.parse(json.stderr).error).toMatchObject({ code, hint: expect.stringContaining(hint) });
    expect(json.exit).toBe(2);
  });
});

describe('tools list', () => {
  it('of one server gives the tools as the server sent them', async () => {
    const json = await go('--server a tools list --json', both);
    expect(json).toMatchObject({ exit: 0, stderr: '', closed: 1 });
    expect(JSON.parse(json.stdout)).toEqual({ tools: [ECHO] });
    expect(json.stdout.trim()).not.toContain('\n');
    expect((await go('tools list a', both)).stdout).toBe('TOOL  DESCRIPTION\necho  Says it again\n');
    expect((await go('tools list a --format ndjson', both)).stdout).toBe(`${JSON.stringify(ECHO)}\n`);
  });

  it('of several tries all; the first failure is the exit', async () => {
    const json = await go('--server a,b tools list --json', both);
    expect(json.exit).toBe(5);
    expect(JSON.parse(json.stdout)).toEqual({
      servers: {
        a: { tools: [ECHO] },
        b: { error: { code: 'unreachable', message: 'cannot reach it', hint: 'is it up?', server: 'b' } },
      },
    });
    expect(JSON.parse(json.stderr).error.server).toBe('b');
    const text = await go('--server b,a tools list', both);
    expect(text.stdout).toBe('a (1)\nTOOL  DESCRIPTION\necho  Says it again\n');
    expect(text.stderr).toBe('error: b: cannot reach it\nhint: is it up?\n');
  });

  it('of a server that fails prints the error alone, also as JSON', async () => {
    const ran = await go('--server b tools list --json', both);
    expect(ran).toMatchObject({ exit: 5, stdout: '' });
  });

  it('without a name means the only server, or asks which', async () => {
    expect((await go('tools list', { ...both, entries: [httpEntry('a')] })).exit).toBe(0);
    const ran = await go('tools list', both);
    expect(ran).toMatchObject({ exit: 2, stdout: '' });
    expect(ran.stderr).toContain('configured servers: a, b');
    expect((await go('tools list', {})).stderr).toContain('no server is configured');
  });

  it('of a server that is switched off is exit 3, of an unknown one exit 2', async () => {
    const world = { entries: [httpEntry('a', { disabled: true })] };
    expect((await go('tools list a', world)).exit).toBe(3);
    expect((await go('tools list zz', world)).exit).toBe(2);
  });

  it('shows nothing of a hostile name to the terminal', async () => {
    const tool = { ...ECHO, name: 'x\u001b]0;t\u0007', description: '\u202eevil' };
    const ran = await go('tools list a', { ...both, sessions: { a: fakeSession('a', [tool]) } });
    expect(ran.stdout).toBe('TOOL  DESCRIPTION\nx     \\u202eevil\n');
  });
});

describe('tools describe', () => {
  it('tells the arguments', async () => {
    const ran = await go('--server a tools describe echo', both);
    expect(ran.stdout).toBe(
      'echo\n\nSays it again\nand again\n\nARGUMENT  TYPE     REQUIRED  DESCRIPTION\ntext      string   yes       what to say\ntimes     integer\n',
    );
    expect(JSON.parse((await go('--server a tools describe echo --json', both)).stdout)).toEqual(ECHO);
    expect((await go('--server a tools describe eco', both)).stderr).toContain('did you mean echo?');
  });
});

describe('tools call', () => {
  async function call(words: string[], world: World = {}) {
    const a = fakeSession('a');
    const ran = await go(['--server', 'a', 'tools', 'call', 'echo', ...words], {
      ...both,
      sessions: { a },
      ...world,
    });
    return { ...ran, calls: a.calls.map((each) => each.args), closed: a.closed };
  }

  it.each<[string, string[], string | undefined, unknown]>([
    ['words', ['text=hi', 'times=2'], undefined, { text: 'hi', times: 2 }],
    ['--args', ['--args', '{"text":"hi"}'], undefined, { text: 'hi' }],
    [
      '--args with words over it',
      ['--args', '{"text":"hi","times":1}', 'times=3'],
      undefined,
      { text: 'hi', times: 3 },
    ],
    ['--args -', ['--args', '-'], '{"text":"in"}', { text: 'in' }],
    ['a pipe', [], '{"text":"in"}', { text: 'in' }],
    ['words before a pipe', ['text=hi'], '{"text":"in"}', { text: 'hi' }],
    [
      'a file',
      ['text=@fixture-that-is-this.txt'.replace('fixture-that-is-this.txt', 'program.fake.ts')],
      undefined,
      expect.anything(),
    ],
  ])('takes %s', async (_, words, input, args) => {
    const ran = await call(words, input === undefined ? {} : { input });
    expect(ran).toMatchObject({ exit: 0, stderr: '', calls: [args], closed: 1 });
    expect(ran.stdout).toMatch(/^you said /);
  });

  it.each<[string, string[], string, string]>([
    ['no argument', ['hello'], '', 'bad_argument'],
    ['broken JSON', ['--args', '{'], '', 'bad_json'],
    ['broken pipe', [], '{', 'bad_json'],
    ['empty --args -', ['--args', '-'], '', 'bad_json'],
    ['a missing file', ['text=@nowhere'], '', 'unreadable_file'],
    ['a missing argument', [], '', 'bad_arguments'],
    ['an unknown argument', ['txt=x'], '', 'bad_arguments'],
  ])('refuses %s before it calls', async (_, words, input, code) => {
    const ran = await call([...words, '--json'], { input });
    expect(ran).toMatchObject({ exit: 2, stdout: '', calls: [] });
    expect(JSON.parse(ran.stderr).error.code).toBe(code);
  });

  it('does not read a terminal', async () => {
    for (const flag of ['--non-interactive', '--json']) {
      const ran = await call([flag], { terminal: true, input: new PassThrough() });
      expect(ran).toMatchObject({ exit: 2, calls: [] });
    }
  });

  it('gives the result of a failed tool on stdout, and exit 8', async () => {
    const result = { isError: true, content: [{ type: 'text' as const, text: 'no luck' }] };
    const a = fakeSession('a', [ECHO], () => result);
    const text = await go('--server a tools call echo text=x', { ...both, sessions: { a } });
    expect(text).toMatchObject({
      exit: 8,
      stdout: 'no luck\n',
      stderr: 'error: echo answered with an error\n',
    });
    const json = await go('--server a tools call echo text=x --json', { ...both, sessions: { a } });
    expect(JSON.parse(json.stdout)).toEqual(result);
    expect(JSON.parse(json.stderr).error).toMatchObject({ code: 'tool_error', server: 'a' });
  });

  it('works on one server at a time', async () => {
    expect((await go('--server a,b tools call echo text=x', both)).exit).toBe(2);
  });

  it('stops waiting for a pipe when it is interrupted', async () => {
    const controller = new AbortController();
    const running = call([], { input: new PassThrough(), signal: controller.signal });
    setImmediate(() => controller.abort());
    expect((await running).exit).toBe(130);
  });
});

describe('ping', () => {
  it('measures, of several servers as well', async () => {
    expect((await go('ping a', both)).stdout).toBe('SERVER  TIME   PROTOCOL\na       12 ms  2026-07-28\n');
    expect(JSON.parse((await go('ping a --json', both)).stdout)).toEqual({
      server: 'a',
      ms: 12.4,
      protocol: '2026-07-28',
    });
    const ran = await go('ping --server a,b --json', both);
    expect(ran.exit).toBe(5);
    expect(JSON.parse(ran.stdout).servers).toMatchObject({
      a: { ms: 12.4 },
      b: { error: { code: 'unreachable' } },
    });
  });
});

it('what is secret in the environment is in no error, although a server sent it back', async () => {
  const env = {
    MCP_CLI_TOKEN_A: 'sssecret-a',
    GITHUB_TOKEN: 'sssecret-b',
    MCP_CLI_ENCRYPTION_KEY_FILE: 'my.key',
  };
  const echo = new NetworkError('refused', 'it said sssecret-a sssecret-b', {
    hint: 'see my.key, sssecret-a',
  });
  const ran = await go('ping --server a', { ...both, env, sessions: { a: echo } });
  expect(ran.stderr).toBe('error: it said *** ***\nhint: see my.key, ***\n');
});

describe('servers', () => {
  const bad = new Error('bad', { cause: new ConfigError('missing_env', 'NOTION_ID is not set') });
  const entries = [
    httpEntry('a', {
      url: 'https://a.example/mcp?api_key=sssecret1',
      headers: { 'X-Api-Key': 'sssecret2' },
      oauth: {
        dialect: 'snake',
        enabled: true,
        grantType: 'authorization_code',
        clientId: 'public-id',
        clientSecret: 'sssecret3',
        tokenEndpointAuthMethod: undefined,
        scopes: ['read'],
        authorizationEndpoint: undefined,
        tokenEndpoint: undefined,
        registrationEndpoint: undefined,
        revocationEndpoint: undefined,
        discoveryUrl: undefined,
        issuer: undefined,
        redirectUri: undefined,
        usePkce: true,
        extraAuthParams: { login_hint: 'sssecret4' },
        resource: 'auto',
        clientMetadataUrl: undefined,
        clientName: undefined,
        allowMissingPkceMetadata: false,
        dynamicRegistration: {
          enabled: true,
          issuer: undefined,
          registrationEndpoint: undefined,
          metadata: { software_statement: 'sssecret5' },
          initialAccessToken: 'sssecret6',
        },
      },
    }),
    stdioEntry('b', {
      args: ['--token', 'sssecret7', '--api-key=sssecret8', 'Bearer sssecret9', '--port', '80'],
      env: { KEY: 'sssecret0' },
    }),
    bad,
  ];

  it('lists all, a bad entry as what it is', async () => {
    const ran = await go('servers list', { entries });
    expect(ran.exit).toBe(0);
    expect(ran.stdout.split('\n')).toEqual([
      'SERVER  TYPE   TARGET',
      'a       http   https://a.example/mcp?api_key=***',
      'b       stdio  node --token *** --api-key=*** Bearer *** --port 80',
      'bad     error  NOTION_ID is not set',
      '',
    ]);
    expect(JSON.parse((await go('servers list --json', { entries })).stdout).servers).toHaveLength(3);
  });

  it('shows one entry without a secret, in every format', async () => {
    for (const line of [
      'servers get a',
      'servers get a --json',
      '--server b servers get',
      'servers get b --json',
    ]) {
      const ran = await go(line, { entries });
      expect(ran.exit).toBe(0);
      expect(ran.stdout).not.toContain('sssecret');
      expect(ran.stdout).toContain('***');
    }
    expect((await go('servers get a', { entries })).stdout).toContain('oauth.clientId: public-id\n');
    expect((await go('servers get bad', { entries })).exit).toBe(3);
    expect((await go('servers get', { entries })).exit).toBe(2);
  });
});

it('closes the workspace also after a failure, and tells a bug as one', async () => {
  const ran = await go('ping a --json', { entries: [httpEntry('a')] });
  expect(ran).toMatchObject({ exit: 1, closed: 1, stdout: '' });
  expect(JSON.parse(ran.stderr).error.code).toBe('bug');
});
