// `cmd` as the Python tool has it: a prompt or one tool, from files and pipes, into files and pipes.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CliOptions } from '../support/cli.ts';
import { configFile, newHome } from '../support/home.ts';
import { modelServer, type Said } from '../support/model-server.ts';
import { freePort } from '../support/port.ts';
import { desk, errorOf, keep } from '../support/scene.ts';
import { PNG, workbench } from '../support/workbench.ts';

/** A model without any server, and a folder to work in. */
async function alone(...script: Said[]) {
  const model = keep(await modelServer(script));
  const home = newHome();
  const { script: typed } = desk(configFile({ mcpServers: {} }), home);
  const ask = (line: string[], options: CliOptions = {}) =>
    typed(['cmd', '--single-turn', '--api-base', model.base, '--model', 'm', ...line], options);
  const last = () => JSON.stringify(model.asked.at(-1)?.messages);
  return { model, home, typed, ask, last };
}

describe('a prompt', () => {
  test.each<[string, string[], CliOptions, string]>([
    ['from the flag', ['-p', 'one'], {}, 'one'],
    ['from a pipe', ['-i', '-'], { stdin: 'two' }, 'two'],
    ['from a file', ['-i', 'in.txt'], {}, 'three'],
    ['from both', ['-p', 'explain', '-i', '-'], { stdin: 'four' }, 'explain\n\nfour'],
    [
      'with the place of the input',
      ['-p', 'say {{input}}!', '-i', '-'],
      { stdin: '$& five' },
      'say $& five!',
    ],
  ])('%s', async (_, words, options, expected) => {
    const { ask, home, model } = await alone({ text: 'ok' });
    writeFileSync(join(home, 'in.txt'), 'three');
    expect(await ask(words, options)).toMatchObject({ exit: 0, stdout: 'ok\n' });
    expect(model.asked[0]?.messages.at(-1)?.content).toBe(expected);
  });

  test('goes with a system prompt, and with what we say of data', async () => {
    const { ask, model } = await alone({ text: 'ok' });
    await ask(['-p', 'x', '--system-prompt', 'Speak Latin']);
    const [system] = model.asked[0]?.messages ?? [];
    expect(system).toMatchObject({
      role: 'system',
      content: expect.stringMatching(/^Speak Latin\n\n[\s\S]*is data/),
    });
  });

  test('goes with files and images', async () => {
    const { ask, home, model } = await alone({ text: 'ok' });
    writeFileSync(join(home, 'a.txt'), 'inside');
    writeFileSync(join(home, 'b.pdf'), Buffer.from(PNG, 'base64'));
    expect((await ask(['-p', 'x', '--attach', 'a.txt', 'b.pdf'])).exit).toBe(0);
    expect(model.asked[0]?.messages.at(-1)?.content).toEqual([
      { type: 'text', text: 'The file a.txt:\ninside' },
      { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } },
      { type: 'text', text: 'x' },
    ]);
  });

  test.each<[string, string | Buffer, string]>([
    ['a program', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0]), 'neither text nor an image'],
    ['too long a text', 'x'.repeat(300_000), 'larger than 256 kB'],
    ['too large', Buffer.alloc(5_000_000), 'larger than 4 MB'],
  ])('does not go with %s', async (_, content, message) => {
    const { ask, home, model } = await alone();
    writeFileSync(join(home, 'a'), content);
    const error = errorOf(await ask(['-p', 'x', '--attach', 'a', '--json']));
    expect(error).toMatchObject({ code: 'bad_attachment', message: expect.stringContaining(message) });
    expect(model.asked).toEqual([]);
  });

  test.each<[string[], string]>([
    [[], 'missing_argument'],
    [['-p', ' '], 'empty_prompt'],
    [['-p', 'x', '--tool-args', '{}'], 'conflicting_flags'],
    [['-p', 'x', '-t', 'y'], 'conflicting_flags'],
    [['-i', 'missing.txt'], 'unreadable_input'],
    [['-i', '.'], 'unreadable_input'],
    [['-p', 'x', '-o', 'no/such/folder.txt'], 'unwritable_file'],
    [['-p', 'x', '-o', '.'], 'unwritable_file'],
  ])('%j is %s, and nobody is asked', async (words, code) => {
    const { ask, model } = await alone();
    const result = await ask([...words, '--json']);
    expect(result.exit).toBe(2);
    expect(errorOf(result)).toMatchObject({ code });
    expect(model.asked).toEqual([]);
  });
});

