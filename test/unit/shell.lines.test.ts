// What a line of the session is before anything is done: whether it goes on, whether it is kept, what is kept.
import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isKept } from '../../src/shell/remembered.ts';
import { boardText } from '../../src/shell/screen.ts';
import { allSlashes } from '../../src/shell/slash/table.ts';
import { isUnfinished, joined } from '../../src/shell/unfinished.ts';
import { decode, encode, openHistory } from '../../src/workspace/history.ts';
import { newHome } from '../support/home.ts';

describe('a line', () => {
  it.each([
    ['/tools', false],
    ['/call echo \\', true],
    ['/call echo \\\\', false],
    ['/call echo \\\\\\', true],
    ['what is \\', true],
    ['/call echo {', true],
    ['/call echo {"a": [1,', true],
    ['/call echo {"a": "}', true],
    ['/call echo {"a": "\\"}', true],
    ['/call echo {"a": "{"}', false],
    ["/call echo '{", true],
    ["/call echo '{}'", false],
    ['/call echo list:=[1,', true],
    ['/call echo list:=[1,2]', false],
    ['/call echo text={', false],
    ['/read memo://page/{id', false],
    ['what is {', false],
  ])('%j goes on: %s', (text, expected) => expect(isUnfinished(text)).toBe(expected));

  it('of several lines loses what was there to go on', () => {
    expect(joined(['/call add \\', 'a=1 \\', 'b=2'])).toBe('/call add \na=1 \nb=2');
    expect(joined(['/call add {', '"a": 1', '}'])).toBe('/call add {\n"a": 1\n}');
  });
});

describe('the history', () => {
  const slashes = allSlashes({});
  it.each([
    ['/tools', true],
    ['what is new', true],
    ['/call echo text=hello', true],
    ['/token list', true],
    ['/token get search', true],
    ['', false],
    ['  ', false],
    [' /call echo text=hello', false],
    ['/token set search --value abc', false],
    ['/tokens SET search', false],
    ['/token --quiet set search --value abc', false],
    ['/token "set" search --value abc', false],
    ['/token set-provider openai', false],
    ['/call fetch header="Authorization: Bearer abcdefghijklmnop"', false],
    ['/call login password=hunter22', false],
    ['my key is sk-proj-abcdefghijklmnopqrstuvwxyz0123456789', false],
  ])('%j is kept: %s', (text, expected) => expect(isKept(text, slashes)).toBe(expected));

  it('asks the table of other rooms too', () => {
    const secret = { name: 'provider', keeps: (rest: string) => !rest.includes('set'), aliases: [] };
    const own = [{ ...secret, usage: '', about: '', run: async () => {} }];
    expect(isKept('/provider list', own)).toBe(true);
    expect(isKept('/provider set openai', own)).toBe(false);
  });

  it.each([[['a', 'b\nc', 'd\\', 'e\\n', '\\\n']]])('reads what it wrote: %j', (entries) =>
    expect(decode(encode(entries))).toEqual(entries),
  );

  it('takes no control characters, and no more than a thousand lines', () => {
    expect(decode('good\n\u001b[2Jbad\n\nbetter')).toEqual(['good', 'better']);
    expect(decode('x\n'.repeat(5000))).toHaveLength(1000);
  });

  const open = (home: string, told: string[] = []) =>
    openHistory(
      { home, platform: process.platform, random: (n) => crypto.getRandomValues(new Uint8Array(n)) },
      (text) => told.push(text),
    );

  it('is a file of its owner, newest first, shared by sessions', async () => {
    const home = newHome();
    const [one, other] = [open(home), open(home)];
    expect(await one.load()).toEqual([]);
    await one.add('/tools');
    await other.add('/call add {\n}');
    await one.add('/tools');
    await one.add('x'.repeat(20_000));
    expect(await open(home).load()).toEqual(['/tools', '/call add {\n}']);
    const path = join(home, '.mcp_cli', 'history');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    chmodSync(path, 0o644);
    await open(home).load();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('follows no link, and a session goes on without it', async () => {
    const home = newHome();
    const target = join(home, 'elsewhere');
    writeFileSync(target, 'untouched\n');
    mkdirSync(join(home, '.mcp_cli'), { mode: 0o700 });
    symlinkSync(target, join(home, '.mcp_cli', 'history'));
    const told: string[] = [];
    const history = open(home, told);
    expect(await history.load()).toEqual([]);
    await history.add('/tools');
    expect(readFileSync(target, 'utf8')).toBe('untouched\n');
    expect(told).toEqual([expect.stringMatching(/^no history is kept: .*is a symbolic link$/)]);
  });
});

it('the line of servers that are being connected says what each does, and for how long', () => {
  const steps = new Map([
    ['notes', { since: 0, doing: 'discovering' }],
    ['mail\u001b[2J', { since: 58_000, doing: 'connecting' }],
  ]);
  expect(boardText(steps, 62_900)).toBe('notes: discovering 1:02 | mail: connecting 0:04');
});
