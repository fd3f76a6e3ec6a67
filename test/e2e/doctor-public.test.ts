// What the doctor says is fit for a public report, whatever the server and the configuration have in them.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { odd, reportOf, step } from '../support/doctor.ts';
import { storedRecord } from '../support/expired.ts';
import { listen } from '../support/loopback.ts';
import { notes } from '../support/person.ts';
import { sandboxed } from '../support/sandbox.ts';
import { desk, keep, scene } from '../support/scene.ts';

const KEY_IN_PATH = 'c2VjcmV0-1234567890-abcdef';

describe('nothing secret', () => {
  test('of the configuration, the environment, or the store', async () => {
    const client_secret = 'the-client-secret-of-notes';
    const { script } = await sandboxed([], {
      entry: {
        headers: { 'X-Api-Key': 'the-api-key-of-notes' },
        oauth: { client_id: 'mine', client_secret, redirect_uri: 'http://127.0.0.1/callback' },
      },
    });
    for (const format of ['--json', '--format ndjson', '--verbose']) {
      const { stdout, stderr } = await script(`auth doctor notes ${format}`);
      expect(stdout).toMatch(/the configured client/);
      expect(stdout + stderr).not.toMatch(/the-client-secret|the-api-key|mcpk1_/);
    }
  });

  test('of a sign-in', async () => {
    const { script, person, home } = await scene();
    expect((await person('auth login notes')).exit).toBe(0);
    const { tokens } = (await storedRecord(home)) ?? {};
    const { stdout, stderr } = await script('auth doctor notes --json --verbose');
    expect(tokens?.accessToken).toMatch(/\w{8}/);
    for (const secret of [tokens?.accessToken, tokens?.refreshToken])
      expect(stdout + stderr).not.toContain(secret);
  });

  test('that the server repeats where it is quoted', async () => {
    const echo = keep(
      await listen((request, response) => {
        const { authorization = 'none', 'x-api-key': key = 'none' } = request.headers;
        const told = `Bearer resource_metadata="https://meta.invalid/${key}?k=${key}", scope="${authorization} ${key}"`;
        response.writeHead(401, { 'www-authenticate': told }).end();
      }),
    );
    const { script } = desk(
      notes({
        url: `${echo.url}/mcp?api_key=hush-in-the-query`,
        headers: { 'X-Api-Key': 'the-api-key-of-notes' },
        bearer_token_env: 'NOTES_TOKEN',
      }),
    );
    const { stdout, stderr } = await script('auth doctor notes --json --verbose', {
      env: { NOTES_TOKEN: 'a-token-that-is-refused' },
    });
    expect(stdout).toMatch(/resource_metadata https:\/\/meta\.invalid/);
    expect(stdout + stderr).not.toMatch(/hush-in|the-api-key|a-token-that|api_key/);
  });

  test('of a URL: no query, no key in a path, whether it has a name or not', async () => {
    const server = keep(await listen((_, response) => response.writeHead(404).end()));
    const url = `${server.url}/s/${KEY_IN_PATH}/mcp?token=hush-in-the-query`;
    const { script } = desk(notes({ url }));
    for (const name of ['notes', url]) {
      const { stdout, stderr } = await script(['auth', 'doctor', name, '--json', '--verbose']);
      expect(stdout).toContain(`${server.url}/s/***/mcp`);
      expect(stdout + stderr).not.toMatch(new RegExp(`hush-in|${KEY_IN_PATH}|token=`));
    }
  });

  test('of this machine: a home folder is a tilde', async () => {
    const { home, script } = await sandboxed([], { entry: { disabled: true } });
    const { runCli } = await import('../support/cli.ts');
    const { mkdirSync, writeFileSync } = await import('node:fs');
    mkdirSync(join(home, '.mcp_cli'), { mode: 0o700, recursive: true });
    const file = join(home, '.mcp_cli', 'server_config.json');
    writeFileSync(file, JSON.stringify({ mcpServers: { notes: { command: 'x', disabled: true } } }), {
      mode: 0o600,
    });
    const result = await runCli(['auth', 'doctor', 'notes', '--json'], { home });
    expect(result.stdout).toContain('~/.mcp_cli/server_config.json');
    expect(result.stdout + result.stderr).not.toContain(home);
    expect((await script('auth doctor notes --json')).stdout).not.toContain(home);
  });
});

describe('--redact', () => {
  test('takes names of hosts, addresses and servers away, in every format', async () => {
    const { script } = desk(
      notes({ url: 'https://notes.corp.invalid/mcp', oauth: { issuer: 'https://login.corp.invalid' } }),
    );
    const shown = await script('auth doctor notes --json');
    expect(shown.stdout).toMatch(/notes\.corp\.invalid/);
    for (const format of ['--json', '--format ndjson', '']) {
      const { stdout, stderr, exit } = await script(`auth doctor notes --redact ${format}`.trim());
      expect(exit).toBe(5);
      expect(stdout).toMatch(/https:\/\/host-1/);
      expect(stdout + stderr).not.toMatch(/corp|(?<![-\w])notes(?!\w)/);
    }
  });

  test('what is on this machine has a name that everybody knows', async () => {
    const { script, sandbox } = await sandboxed();
    const report = reportOf(await script('auth doctor notes --json --redact'));
    expect(report).toMatchObject({ server: 'server-1', url: sandbox.url });
    expect(step(report, 'configuration').seen).toMatch(/mcpServers\.server-1/);
  });
});

describe('how it is shown', () => {
  test('for a person: a line a step, what to do, and a verdict', async () => {
    const { script } = await sandboxed(['no-registration']);
    const { stdout, stderr, exit } = await script('auth doctor notes');
    expect(exit).toBe(4);
    expect(stdout).toMatch(/^ok {7}configuration {6}\S/);
    expect(stdout).toMatch(
      /^FAILED {3}registration {7}\S.*\n {28}see RFC 7591[^\n]*\n {28}fix: register mcp-cli/m,
    );
    expect(stdout).toMatch(/1 failed, first registration; \d+ passed, 0 with a warning, \d skipped\.\n$/);
    expect(stderr).toMatch(/^error: registration: /);
  });

  test('a terminal sees each step while it runs, and nothing of that is left', async () => {
    const { person } = await sandboxed();
    const { stderr, exit } = await person('auth doctor notes');
    expect(exit).toBe(0);
    expect(stderr).toMatch(/server metadata\.\.\./);
    expect(stderr.endsWith('\r\u001b[2K')).toBe(true);
    expect((await person('auth doctor notes --quiet')).stderr).toBe('');
  });

  test('a line of JSON for each step, as soon as it is done', async () => {
    const { script } = await sandboxed();
    const { stdout } = await script('auth doctor notes --format ndjson');
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(16);
    for (const line of lines)
      expect(Object.keys(JSON.parse(line))).toEqual(
        expect.arrayContaining(['step', 'status', 'seen', 'clause']),
      );
  });

  test('without a name: the only server there is', async () => {
    const { script } = await sandboxed();
    expect(odd(reportOf(await script('auth doctor --json')))).toEqual([]);
  });

  test('Ctrl-C ends it', async () => {
    const stop = new AbortController();
    const server = keep(
      await listen(() => {
        stop.abort();
        return new Promise(() => {});
      }),
    );
    const { script } = desk(notes({ url: `${server.url}/mcp` }));
    expect(await script('auth doctor notes --json', { signal: stop.signal })).toMatchObject({
      exit: 130,
      stdout: '',
    });
  });
});
