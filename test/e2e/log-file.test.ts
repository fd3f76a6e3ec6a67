// `--log-file`: what --verbose would say, in a file that may be sent to somebody.

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newHome } from '../support/home.ts';
import { errorOf, scene } from '../support/scene.ts';
import { collect } from '../support/secrets.ts';

const LINE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z .*\S$/;

/** The lines without their moments; the file takes part in the search for secrets. */
function linesOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  collect(`the log file ${file}`, text);
  const lines = text.trimEnd().split('\n');
  for (const line of lines) expect(line).toMatch(LINE);
  return lines.map((line) => line.slice(25));
}

describe('the file', () => {
  test('has what --verbose says, though the screen shows a result alone', async () => {
    const { home, person } = await scene();
    const file = join(home, 'a.log');
    const result = await person('auth login notes --quiet --json --log-file a.log');
    expect(result.exit).toBe(0);
    const lines = linesOf(file);
    expect(lines[0]).toMatch(/^mcp-cli \d/);
    const text = lines.join('\n');
    for (const said of [
      'Authentication required for notes',
      'Registering OAuth client at http://127.0.0.1',
      'The answer is awaited at http://127.0.0.1',
      'Exchanging the authorization code for tokens...',
      'renewed by itself; kept in encrypted)',
    ])
      expect(text).toContain(said);
    // The URL of the sign-in is there, its state is not.
    expect(text).toMatch(/[?&]client_id=[^&]+/);
    expect(text).toMatch(/[?&]state=\*\*\*/);
    expect(text).not.toContain('"server"');
    expect(result.stderr).not.toContain('Exchanging');
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('says the same as stderr with --verbose, and is added to', async () => {
    const { home, person, script } = await scene();
    const first = await person('auth login notes --verbose --log-file a.log');
    const shown = first.stderr
      .split(`\r${String.fromCharCode(27)}[2K`)
      // The countdown, which is taken away again.
      .filter((text) => !/^⏳[^\n]*$/.test(text))
      .join('')
      .replace(/state=[^&\s]+/, 'state=***')
      .split('\n')
      .filter((line) => line !== '');
    expect(linesOf(join(home, 'a.log')).slice(1)).toEqual(shown);
    await script('auth refresh notes --log-file a.log');
    expect(linesOf(join(home, 'a.log')).slice(shown.length + 1)).toEqual([
      expect.stringMatching(/^mcp-cli \d/),
      '🔄 Refreshed the token of notes',
    ]);
  });

  test('has a failure as lines with its causes, also where stderr has JSON', async () => {
    const { home, authorization, server, script } = await scene();
    await authorization.close();
    await server.close();
    const result = await script('tools list notes --json --log-file a.log');
    expect(result.exit).toBe(5);
    const { message } = errorOf(result);
    const lines = linesOf(join(home, 'a.log'));
    expect(lines).toContain(`error: ${message}`);
    expect(lines.some((line) => line.startsWith('hint: '))).toBe(true);
    expect(lines.some((line) => /^cause: .*ECONNREFUSED/.test(line))).toBe(true);
  });

  test('has no code that somebody else could enter', async () => {
    const { home, script } = await scene({ authorization: { device: true } });
    const result = await script(
      'auth login notes --device --no-browser --login-timeout 300ms --log-file a.log',
      {
        terminal: { stderr: true },
        env: { CI: '' },
      },
    );
    expect(result.exit).toBe(4);
    const code = /sent you: (\S+)/.exec(result.stderr)?.[1] ?? '';
    expect(code).toMatch(/^\S{4,}$/);
    const text = linesOf(join(home, 'a.log')).join('\n');
    expect(text).toContain('sent you: ***');
    expect(text).not.toContain(code);
  });
});

describe('a path that is refused before anything else happens', () => {
  const home = newHome();
  writeFileSync(join(home, 'precious'), 'whole');
  symlinkSync(join(home, 'precious'), join(home, 'link'));
  symlinkSync(join(home, 'nowhere'), join(home, 'dangling'));
  mkdirSync(join(home, 'folder'));
  writeFileSync(join(home, 'locked'), '');
  chmodSync(join(home, 'locked'), 0o400);
  if (process.platform !== 'win32') execFileSync('sh', ['-c', 'mkfifo "$0"', join(home, 'pipe')]);
  const root = process.geteuid?.() === 0;

  test.each<[string, string]>([
    ['link', 'is a symbolic link'],
    ['dangling', 'is a symbolic link'],
    ['folder', 'cannot be written'],
    ['pipe', 'cannot be written'],
    ['none/a.log', 'cannot be written'],
    // Root may write everything.
    ...(root ? [] : [['locked', 'cannot be written'] satisfies [string, string]]),
    ...(existsSync('/dev/null') ? [['/dev/null', 'is no regular file'] satisfies [string, string]] : []),
  ])('%s', async (path, why) => {
    const { server, script } = await scene();
    const result = await script(['tools', 'list', '--json', '--log-file', path], { home });
    expect(result.exit).toBe(3);
    expect(errorOf(result)).toMatchObject({ code: 'log_file', message: expect.stringContaining(why) });
    expect(server.log).toEqual([]);
    expect(readFileSync(join(home, 'precious'), 'utf8')).toBe('whole');
    expect(existsSync(join(home, 'nowhere'))).toBe(false);
  });
});

test('a file that others can read is theirs no more', async () => {
  const { home, script } = await scene();
  writeFileSync(join(home, 'a.log'), 'before\n', { mode: 0o644 });
  await script('auth status --log-file a.log');
  expect(statSync(join(home, 'a.log')).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(home, 'a.log'), 'utf8')).toMatch(/^before\n\S+Z mcp-cli /);
});
