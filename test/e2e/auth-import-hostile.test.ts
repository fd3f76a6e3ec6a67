// `auth import` from files that somebody else has a hand in: nothing of them is used, shown or changed.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  foreignFile,
  PYTHON_PASSWORD,
  pythonFixture,
  type Theirs,
  writeMcporter,
  writeMcpRemote,
  writers,
} from '../support/foreign.ts';
import { newHome } from '../support/home.ts';
import { notes } from '../support/person.ts';
import { desk, errorOf } from '../support/scene.ts';

const url = 'https://notes.example/mcp';
const env = { MCP_CLI_IMPORT_PASSWORD: PYTHON_PASSWORD };

/** A sign-in at a server that nobody may ask. */
const theirs: Theirs = {
  url,
  issuer: 'https://as.example',
  tokenEndpoint: 'https://as.example/token',
  client: { client_id: 'their-client' },
  access: 'their-access-token',
  refresh: 'their-refresh-token',
  issuedAt: 1_760_000_000_000,
  expiresAt: 1_760_003_600_000,
};

function offline(home = newHome()) {
  const asked: string[] = [];
  const fetch = (target: string) => {
    asked.push(target);
    return Promise.reject(new Error('nobody may be asked'));
  };
  const { script } = desk(notes({ url }), home);
  const run = (line: string, more: object = {}) => script(line, { env, deps: { fetch }, ...more });
  return { home, run, asked };
}

const secret = ({ stdout, stderr }: { stdout: string; stderr: string }) =>
  /their-(access|refresh)|python-(access|refresh)/.test(stdout + stderr);

describe.each(Object.keys(writers))('%s', (peer) => {
  type Spoil = (path: string) => void;
  const spoils: [string, string, Spoil][] = [
    ['a symbolic link', 'unsafe_file', relink],
    ['one that others can write', 'unsafe_file', (path) => chmodSync(path, 0o666)],
    ['one that the group can write', 'unsafe_file', (path) => chmodSync(path, 0o620)],
    ['one of 5 MB', 'foreign_file', (path) => truncateSync(path, 5 * 2 ** 20)],
    ['a folder', 'unsafe_file', inPlace((path) => mkdirSync(path))],
    ['a pipe', 'unsafe_file', inPlace((path) => execFileSync('sh', ['-c', 'mkfifo -m 600 "$0"', path]))],
  ];
  if (process.geteuid?.() === 0)
    spoils.push(["another user's", 'unsafe_file', (path) => chownSync(path, 12_345, 12_345)]);

  test.each(spoils)('a file that is %s is refused', async (_, code, spoil) => {
    const { home, run, asked } = offline();
    const path = writers[peer]?.(home, 'notes', theirs) ?? '';
    spoil(path);
    const result = await run(`--json auth import --from ${peer} --move`);
    expect({ exit: result.exit, code: errorOf(result).code }).toEqual({ exit: 6, code });
    expect(secret(result)).toBe(false);
    expect(asked).toEqual([]);
    expect(existsSync(path)).toBe(true);
    expect(existsSync(join(home, '.mcp_cli', 'tokens', 'notes.enc'))).toBe(false);
  });

  test('a file that is cut short, or says a thing twice, is refused', async () => {
    const { home, run, asked } = offline();
    const path = writers[peer]?.(home, 'notes', theirs) ?? '';
    const text = readFileSync(path, 'utf8');
    for (const broken of [text.slice(0, -10), twice(text)]) {
      if (broken === undefined) continue;
      writeFileSync(path, broken);
      const result = await run(`--json auth import --from ${peer} notes --move`);
      expect(result.exit).toBe(6);
      expect(['foreign_file', 'wrong_password']).toContain(errorOf(result).code);
      expect(secret(result)).toBe(false);
      expect(readFileSync(path, 'utf8')).toBe(broken);
    }
    expect(asked).toEqual([]);
  });
});

function relink(path: string): void {
  renameSync(path, `${path}.real`);
  symlinkSync(`${path}.real`, path);
}

function inPlace(make: (path: string) => void): (path: string) => void {
  return (path) => {
    rmSync(path);
    make(path);
  };
}

/** A second entry, or token, of the same name: what one reader uses is not what another one removes. */
function twice(text: string): string | undefined {
  if (!text.startsWith('{')) return undefined;
  const first = /"[^"]+":\s*("[^"]*"|\d+)/.exec(text)?.[0];
  return first && text.replace(first, `${first}, ${first}`);
}

