// What a person can get wrong on the command line, as it is told at the front door.
import { describe, expect, test } from 'vitest';
import { configFile } from '../support/home.ts';
import { desk, scene } from '../support/scene.ts';
import { expectTold, type Told } from '../support/told.ts';

const two = () =>
  configFile({ mcpServers: { fine: { command: 'node' }, notes: { url: 'https://mcp.example/mcp' } } });

describe('a server that is not configured', () => {
  test.each<[string, string, Told]>([
    ['a slip', 'note', { exit: 2, code: 'unknown_server', says: '"note"', hint: 'did you mean "notes"?' }],
    [
      'nothing near',
      'github',
      { exit: 2, code: 'unknown_server', says: '"github"', hint: 'configured servers: fine, notes' },
    ],
    [
      'a URL of another scheme',
      'ftp://mcp.example',
      { exit: 2, code: 'invalid_url', says: '--server', hint: 'https://' },
    ],
    [
      'a URL over http',
      'http://mcp.example/mcp',
      { exit: 2, code: 'invalid_url', says: '--server', hint: 'https' },
    ],
  ])('%s', async (_, name, told) => {
    const { script } = desk(two());
    expectTold(await script(['--server', name, 'tools', 'list', '--json']), told);
  });

  test('none named, where there are two', async () => {
    const { script } = desk(two());
    expectTold(await script('tools list --json'), {
      exit: 2,
      code: 'no_server',
      hint: /--server .*fine, notes/,
    });
  });
});

describe('a command line that is wrong', () => {
  test.each<[string, string, Omit<Told, 'exit'>]>([
    ['a flag', '--jsonn tools list --json', { code: 'unknown_option', says: '--jsonn', hint: '--json' }],
    ['a flag of nothing', 'tools list --frobnicate --json', { code: 'unknown_option', hint: '--help' }],
    ['a command', 'tool list --json', { code: 'unknown_command', says: '"tool"', hint: 'mcp-cli tools' }],
    ['a second word', 'auth logn --json', { code: 'unknown_command', hint: 'mcp-cli auth login' }],
    ['half a command', 'auth --json', { code: 'missing_command', says: 'login', hint: 'auth --help' }],
    ['no command', '--json', { code: 'no_command', hint: 'mcp-cli --server' }],
    [
      'a length of time',
      '--timeout soon ping --json',
      { code: 'invalid_argument', says: '--timeout', hint: '2m' },
    ],
    [
      'no time at all',
      'ping --timeout 0 --json',
      { code: 'invalid_argument', says: '--timeout', hint: '2m' },
    ],
    ['a format', '--format yaml ping --json', { code: 'invalid_argument', says: '--format', hint: 'ndjson' }],
    [
      'a store',
      '--token-backend paper ping --json',
      { code: 'invalid_argument', says: '--token-backend', hint: 'encrypted' },
    ],
    ['a flag without its value', 'ping --json --server', { code: 'option_missing_argument', hint: '--help' }],
    ['a word too few', 'tools call --json', { code: 'missing_argument', hint: /tools call/ }],
    [
      'an argument of a tool',
      '--server notes tools call echo hello --json',
      { code: 'bad_argument', says: '"hello"', hint: 'key=value' },
    ],
    [
      'JSON of a tool',
      '--server notes tools call echo --args {text} --json',
      { code: 'bad_json', says: '--args', hint: '{"' },
    ],
  ])('%s', async (_, line, told) => {
    const { script } = await scene({ server: { authorizationServers: [] } });
    expectTold(await script(line), { exit: 2, ...told });
  });

  test('is told in words without --json', async () => {
    const { script } = await scene();
    const result = await script('tools lst');
    expect(result).toMatchObject({ exit: 2, stdout: '' });
    expect(result.stderr).toBe(
      'error: there is no command "tools lst"\nhint: did you mean: mcp-cli tools list?\n',
    );
  });
});
