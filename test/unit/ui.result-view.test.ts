// A tool's answer at a terminal.
import { Lexer } from 'marked';
import { describe, expect, test } from 'vitest';
import { within } from '../../src/session/within.ts';
import { isMarkdown, markdownText } from '../../src/ui/markdown.ts';
import { type Media, resultView } from '../../src/ui/result-view.ts';

const PLAIN = { colour: false, unicode: true };
const kept: Media[] = [];

async function shown(content: object[], more: object = {}, columns = 60, look = PLAIN): Promise<string> {
  const view = {
    look,
    columns,
    within: <T>(work: () => T) => within(1_000, work),
    save: async (media: Media) => `/tmp/x/file-${kept.push(media)}`,
  };
  return resultView({ content, ...more } as never, view);
}

const text = (words: string, more: object = {}) => ({ type: 'text', text: words, ...more });

describe('Markdown', () => {
  test.each<[string, string, string]>([
    ['a heading', '# Title\n\nwords', '# Title\n\nwords\n'],
    ['styles', '**bold** _em_ `code` ~~no~~', 'bold em code ~~no~~\n'],
    [
      'a link with its URL',
      'see **[the page](https://a.example/x)**',
      'see the page (https://a.example/x)\n',
    ],
    [
      'a link that lies',
      '[https://bank.example](https://evil.example)',
      'https://bank.example (https://evil.example)\n',
    ],
    ['a bare URL once', '**x** https://a.example/x', 'x https://a.example/x\n'],
    [
      'an image, which nobody fetches',
      '![logo](https://a.example/l.png) **x**',
      '[image: logo] (https://a.example/l.png) x\n',
    ],
    [
      'a list',
      '**x**\n\n- one\n- two\n  - deep\n\n3. three\n4. four',
      'x\n\n• one\n• two\n  \n  • deep\n\n3. three\n4. four\n',
    ],
    ['tasks', '**x**\n\n- [x] done\n- [ ] open', 'x\n\n• [x] done\n• [ ] open\n'],
    ['a quote', '**x**\n\n> wise\n> words', 'x\n\n│ wise\n│ words\n'],
    ['code as it is', '```js\nconst a  = `<b>`;\n\n  x\n```', '    const a  = `<b>`;\n    \n      x\n'],
    [
      'HTML as it was written',
      '**x** <b onclick="y">b</b>\n\n<script>z</script>',
      'x <b onclick="y">b</b>\n\n<script>z</script>\n',
    ],
    ['a table', '| a | b |\n|---|---|\n| 1 | **2** |', 'a  b\n1  2\n'],
    ['entities that it needs', '**x** a &lt; b &amp;amp; &#27;[2J', 'x a < b &amp;\n'],
  ])('%s', async (_, words, lines) => {
    expect((await shown([text(words)])).replace(/ +$/gm, '')).toBe(lines.replace(/ +$/gm, ''));
  });

  test('long lines are wrapped at blanks, and URLs are not broken', async () => {
    const url = `https://a.example/${'x'.repeat(50)}`;
    const lines = (await shown([text(`**x** ${'word '.repeat(20)} ${url} end`)], {}, 40))
      .trimEnd()
      .split('\n');
    expect(lines.filter((line) => line.length > 40)).toEqual([url]);
  });

  test('has styles with colour, and signs of ASCII without Unicode', async () => {
    const words = '**bold**\n\n- one\n\n> two\n\n---';
    expect(await shown([text(words)], {}, 60, { colour: true, unicode: true })).toContain(
      '\u001b[1mbold\u001b[22m',
    );
    const plain = await shown([text(words)], {}, 60, { colour: false, unicode: false });
    expect(plain).toBe(`bold\n\n* one\n\n| two\n\n${'-'.repeat(40)}\n`);
  });

  test.each([
    'ls -l\n  a   b\n# no heading\n* x',
    '2 * 3 * 4 = 24',
    'snake_case __init__',
    '#!/bin/sh\n# comment\nexit 0\n',
  ])('is not seen in %j', async (words) => {
    expect(isMarkdown(words)).toBe(false);
    expect(await shown([text(words)])).toBe(words.endsWith('\n') ? words : `${words}\n`);
  });

  test('a resource that says it is Markdown is, and one of plain text is not', async () => {
    const resource = (mimeType: string) => ({
      type: 'resource',
      resource: { uri: 'a://b', mimeType, text: '_a_ **b**' },
    });
    expect(await shown([resource('text/markdown')])).toBe('--- a://b\na b\n');
    expect(await shown([resource('text/plain')])).toBe('--- a://b\n_a_ **b**\n');
  });
});