describe('a member of a wrong kind', () => {
  test('leaves that entry alone, and the others are looked at', async () => {
    const { home, run } = offline();
    const path = writeMcporter(home, 'notes', theirs);
    const file = JSON.parse(readFileSync(path, 'utf8')) as { entries: Record<string, { tokens: object }> };
    const [linear = ''] = Object.keys(file.entries);
    Object.assign(file.entries[linear]?.tokens ?? {}, { access_token: 'their-access\r\nX: evil' });
    foreignFile(path, JSON.stringify(file));
    const result = await run('--json auth import --from mcporter --dry-run');
    const { entries } = JSON.parse(result.stdout) as {
      entries: { state: string; error?: { code: string } }[];
    };
    expect(entries.map(({ state, error }) => [state, error?.code])).toEqual([
      // The network is not there: it was looked at as far as that.
      ['refused', 'unreachable'],
      ['refused', 'foreign_file'],
    ]);
    expect(secret(result)).toBe(false);
  });

  test('in a name shows no escape sequence', async () => {
    const { home, run } = offline();
    const entry = { serverUrl: 'https://x.example', tokens: { accessToken: 'their-access' } };
    const name = '\u001b[31mred\u0007\nhint: rm -rf';
    foreignFile(
      join(home, '.local/share/opencode/mcp-auth.json'),
      JSON.stringify({ [name]: entry, __proto: 1 }),
    );
    const { stdout, stderr } = await run('auth import --from opencode --dry-run');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
    expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f]|^hint: rm/m);
  });
});

describe('Python', () => {
  test('a wrong password is said, and shows nothing', async () => {
    const { home, run } = offline();
    pythonFixture(join(home, '.chuk_oauth', 'tokens'));
    const wrong = { ...env, MCP_CLI_IMPORT_PASSWORD: 'no such sesame' };
    const result = await run('--json auth import --from python notes --move', { env: wrong });
    expect({ exit: result.exit, code: errorOf(result).code }).toEqual({ exit: 6, code: 'wrong_password' });
  });

  test('without a password and a terminal it is said which variable', async () => {
    const { home, run } = offline();
    pythonFixture(join(home, '.chuk_oauth', 'tokens'));
    const none = { MCP_CLI_IMPORT_PASSWORD: '', MCP_CLI_ENCRYPTION_KEY: '' };
    const result = await run('--json auth import --from python notes --move', { env: none });
    expect(errorOf(result)).toMatchObject({
      code: 'no_password',
      hint: expect.stringContaining('MCP_CLI_IMPORT_PASSWORD'),
    });
  });

  test('files without their salt, and one bad file among good ones', async () => {
    const { home, run } = offline();
    const folder = pythonFixture(join(home, '.chuk_oauth', 'tokens'));
    const path = join(folder, 'my_server.enc');
    writeFileSync(path, readFileSync(path, 'utf8').replace(/.{4}$/, 'AAA='));
    const one = await run('--json auth import --from python --dry-run');
    expect(one.stdout).toContain('damaged, or the password is not that');
    rmSync(join(folder, '.salt'));
    const result = await run('--json auth import --from python --dry-run');
    expect({ exit: result.exit, code: errorOf(result).code }).toEqual({ exit: 6, code: 'foreign_file' });
  });
});

describe('nothing there', () => {
  test.each(Object.keys(writers))('%s: nothing to import', async (peer) => {
    const { run } = offline();
    const result = await run(`auth import --from ${peer} --copy`);
    expect({ exit: result.exit, stderr: result.stderr }).toEqual({ exit: 0, stderr: '' });
    expect(result.stdout).toMatch(/^Nothing to import: no sign-in of /);
    const named = await run(`--json auth import --from ${peer} notes --copy`);
    expect({ exit: named.exit, code: errorOf(named).code }).toEqual({ exit: 2, code: 'nothing_to_import' });
    const elsewhere = await run(`--json auth import --from ${peer} --copy --path /nowhere/at/all`);
    expect(JSON.parse(elsewhere.stderr)).toMatchObject({ error: { code: 'nothing_to_import' } });
  });

  test('a program that is not known, or none', async () => {
    const { run } = offline();
    expect(errorOf(await run('--json auth import --from mcportr --copy'))).toMatchObject({
      code: 'unknown_source',
      hint: 'did you mean: --from mcporter?',
    });
    expect(errorOf(await run('--json auth import --copy')).code).toBe('unknown_source');
  });
});

test('what a killed import left beside the file is taken away, and a hard link is not written through', async () => {
  const { home, run } = offline();
  const path = writeMcpRemote(home, 'notes', theirs);
  const folder = dirname(path);
  linkSync(path, join(home, 'linked'));
  const hash = createHash('md5').update(url).digest('hex');
  expect(readdirSync(folder)).toContain(`${hash}_tokens.json`);
  const result = await run('--json auth import --from mcp-remote --dry-run');
  expect(secret(result)).toBe(false);
  expect(readFileSync(join(home, 'linked'), 'utf8')).toContain('their-refresh-token');
  rmSync(join(home, 'linked'));
});