describe('an answer', () => {
  const evil = '\u001b]0;x\u0007a\u001b[2Jb';

  test('is streamed to a terminal, without escape sequences', async () => {
    const { ask } = await alone({ text: ['\u001b', '[2Jone ', 'two', '\u001b]0;t\u0007'] });
    const { stdout } = await ask(['-p', 'x'], { terminal: { stdout: true } });
    expect(stdout).toBe('[2Jone two\n');
  });

  test.each<[string, string[], CliOptions, string]>([
    ['is safe in a pipe', [], {}, 'ab\n'],
    ['is exact with --raw in a pipe', ['--raw'], {}, evil],
    [
      'is safe with --raw on a terminal',
      ['--raw'],
      { terminal: { stdout: true } },
      expect.not.stringContaining('\u001b'),
    ],
  ])('%s', async (_, words, options, expected) => {
    const { ask } = await alone({ text: evil });
    expect((await ask(['-p', 'x', ...words], options)).stdout).toEqual(expected);
  });

  test('cut off is said to be', async () => {
    const { ask } = await alone({ text: 'so far', stop: 'length' });
    const result = await ask(['-p', 'x']);
    expect(result).toMatchObject({ exit: 0, stdout: 'so far\n' });
    expect(result.stderr).toContain('warning: the answer was cut off');
  });

  test('goes into a file for this user alone, and nothing else is left there', async () => {
    const { ask, home } = await alone({ text: 'all of it' });
    const file = join(home, 'out.txt');
    writeFileSync(file, 'before');
    chmodSync(file, 0o644);
    expect(await ask(['-p', 'x', '-o', 'out.txt'])).toMatchObject({ exit: 0, stdout: '', stderr: '' });
    expect(readFileSync(file, 'utf8')).toBe('all of it\n');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(home).filter((name) => name.includes('out'))).toEqual(['out.txt']);
  });

  test('that broke off leaves the file as it was', async () => {
    const { ask, home } = await alone({ text: 'half', ends: 'break' });
    writeFileSync(join(home, 'out.txt'), 'before');
    expect((await ask(['-p', 'x', '-o', 'out.txt'])).exit).toBe(5);
    expect(readFileSync(join(home, 'out.txt'), 'utf8')).toBe('before');
    expect(readdirSync(home).filter((name) => name.includes('out'))).toEqual(['out.txt']);
  });
});

describe('the key', () => {
  const openai = ['--provider', 'openai'];
  test('does not go to an address without a provider, and the hint says how it would', async () => {
    const { ask, model } = await alone({ status: 401 });
    const env = { OPENAI_API_KEY: 'sk-not-for-strangers', CUSTOM_API_KEY: 'sk-nor-this-one-here' };
    const result = await ask(['-p', 'x', '--json'], { env });
    expect(result.exit).toBe(4);
    expect(errorOf(result).hint).toContain('--provider');
    expect(model.log[0]?.headers.authorization).toBeUndefined();
  });

  test('comes from the store, after the environment', async () => {
    const { ask, typed, model } = await alone({ text: 'a' }, { text: 'b' });
    expect((await typed('token set-provider openai', { stdin: 'sk-stored-in-the-store' })).exit).toBe(0);
    await ask([...openai, '-p', 'x']);
    await ask([...openai, '-p', 'x'], { env: { OPENAI_API_KEY: 'sk-of-the-environment' } });
    expect(model.log.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer sk-stored-in-the-store',
      'Bearer sk-of-the-environment',
    ]);
  });

  test('that is missing or unusable is exit 4, and nobody is asked', async () => {
    const { typed, model } = await alone();
    const words = ['cmd', '--single-turn', '--provider', 'openai', '--model', 'm', '-p', 'x', '--json'];
    const missing = await typed(words);
    expect(missing.exit).toBe(4);
    expect(errorOf(missing)).toMatchObject({
      code: 'key_missing',
      hint: expect.stringContaining('OPENAI_API_KEY'),
    });
    const env = { OPENAI_API_KEY: 'sk-with a blank', OPENAI_BASE_URL: model.base };
    expect(errorOf(await typed(words, { env }))).toMatchObject({ code: 'key_missing' });
    expect(model.log).toEqual([]);
  });

  test('goes where OPENAI_BASE_URL says', async () => {
    const { typed, model } = await alone({ text: 'here' });
    const env = { OPENAI_API_KEY: 'sk-of-the-test-0003', OPENAI_BASE_URL: model.base };
    const words = ['cmd', '--single-turn', '--provider', 'openai', '--model', 'm', '-p', 'x'];
    expect(await typed(words, { env })).toMatchObject({ exit: 0, stdout: 'here\n' });
    expect(model.asked).toHaveLength(1);
  });
});

