// What a person can get wrong in the file and on the command line, as it is told at the front door.
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { run } from '../../src/program.ts';
import { type Run, runCli } from '../support/cli.ts';
import { configFile } from '../support/home.ts';
import { unattended } from '../support/person.ts';
import { desk, scene } from '../support/scene.ts';
import { expectTold, type Told } from '../support/told.ts';

const SECRET = 'a-secret-of-the-file';

/** One server `notes` with this entry, beside one that is fine. */
const entry = (notes: object) => ({ mcpServers: { fine: { command: 'node' }, notes } });
const remote = (more: object) => entry({ url: 'https://mcp.example/mcp', ...more });
const oauth = (block: object) => remote({ oauth: { client_secret: SECRET, client_id: 'me', ...block } });

const variable = (name: string) => `\${${name}}`;

describe('a file that cannot be read as a configuration', () => {
  test.each<[string, string, Told]>([
    [
      'broken JSON: file, line and JSON path',
      '{\n  "mcpServers": {\n    "notes": {\n      "url": "https://mcp.example/mcp"\n      "headers": {}\n    }\n  }\n}\n',
      {
        exit: 3,
        code: 'invalid_json',
        says: /server_config\.json:5:7: expected a comma .* \(in mcpServers\.notes/,
        hint: 'comma',
      },
    ],
    [
      'a string without its end',
      '{"mcpServers": {"notes": {"url": "https://mcp.exa\n}}}',
      { exit: 3, code: 'invalid_json', says: /:1:34: this string never ends/, hint: 'double quote' },
    ],
    [
      'a key twice',
      '{"mcpServers": {"notes": {"url": "https://a.example", "url": "https://b.example"}}}',
      { exit: 3, code: 'invalid_json', says: /mcpServers\.notes\.url is given twice/, hint: 'keep one' },
    ],
    [
      'an empty file',
      '',
      { exit: 3, code: 'invalid_json', says: 'server_config.json:1:1', hint: '{"mcpServers": {}}' },
    ],
    [
      'nothing but a byte order mark',
      '\uFEFF',
      { exit: 3, code: 'invalid_json', says: 'server_config.json:1:1', hint: '{"mcpServers": {}}' },
    ],
    ['no object', '[]', { exit: 3, code: 'invalid', says: 'must be a JSON object', hint: 'mcpServers' }],
  ])('%s', async (_, text, told) => {
    expectTold(await desk(configFile(text)).script('--server notes tools list --json'), told);
  });

  test('UTF-16, as PowerShell writes it', async () => {
    const file = configFile('');
    writeFileSync(file, Buffer.from('\uFEFF{"mcpServers": {}}', 'utf16le'));
    const told = { exit: 3, code: 'invalid_json', says: 'is not UTF-8', hint: 'UTF-8' };
    expectTold(await desk(file).script('servers list --json'), told);
  });

  test('a byte order mark before good JSON is no fault', async () => {
    const file = configFile(`\uFEFF${JSON.stringify(entry({ command: 'node' }))}`);
    expect(await desk(file).script('servers list --json')).toMatchObject({ exit: 0, stderr: '' });
  });
});

describe('a file that may not be read', () => {
  test.each<[string, (file: string) => string, Told]>([
    [
      'one that is not there',
      (file) => `${file}.none`,
      { exit: 3, code: 'not_found', says: '.none', hint: '--config-file' },
    ],
    [
      'a folder',
      (file) => dirname(file),
      { exit: 3, code: 'unreadable', says: 'is a folder', hint: 'server_config.json' },
    ],
    [
      'one that others can write',
      (file) => chmod(file, 0o666),
      { exit: 3, code: 'unsafe_file', says: /other|anybody|write/, hint: 'chmod go-w' },
    ],
    [
      'one in a folder that all can write',
      (file) => {
        const folder = mkdtempSync(join(tmpdir(), 'mcp-open-'));
        onTestFinished(() => void chmodSync(folder, 0o700));
        writeFileSync(join(folder, 'c.json'), JSON.stringify(entry({ url: file })), { mode: 0o600 });
        chmodSync(folder, 0o777);
        return join(folder, 'c.json');
      },
      { exit: 3, code: 'unsafe_file', says: 'c.json', hint: 'chmod o-w' },
    ],
  ])('%s', async (_, spoil, told) => {
    const file = spoil(configFile(entry({ command: 'node' })));
    expectTold(await desk(file).script('--server notes tools list --json'), told);
  });

  test('one without the permission', async () => {
    const file = chmod(configFile(entry({ command: 'node' })), 0);
    const typed = desk(file);
    // Loads what the next run needs.
    await typed.script('servers list --json');
    const result = await typed.script('servers list --json', { run: asNobody });
    expectTold(result, {
      exit: 3,
      code: 'unreadable',
      says: 'you may not read it',
      hint: 'chmod u+r',
    });
  });

  test('none at all', async () => {
    const result = await runCli(['--server', 'notes', 'tools', 'list', '--json'], unattended());
    expectTold(result, { exit: 3, code: 'not_found', hint: /--config-file.*server_config\.json/ });
  });
});

describe('an entry that cannot be used', () => {
  test.each<[string, object, Told]>([
    [
      'a missing variable',
      remote({ headers: { 'X-Key': variable('NOTES_API_KEY') } }),
      {
        exit: 3,
        code: 'missing_env',
        says: /:\d+:\d+: mcpServers\.notes\.headers\.X-Key .*NOTES_API_KEY/,
        hint: 'set NOTES_API_KEY',
      },
    ],
    [
      'a missing variable in oauth',
      oauth({ client_secret: variable('NOTES_SECRET') }),
      {
        exit: 3,
        code: 'missing_env',
        says: 'mcpServers.notes.oauth.client_secret',
        hint: 'set NOTES_SECRET',
      },
    ],
    [
      'a malformed URL',
      entry({ url: 'mcp.example/mcp' }),
      {
        exit: 3,
        code: 'invalid',
        says: /mcpServers\.notes\.url must be an absolute/,
        hint: 'https://example.com',
      },
    ],
    [
      'http beyond this machine',
      entry({ url: 'http://mcp.example/mcp' }),
      { exit: 3, code: 'invalid', says: 'mcpServers.notes.url', hint: '"allow_http": true' },
    ],
    [
      'a password in the URL',
      entry({ url: `https://me:${SECRET}@mcp.example/mcp` }),
      { exit: 3, code: 'invalid', says: 'user name or password', hint: '"headers" or "oauth"' },
    ],
    [
      'neither url nor command',
      entry({ args: [] }),
      { exit: 3, code: 'invalid', says: 'mcpServers.notes', hint: /"url".*"command"/ },
    ],
    [
      'oauth on a stdio server',
      entry({ command: 'node', oauth: { client_id: 'me' } }),
      { exit: 3, code: 'invalid', says: /mcpServers\.notes\.oauth .*HTTP servers only/, hint: '"env"' },
    ],
    [
      'only authorization_url',
      oauth({ authorization_url: 'https://as.example/authorize' }),
      { exit: 3, code: 'invalid', says: 'mcpServers.notes.oauth', hint: '"token_url"' },
    ],
    [
      'only token_url',
      oauth({ token_url: 'https://as.example/token' }),
      { exit: 3, code: 'invalid', says: 'mcpServers.notes.oauth', hint: '"authorization_url"' },
    ],
    [
      'a protocol parameter among the extra ones',
      oauth({ extra_auth_params: { state: SECRET } }),
      {
        exit: 3,
        code: 'invalid',
        says: 'mcpServers.notes.oauth.extra_auth_params.state is a parameter of the protocol',
        hint: /remove .*extra_auth_params|remove it/,
      },
    ],
    [
      'one that has a key of its own',
      oauth({ extra_auth_params: { Scope: 'read' } }),
      { exit: 3, code: 'invalid', says: 'extra_auth_params.Scope', hint: '"scopes"' },
    ],
    [
      'no PKCE without a secret',
      remote({ oauth: { client_id: 'me', use_pkce: false } }),
      { exit: 3, code: 'invalid', says: 'mcpServers.notes.oauth.use_pkce', hint: '"client_secret"' },
    ],
    [
      'a switched-off server',
      remote({ disabled: true }),
      { exit: 3, code: 'disabled', says: 'notes is disabled', hint: /"disabled": false.*mcpServers\.notes/ },
    ],
    [
      'a value of another type',
      remote({ headers: SECRET }),
      { exit: 3, code: 'invalid', says: 'mcpServers.notes.headers', hint: '{' },
    ],
  ])('%s', async (_, file, told) => {
    const { script } = desk(configFile(file));
    const result = await script('--server notes tools list --json');
    expectTold(result, { server: 'notes', ...told }, [SECRET]);
  });

  test('one entry’s missing variable does not stop another', async () => {
    const { script } = await scene({
      server: { authorizationServers: [] },
      others: { other: { url: variable('OTHER_URL') } },
    });
    expect(await script('--server notes tools list --json')).toMatchObject({ exit: 0, stderr: '' });
  });
});

function chmod(file: string, mode: number): string {
  onTestFinished(() => chmodSync(file, 0o600));
  chmodSync(file, mode);
  return file;
}

/** Root may read everything, and containers run as root. */
const asNobody: Run = async (argv, deps) => {
  const root = process.geteuid?.() === 0;
  if (root) process.seteuid?.(65534);
  try {
    return await run(argv, deps);
  } finally {
    if (root) process.seteuid?.(0);
  }
};
