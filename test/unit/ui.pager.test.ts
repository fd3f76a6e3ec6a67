// A screen at a time, and where pictures are kept.
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isTall, pageEnd, pagerWords, runPager } from '../../src/ui/pager.ts';
import { mediaKeeper } from '../../src/workspace/media.ts';
import { showPages } from '../../src/workspace/show-result.ts';
import { newHome } from '../support/home.ts';

const lines = (count: number) => Array.from({ length: count }, (_, index) => `line ${index}\n`).join('');

describe('a pager', () => {
  test.each<[string, number, number | undefined, boolean]>([
    ['fits', 23, 24, false],
    ['is taller', 24, 24, true],
    ['has no rows to know', 1_000, undefined, false],
    ['has none', 1_000, 0, false],
  ])('is for a text that %s', (_, count, rows, tall) => {
    expect(isTall(lines(count), { columns: 80, ...(rows !== undefined && { rows }) })).toBe(tall);
  });

  test('counts lines that wrap', () => {
    expect(isTall(`${'x'.repeat(800)}\n`, { columns: 80, rows: 24 })).toBe(false);
    expect(isTall(`${'x'.repeat(800)}\n`.repeat(3), { columns: 80, rows: 24 })).toBe(true);
  });

  test.each<[Record<string, string>, NodeJS.Platform, string[] | undefined]>([
    [{ PAGER: `most -s "a b"` }, 'linux', ['most', '-s', 'a b']],
    [{}, 'linux', ['less']],
    [{}, 'win32', undefined],
    [{ PAGER: '' }, 'linux', undefined],
    [{ PAGER: 'cat' }, 'linux', undefined],
    [{ TERM: 'dumb', PAGER: 'less' }, 'linux', undefined],
  ])('of %j on %s is %j', (env, platform, expected) => {
    expect(pagerWords(env, platform)).toEqual(expected);
  });

  test('gets the text, no shell, and no secret', async () => {
    const file = join(newHome(), 'seen.json');
    const script = `let t='';process.stdin.on('data',(c)=>t+=c).on('end',()=>require('fs').writeFileSync(process.argv[1],JSON.stringify({t,args:process.argv.slice(2),env:process.env})))`;
    const env = { PATH: process.env.PATH, MCP_CLI_ENCRYPTION_KEY: 'hidden', TERM: 'xterm' };
    expect(await runPager('a\n', [process.execPath, '-e', script, file, '$(id)'], env)).toBe(true);
    const seen = JSON.parse(readFileSync(file, 'utf8'));
    expect([seen.t, seen.args, seen.env.LESS, seen.env.TERM]).toEqual(['a\n', ['$(id)'], 'FRX', 'xterm']);
    expect(seen.env.MCP_CLI_ENCRYPTION_KEY).toBeUndefined();
  });

  test('that leaves early, or is not there, breaks nothing', async () => {
    expect(await runPager(lines(200_000), [process.execPath, '-e', ''], {})).toBe(true);
    expect(await runPager('a', ['/nowhere/pager'], {})).toBe(false);
  });
});

describe('pages in a session', () => {
  const paged = async (count: number, answers: boolean[], pager = true) => {
    const shown: string[] = [];
    const prompt = { available: true, more: async () => answers.shift() ?? false };
    const stdout = { isTTY: true, columns: 80, rows: 11 };
    await showPages(
      { out: (text: string) => void shown.push(text), stdout, prompt } as never,
      { pager },
      lines(count),
    );
    return shown.map((each) => each.split('\n').length - 1);
  };
  test('end with the text, or where the person has enough', async () => {
    expect(await paged(25, [true, true, true])).toEqual([10, 10, 5]);
    expect(await paged(25, [true, false])).toEqual([10, 10]);
    expect(await paged(5, [])).toEqual([5]);
    expect(await paged(25, [], false)).toEqual([25]);
  });

  test('go on also where one line is taller than the screen', () => {
    const text = `${'x'.repeat(10_000)}\nend\n`;
    expect(pageEnd(text, 0, { columns: 10, rows: 5 })).toBe(10_001);
  });
});

describe('a picture', () => {
  const image = { data: Buffer.from('picture').toString('base64'), mimeType: 'image/png' };

  test('is kept in a private folder, for this person alone', async () => {
    const keep = mediaKeeper({ cwd: '/' }, undefined);
    const path = (await keep(image)) ?? '';
    expect([statSync(path).mode & 0o777, statSync(dirname(path)).mode & 0o777]).toEqual([0o600, 0o700]);
    expect(path).toMatch(/mcp-cli-\w+\/image-1\.png$/);
    expect(await keep({ ...image, mimeType: 'audio/../../x' })).toBe(join(dirname(path), 'audio-1.bin'));
    expect(readFileSync(path, 'utf8')).toBe('picture');
    rmSync(dirname(path), { recursive: true });
  });

  test('replaces nothing in a folder that was named', async () => {
    const folder = newHome();
    writeFileSync(join(folder, 'image-1.png'), 'mine');
    const keep = mediaKeeper({ cwd: folder }, '.');
    expect(await keep(image)).toBe(join(folder, 'image-2.png'));
    expect(readFileSync(join(folder, 'image-1.png'), 'utf8')).toBe('mine');
    expect(await mediaKeeper({ cwd: folder }, 'new/one')(image)).toBe(join(folder, 'new/one/image-1.png'));
  });

  test('that is no base64, or one of thousands, is not kept', async () => {
    const folder = newHome();
    const keep = mediaKeeper({ cwd: folder }, 'many');
    expect(await keep({ ...image, data: 'no base64!' })).toBeUndefined();
    for (let count = 0; count < 105; count++) await keep(image);
    expect(readdirSync(join(folder, 'many'))).toHaveLength(100);
  });

  test('that cannot be kept says so', async () => {
    const folder = newHome();
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'x'));
    await expect(mediaKeeper({ cwd: folder }, 'file/below')(image)).rejects.toMatchObject({
      code: 'unwritable_file',
    });
  });
});