test.each<[string[], number, string]>([
  [['-p', 'x'], 2, 'no_provider'],
  [['-p', 'x', '--model', 'qwen3'], 2, 'no_provider'],
  [['-p', 'x', '--provider', 'opnai', '--model', 'm'], 2, 'unknown_provider'],
  [['-p', 'x', '--provider', 'ollama'], 2, 'no_model'],
  [['-p', 'x', '--api-base', 'http://192.0.2.1/v1', '--model', 'm'], 2, 'invalid_url'],
])('%j is exit %i, %s', async (words, exit, code) => {
  const { script } = desk(configFile({ mcpServers: {} }), newHome());
  const result = await script(['cmd', '--single-turn', ...words, '--json']);
  expect(result.exit).toBe(exit);
  expect(errorOf(result)).toMatchObject({ code });
});

test('a service that is not there is exit 5', async () => {
  const { script } = desk(configFile({ mcpServers: {} }), newHome());
  const base = `http://127.0.0.1:${await freePort()}/v1`;
  const result = await script([
    'cmd',
    '--single-turn',
    '--api-base',
    base,
    '--model',
    'm',
    '-p',
    'x',
    '--json',
  ]);
  expect(result.exit).toBe(5);
  expect(errorOf(result)).toMatchObject({ code: 'refused' });
});

describe('--tool', () => {
  test.each<[string, string[], CliOptions]>([
    ['with --tool-args', ['--tool-args', '{"text":"hi"}'], {}],
    ['with a pipe', ['-i', '-'], { stdin: '{"text":"hi"}' }],
  ])('calls it without any model, %s', async (_, words, options) => {
    const { script, taken } = await workbench();
    expect(await script(['cmd', '--tool', 'take', ...words], options)).toMatchObject({
      exit: 0,
      stdout: '{"text":"hi"}\n',
    });
    expect(taken).toEqual([{ text: 'hi' }]);
  });

  test('says what it answered exactly with --raw, and whole with --json', async () => {
    const { script } = await workbench();
    expect((await script('cmd -t hostile')).stdout).toBe('gone \\u202eback\nnext\tline\n');
    expect((await script('cmd -t hostile --raw')).stdout).toBe(
      '\u001b]0;title\u0007\u001b[2Jgone \u202Eback\r\nnext\tline',
    );
    expect((await script('cmd -t hostile --raw', { terminal: { stdout: true } })).stdout).not.toContain(
      '\u001b',
    );
    expect(JSON.parse((await script('cmd -t structured --json')).stdout)).toMatchObject({
      structuredContent: { sum: 3 },
    });
  });

  test('that fails is exit 8, and its answer is there', async () => {
    const { script, home } = await workbench();
    expect(await script('cmd -t broken')).toMatchObject({ exit: 8, stdout: 'it did not work\n' });
    expect((await script(['cmd', '-t', 'broken', '-o', 'out.txt'])).exit).toBe(8);
    expect(readFileSync(join(home, 'out.txt'), 'utf8')).toBe('it did not work\n');
  });

  test.each<[string[], string]>([
    [['-t', 'tkae'], 'unknown_tool'],
    [['-t', 'take', '--tool-args', '{"count":"x"}'], 'bad_arguments'],
    [['-t', 'take', '--tool-args', '[]'], 'bad_json'],
    [['-t', 'take', '--tool-args', '{}', '-i', '-'], 'conflicting_flags'],
  ])('%j is exit 2, %s', async (words, code) => {
    const { script, taken, home } = await workbench();
    mkdirSync(join(home, 'x'));
    const result = await script(['cmd', ...words, '-o', 'out.txt', '--json']);
    expect(result.exit).toBe(2);
    expect(errorOf(result)).toMatchObject({ code });
    expect(taken).toEqual([]);
    expect(existsSync(join(home, 'out.txt'))).toBe(false);
  });
});
