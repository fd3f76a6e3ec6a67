// The file that `servers add` and `servers remove` change: its mode, its link, others who write it, and who trusts it.
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { configFile, newHome } from '../support/home.ts';
import { desk, errorOf } from '../support/scene.ts';

const TEXT = `{ // mine
  "mcpServers": {
    "notion": { "url": "https://mcp.notion.com/mcp" },
  },
}
`;
const read = (file: string) => readFileSync(file, 'utf8');
const add = 'servers add linear https://mcp.linear.app/mcp';

describe('the file', () => {
  test('keeps its mode, and of a link the target is replaced', async () => {
    const target = configFile(TEXT, 'real.json');
    chmodSync(target, 0o640);
    const file = join(dirname(target), 'server_config.json');
    symlinkSync('real.json', file);
    expect((await desk(file).script(add)).exit).toBe(0);
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
    expect(read(target)).toContain('linear');
    expect(statSync(target).mode & 0o777).toBe(0o640);
  });

  test('that is read-only stays as it is', async () => {
    const file = configFile(TEXT);
    chmodSync(file, 0o400);
    const result = await desk(file).script(`${add} --json`);
    expect([result.exit, errorOf(result).code]).toEqual([3, 'unwritable']);
    expect(read(file)).toBe(TEXT);
  });

  test('that is broken stays as it is', async () => {
    const file = configFile('{"mcpServers": {');
    const result = await desk(file).script(`${add} --json`);
    expect([result.exit, errorOf(result).code]).toEqual([3, 'invalid_json']);
    expect(read(file)).toBe('{"mcpServers": {');
  });

  test('gets every entry of many at once, and no half of one', async () => {
    const file = configFile(TEXT);
    const { script } = desk(file);
    const names = Array.from({ length: 8 }, (_, index) => `s${index}`);
    const results = await Promise.all(names.map((name) => script(`servers add ${name} https://x.test/mcp`)));
    expect(results.map(({ exit }) => exit)).toEqual(names.map(() => 0));
    const { servers } = JSON.parse((await script('servers list --json')).stdout);
    expect(servers.map(({ name }: { name: string }) => name).sort()).toEqual(['notion', ...names]);
  });

  test('is made once, if many make it', async () => {
    const home = newHome();
    const names = Array.from({ length: 6 }, (_, index) => `s${index}`);
    const results = await Promise.all(
      names.map((name) => runCli(['servers', 'add', name, 'https://x.test/mcp'], { home })),
    );
    expect(results.map(({ exit }) => exit)).toEqual(names.map(() => 0));
    const { mcpServers } = JSON.parse(read(join(home, '.mcp_cli/server_config.json')));
    expect(Object.keys(mcpServers).sort()).toEqual(names);
  });

  test('is not blocked by what a killed process left', async () => {
    const file = configFile(TEXT);
    const left = join(dirname(file), '.server_config.json.mcp-cli.tmp');
    writeFileSync(left, 'half');
    const longAgo = Date.now() / 1000 - 60;
    utimesSync(left, longAgo, longAgo);
    expect((await desk(file).script(add)).exit).toBe(0);
    expect(existsSync(left)).toBe(false);
  });
});

describe('a file of the current folder', () => {
  const folder = (text: string) => {
    const cwd = newHome();
    mkdirSync(cwd, { recursive: true });
    writeFileSync(join(cwd, 'server_config.json'), text, { mode: 0o600 });
    return cwd;
  };

  test('that nobody trusts gets nothing', async () => {
    const cwd = folder(TEXT);
    const result = await runCli([...add.split(' '), '--json'], { cwd });
    expect([result.exit, errorOf(result).code]).toEqual([3, 'untrusted']);
    expect(read(join(cwd, 'server_config.json'))).toBe(TEXT);
  });

  test('stays trusted with what was added, and asks again for what somebody else adds', async () => {
    const cwd = folder(TEXT);
    const home = newHome();
    const first = await runCli(add.split(' '), { cwd, home, answers: [true] });
    expect(first.exit).toBe(0);
    expect((await runCli(['servers', 'list'], { cwd, home })).exit).toBe(0);
    const file = join(cwd, 'server_config.json');
    // Taken out by a command, and put back by somebody else: a new thing.
    const with2 = read(file);
    expect((await runCli(['servers', 'remove', 'linear', '--yes'], { cwd, home })).exit).toBe(0);
    expect((await runCli(['servers', 'list'], { cwd, home })).exit).toBe(0);
    writeFileSync(file, with2);
    expect((await runCli(['servers', 'list'], { cwd, home })).exit).toBe(3);
  });
});

test('adding to a named file trusts nothing else of it', async () => {
  const home = newHome();
  const cwd = newHome();
  const file = join(cwd, 'server_config.json');
  writeFileSync(file, TEXT, { mode: 0o600 });
  const list = ['servers', 'list', '--json'];
  expect((await runCli(list, { cwd, home, answers: [true] })).exit).toBe(0);
  // Somebody else adds a program; the person adds a server, by the name of the file.
  writeFileSync(file, TEXT.replace('{ "url"', '{ "command": "evil" }, "other": { "url"'));
  const named = ['--config-file', './server_config.json', ...add.split(' ')];
  expect((await runCli(named, { cwd, home })).exit).toBe(0);
  const asked = await runCli(list, { cwd, home, answers: [false] });
  expect(asked.exit).toBe(3);
  expect(asked.stderr).toContain('evil');
  expect(asked.stderr).not.toContain('linear');
});
