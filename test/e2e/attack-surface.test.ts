// A hostile server and everything that it has besides tools: names, sizes, bytes, pages and proposals.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hostileServer, type Says } from '../support/hostile-server.ts';
import { answer, type Hit } from '../support/loopback.ts';
import { notes } from '../support/person.ts';
import { desk, errorOf, keep } from '../support/scene.ts';

const EVIL = 'a\u001b[2J\u001b]52;c;ZXZpbA==\u0007b\u202ec\u009b31m\r\nd';
// biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for them
const ACTIVE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/;

async function open(results: Says['results'], capabilities: object = {}) {
  const all = { resources: { subscribe: true }, prompts: {}, completions: {}, logging: {}, ...capabilities };
  const server = keep(await hostileServer({ capabilities: all, results: results ?? {} }));
  return { server, ...desk(notes({ url: server.mcpUrl })) };
}

// Without headings in bold, which are sequences of our own.
const terminal = { terminal: { stdout: true, stderr: true }, env: { NO_COLOR: '1' } };

describe('escape sequences', () => {
  test.each([
    [
      'resources list',
      {
        'resources/list': {
          resources: [{ uri: EVIL, name: EVIL, title: EVIL, mimeType: EVIL, description: EVIL }],
        },
      },
    ],
    [
      'resources templates',
      {
        'resources/templates/list': {
          resourceTemplates: [{ uriTemplate: EVIL, name: EVIL, description: EVIL }],
        },
      },
    ],
    [
      'resources read x',
      {
        'resources/read': {
          contents: [
            { uri: EVIL, text: EVIL },
            { uri: EVIL, mimeType: EVIL, blob: 'AAAA' },
          ],
        },
      },
    ],
    ['resources read x', { 'resources/read': { contents: [{ uri: EVIL, mimeType: EVIL, blob: 'AAAA' }] } }],
    [
      'prompts list',
      {
        'prompts/list': {
          prompts: [{ name: EVIL, title: EVIL, description: EVIL, arguments: [{ name: EVIL }] }],
        },
      },
    ],
    [
      'prompts get x',
      {
        'prompts/list': { prompts: [{ name: 'x' }] },
        'prompts/get': {
          description: EVIL,
          messages: [
            { role: 'user', content: { type: 'text', text: EVIL } },
            { role: 'assistant', content: { type: 'image', mimeType: EVIL, data: 'AAAA' } },
            {
              role: 'assistant',
              content: { type: 'resource', resource: { uri: EVIL, mimeType: EVIL, blob: 'AAAA' } },
            },
          ],
        },
      },
    ],
    [
      'prompts get x --complete a=',
      {
        'prompts/list': { prompts: [{ name: 'x' }] },
        'completion/complete': { completion: { values: [EVIL] } },
      },
    ],
  ])('%s shows none', async (line, results) => {
    const { script } = await open(results);
    for (const options of [terminal, { env: terminal.env }]) {
      // What is read into a pipe is not shown.
      if (line.startsWith('resources read') && options !== terminal) continue;
      const { stdout, stderr } = await script(line, options);
      expect(stdout + stderr).not.toMatch(ACTIVE);
      expect(stdout + stderr).toMatch(/a.*b/);
    }
    const { stdout } = await script(`${line} --json`);
    expect(stdout).not.toMatch(ACTIVE);
    expect(JSON.stringify(JSON.parse(stdout))).toContain(JSON.stringify(EVIL).slice(1, -1));
  });

  test('the words of an error and of a log show none', async () => {
    const { script } = await open({
      'resources/read': (hit, response) => {
        const { id } = hit.json as { id: unknown };
        const log = { level: 'error', logger: EVIL, data: { [EVIL]: EVIL } };
        const messages = [
          { jsonrpc: '2.0', method: 'notifications/message', params: log },
          { jsonrpc: '2.0', id, error: { code: -32000, message: EVIL } },
        ];
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end(messages.map((each) => `data: ${JSON.stringify(each)}\n\n`).join(''));
      },
    });
    const { exit, stderr } = await script('resources read x', terminal);
    expect(exit).toBe(7);
    expect(stderr).toMatch(/^\[notes \(a.*\)\] error: /);
    expect(stderr).not.toMatch(ACTIVE);
  });
});