describe('JSON', () => {
  test('of flat objects is a table', async () => {
    const rows = [
      { id: 1, name: 'a' },
      { id: 2, done: true, name: null },
    ];
    const lines = 'id  name  done\n1   a\n2   null  true\n';
    expect(await shown([text(JSON.stringify(rows))])).toBe(lines);
    expect(await shown([], { structuredContent: { pages: rows } })).toBe(`pages:\n${lines}`);
    expect(await shown([text(JSON.stringify({ pages: rows }))], { structuredContent: { pages: rows } })).toBe(
      `pages:\n${lines}`,
    );
  });

  test('that is cut says so', async () => {
    const shown40 = await shown([text(JSON.stringify([{ id: 1, about: 'long '.repeat(20) }]))], {}, 40);
    expect(shown40).toMatch(/…\n\(cells are cut to fit: --json shows all of them\)\n$/);
  });

  test('of another shape is indented, unless the server has laid it out', async () => {
    expect(await shown([text('{"a":{"b":1}}')])).toBe('{\n  "a": {\n    "b": 1\n  }\n}\n');
    expect(await shown([text('{"a":\n{"b":1}}')])).toBe('{"a":\n{"b":1}}\n');
    expect(await shown([text('[1,[2]]')])).toBe('[\n  1,\n  [\n    2\n  ]\n]\n');
  });

  test.each([
    '[{"id":12345678901234567890}]',
    '[{"a":1e400}]',
    '[{"a":0.1234567890123456789}]',
    '[{"a":1',
    '{"a"}',
  ])('that would not be the same again stays as it is: %s', async (words) => {
    expect(await shown([text(words)])).toBe(`${words}\n`);
  });

  test('with long digits in a text is a table', async () => {
    expect(await shown([text('[{"id":"12345678901234567890"}]')])).toBe('id\n12345678901234567890\n');
  });
});

describe('the rest', () => {
  test('pictures are kept, and where is said', async () => {
    const before = kept.length;
    const image = { type: 'image', mimeType: 'image/png', data: 'AAAA' };
    const blob = { type: 'resource', resource: { uri: 'a://b', mimeType: 'application/pdf', blob: 'AAAA' } };
    expect(await shown([image, blob])).toBe(
      `[image image/png, 3 bytes] saved as /tmp/x/file-${before + 1}\n[resource a://b, application/pdf, 3 bytes] saved as /tmp/x/file-${before + 2}\n`,
    );
    expect(kept.slice(before).map(({ mimeType }) => mimeType)).toEqual(['image/png', 'application/pdf']);
  });

  test('links of resources have their URIs', async () => {
    const link = {
      type: 'resource_link',
      name: 'n',
      title: 'Road\u202emap',
      uri: 'a://b',
      mimeType: 'text/x',
      size: 9,
      description: 'd',
    };
    expect(await shown([link])).toBe('Road\\u202emap: a://b (text/x, 9 bytes)\n  d\n');
  });

  test('what is for a model alone is only counted', async () => {
    const parts = [
      text('mine', { annotations: { audience: ['user'] } }),
      text('both', { annotations: { audience: ['user', 'assistant'] } }),
      text('theirs', { annotations: { audience: ['assistant'] } }),
      text('all', { annotations: { audience: [] } }),
    ];
    expect(await shown(parts)).toBe('mine\nboth\nall\n(1 part is for a model, and in --json)\n');
  });
});

describe('a hostile answer', () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not reach a terminal
  const hidden = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200b]/;

  test('brings no sequence to the screen by any way', async () => {
    const bad = '\u001b]0;t\u0007\u001b[2J\u202e\u200b\u009b1mx';
    const words = [
      `# ${bad}\n\n**${bad}** [${bad}](https://a.example/${bad}) ![${bad}](${bad}) \`${bad}\` <b ${bad}>`,
      `**x**\n\n- ${bad}\n\n> ${bad}\n\n| ${bad} | b |\n|---|---|\n| 1 | ${bad} |`,
      `\`\`\`${bad}\n${bad}\n\`\`\`\n\n[a]: https://a.example "${bad}"\n\n[${bad}][a] &#27;[2J &#x202e; \\\u001b`,
      JSON.stringify([{ [bad]: bad }]),
      `{"a": "${bad}"}`,
    ];
    for (const each of words) {
      const all = [
        text(each),
        { type: 'resource', resource: { uri: bad, mimeType: 'text/markdown', text: each } },
        { type: 'resource_link', name: bad, uri: bad, mimeType: bad, description: bad },
        { type: 'image', mimeType: bad, data: 'AAAA' },
        { type: bad },
      ];
      expect(await shown(all, { structuredContent: { [bad]: [bad] } })).not.toMatch(hidden);
    }
  });

  test.each<[string, string]>([
    ['a text', 'words and more words\n'.repeat(500_000)],
    ['one line', 'x'.repeat(10_000_000)],
    ['blanks', `**a**${' '.repeat(10_000_000)}`],
    [
      'a table',
      JSON.stringify(Array.from({ length: 100_000 }, (_, id) => ({ id, name: 'a name', more: 'of it' }))),
    ],
    ['deep JSON', '['.repeat(5_000_000) + ']'.repeat(5_000_000)],
    ['one long string', `["${'x\\"'.repeat(3_000_000)}"]`],
  ])('of ten megabytes does not hang: %s', async (_, words) => {
    const start = performance.now();
    await shown([text(words)]);
    expect(performance.now() - start).toBeLessThan(4_000);
  });

  test.each<[string, string]>([
    ['brackets', '['.repeat(250_000)],
    ['quotes', '>'.repeat(50_000)],
    ['stars', '**a '.repeat(60_000)],
    ['links', '[a]('.repeat(60_000)],
    ['lists', `${'- '.repeat(20_000)}x`],
  ])('of Markdown that is long to read is given up: %s', async (_, words) => {
    const start = performance.now();
    expect(await shown([text(`**x**\n\n${words}`)])).toContain(words.slice(0, 8));
    expect(performance.now() - start).toBeLessThan(4_000);
  });

  test('with lists in lists is shown', () => {
    const deep = Array.from({ length: 30 }, (_, level) => `${'  '.repeat(level)}- x${level}`).join('\n');
    expect(markdownText(new Lexer({ gfm: true }).lex(deep), { look: PLAIN, columns: 40 })).toContain('x29');
  });
});
