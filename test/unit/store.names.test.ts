import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { entryFile, entryStem, fileStem } from '../../src/store/names.ts';

describe('file names', () => {
  test.each([
    ['notion', 'notion'],
    ['my-server_2', 'my-server_2'],
    ['0', '0'],
    ['x'.repeat(64), 'x'.repeat(64)],
    ['com10', 'com10'],
  ])('%s stays as it is', (name, stem) => {
    expect(fileStem(name)).toBe(stem);
  });

  test.each([
    ['a.b', /^a_b-[0-9a-f]{10}$/],
    ['a:b', /^a_b-/],
    ['Notion', /^notion-/],
    ['notion@work', /^notion_work-/],
    ['-rf', /^rf-/],
    ['..', /^server-/],
    ['../../etc/passwd', /^etc_passwd-/],
    ['con', /^con-/],
    ['NUL', /^nul-/],
    ['lpt1', /^lpt1-/],
    ['日本', /^server-/],
    ['', /^server-/],
    ['x'.repeat(65), /^x{48}-/],
  ])('%j is shortened and hashed', (name, expected) => {
    expect(fileStem(name)).toMatch(expected);
  });

  test('any name gives a harmless file, and two names never share one', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        expect(fileStem(a)).toMatch(/^[a-z0-9][a-z0-9_-]{0,63}$/);
        expect(entryFile(entryStem(entryFile(`s${a}`)) ?? '')).toMatch(/^s[a-z0-9_-]*\.enc$/);
        expect(entryStem(entryFile(a))).toBe(a.startsWith('~') ? `~${fileStem(a.slice(1))}` : fileStem(a));
        if (a !== b) expect(fileStem(a)).not.toBe(fileStem(b));
      }),
    );
  });

  test.each(['Notion', 'a.b', 'notion@work', 'x'.repeat(65)])(
    'nor does a name that was made to look like the file of %s',
    (name) => {
      const posed = fileStem(name);
      expect(fileStem(posed)).not.toBe(posed);
      expect(fileStem(fileStem(posed))).not.toBe(fileStem(posed));
    },
  );

  test.each([
    '.check.enc',
    '.salt',
    'notion.kr.enc',
    '.notion.enc.0011.tmp',
    'notion_client.json',
    'Notion.enc',
  ])('%s is no entry', (file) => {
    expect(entryStem(file)).toBeUndefined();
  });
});