describe('bytes', () => {
  test.each(['not base64', 'AAA', 'AA=A', '====', '\u001b[2J'])(
    '%j is no base64, and nothing is written',
    async (blob) => {
      const { script, home } = await open({ 'resources/read': { contents: [{ uri: 'x', blob }] } });
      for (const more of ['', ' --output file']) {
        const result = await script(`resources read x --json${more}`, {});
        if (more === '' && result.exit === 0) continue;
        expect(result.exit).toBe(7);
        expect(errorOf(result)).toMatchObject({ code: 'invalid_answer', server: 'notes' });
      }
      expect((await script('resources read x')).exit).toBe(7);
      expect(existsSync(join(home, 'file'))).toBe(false);
    },
  );

  test.each([
    { contents: 'none' },
    { contents: [{ uri: 'x' }] },
    { contents: [{ uri: 'x', text: 7 }] },
    { contents: null },
    {},
    [],
  ])('%j is no answer', async (result) => {
    const { script } = await open({ 'resources/read': result });
    const told = await script('resources read x --json');
    expect(told.exit).toBe(7);
    expect(errorOf(told)).toMatchObject({ server: 'notes' });
  });

  test('nothing at all is nothing', async () => {
    const { script } = await open({ 'resources/read': { contents: [] } });
    expect(await script('resources read x')).toMatchObject({ exit: 0, stdout: '' });
    expect(errorOf(await script('resources read x --output file --json')).code).toBe('several_contents');
  });
});

describe('lists', () => {
  const pages = (
    method: string,
    key: string,
    next: (page: number) => string | undefined,
    item: (n: number) => object,
  ) =>
    open({
      [method]: (hit: Hit, response) => {
        const { id, params } = hit.json as { id: unknown; params?: { cursor?: string } };
        const page = Number(params?.cursor ?? 0);
        const nextCursor = next(page + 1);
        const result = { [key]: [item(page)], ...(nextCursor !== undefined && { nextCursor }) };
        answer(response, 200, { jsonrpc: '2.0', id, result });
      },
    });

  test.each([
    ['resources list', 'resources/list', 'resources', (n: number) => ({ uri: `memo://${n}`, name: `${n}` })],
    [
      'resources templates',
      'resources/templates/list',
      'resourceTemplates',
      (n: number) => ({ uriTemplate: `memo://${n}`, name: `${n}` }),
    ],
    ['prompts list', 'prompts/list', 'prompts', (n: number) => ({ name: `${n}` })],
  ])(
    '%s merges pages, and an endless list is exit 7',
    async (line, method, key, item) => {
      const good = await pages(method, key, (page) => (page < 70 ? `${page}` : undefined), item);
      expect(JSON.parse((await good.script(`${line} --json`)).stdout)[key]).toHaveLength(70);
      const endless = await pages(method, key, (page) => `${page}`, item);
      const result = await endless.script(`${line} --json`);
      expect(result.exit).toBe(7);
      expect(errorOf(result)).toMatchObject({ code: 'invalid_answer', server: 'notes' });
    },
    30_000,
  );

  test.each([
    [1, 0, 150_000],
    [2, 7, 'too_large'],
  ])(
    '%i pages of very many are exit %i',
    async (count, exit, told) => {
      const resources = Array.from({ length: 150_000 }, (_, n) => ({ uri: `a:${n}`, name: '' }));
      const { script } = await open({
        'resources/list': (hit, response) => {
          const { id, params } = hit.json as { id: unknown; params?: { cursor?: string } };
          const page = Number(params?.cursor ?? 1);
          const result = { resources, ...(page < count && { nextCursor: `${page + 1}` }) };
          answer(response, 200, { jsonrpc: '2.0', id, result });
        },
      });
      const result = await script('resources list --json');
      expect(result.exit).toBe(exit);
      const said = exit === 0 ? JSON.parse(result.stdout).resources.length : errorOf(result).code;
      expect(said).toBe(told);
    },
    30_000,
  );

  test('what is nested beyond reason is refused', async () => {
    const deep = `${'['.repeat(5000)}${']'.repeat(5000)}`;
    const { script } = await open({
      'resources/list': (hit, response) => {
        const { id } = hit.json as { id: unknown };
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(
          `{"jsonrpc":"2.0","id":${id},"result":{"resources":[{"uri":"a:","name":"","_meta":{"x":${deep}}}]}}`,
        );
      },
    });
    const result = await script('resources list --json');
    expect(result.exit).toBe(7);
    expect(errorOf(result)).toMatchObject({ code: 'too_deep' });
  });
});

test('a template that is none is exit 2 and sent nowhere', async () => {
  const { server, script } = await open({});
  for (const template of ['x{a}{', `x{${'a'.repeat(2_000_000)}}`]) {
    const result = await script(['resources', 'read', template, 'a=1', '--json']);
    expect(result.exit).toBe(2);
    expect(errorOf(result).code).toBe('bad_arguments');
  }
  expect(server.log.some(({ json }) => JSON.stringify(json ?? '').includes('resources/read'))).toBe(false);
});
