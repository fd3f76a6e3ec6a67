// What a server asks, answered by flags: `--elicitation` and `--elicitation-answers`.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Fetch } from '../../src/deps.ts';
import { askedBy, askers, call, form } from '../support/asking.ts';
import { noBrowser } from '../support/browser.ts';
import type { CliResult } from '../support/cli.ts';
import { modernServer } from '../support/modern-server.ts';
import { notes } from '../support/person.ts';
import { addQuestions } from '../support/questions.mjs';
import { sandboxed } from '../support/sandbox.ts';
import { desk, errorOf, keep } from '../support/scene.ts';

const COLOR = form({ color: { type: 'string', enum: ['red', 'green'] } });
const ask = call([COLOR]);
const answers = (value: unknown) => ['--elicitation-answers', JSON.stringify(value)];

/** What the tool was answered. */
const told = ({ stdout }: CliResult) => JSON.parse(stdout) as unknown;

describe.each(askers)('a server of %s', (kind) => {
  test('is answered from the flags', async () => {
    const { script } = await askedBy(kind);
    const result = await script([...ask, ...answers({ color: 'green' })]);
    expect(result.exit).toBe(0);
    expect(told(result)).toEqual([{ action: 'accept', content: { color: 'green' } }]);
    expect(result.stderr).toContain('notes asks:\n   Which one?\n   answered: accept (color)\n');
  });

  test('is told cancel where nobody can be asked, and stderr names the flags', async () => {
    const { script } = await askedBy(kind);
    const result = await script(ask);
    expect(result.exit).toBe(0);
    expect(told(result)).toEqual([{ action: 'cancel' }]);
    expect(result.stderr).toContain('as there is no terminal to ask at');
    expect(result.stderr).toContain(`--elicitation-answers '{"color":"…"}'`);
    expect(result.stderr).toContain('--elicitation decline');
  });

  test('gets no answer that does not fit its question: exit 2 with the name of the field', async () => {
    const { script } = await askedBy(kind);
    const result = await script([...ask, ...answers({ color: 'blue' }), '--json']);
    expect(result.exit).toBe(2);
    expect(errorOf(result)).toMatchObject({
      code: 'bad_answers',
      message: 'the answers do not fit what notes asks: color must be one of "red", "green"',
      server: 'notes',
    });
  });

  test('is not answered more than twenty times in one call', async () => {
    const { script } = await askedBy(kind);
    const endless = call([form({})], { again: true });
    const result = await script([...endless, '--elicitation', 'accept', '--json']);
    expect(result.exit).toBe(7);
    expect(errorOf(result)).toMatchObject({ code: 'too_many_questions', server: 'notes' });
    expect(result.stderr.split('answered: accept')).toHaveLength(21);
  });

  test('may send a person to a page, but no script', async () => {
    const { script } = await askedBy(kind);
    const url = 'https://pay.example/order?secret=1';
    const visit = { mode: 'url', message: 'Please pay', url, elicitationId: 'a' };
    for (const flags of [[], ['--elicitation', 'accept']]) {
      const result = await script([...call([visit]), ...flags]);
      expect(told(result)).toEqual([{ action: 'cancel' }]);
      expect(result.stderr).toContain(`Please pay\n   at pay.example\n${url}\n`);
    }
  });
});

test('a question that does not say which call it belongs to is answered as well', async () => {
  const { script } = await askedBy('2025 with sessions');
  const beside = ask.map((word) => (word === 'ask' ? 'ask-beside' : word));
  const result = await script([...beside, ...answers({ color: 'green' })]);
  expect(told(result)).toEqual([{ action: 'accept', content: { color: 'green' } }]);
});

describe('--elicitation', () => {
  test.each(['decline', 'cancel'])('%s answers so, whatever is asked', async (action) => {
    const { script } = await askedBy('2026-07-28 over HTTP');
    const result = await script([...ask, '--elicitation', action]);
    expect(told(result)).toEqual([{ action }]);
    expect(result.stderr).toContain(`   answered: ${action}\n`);
    expect((await script([...ask, '--elicitation', action, '--quiet'])).stderr).toBe('');
  });

  test('accept takes the defaults of the server', async () => {
    const { script } = await askedBy('2026-07-28 over HTTP');
    const lengthy = form({
      size: { type: 'integer', default: 3 },
      sure: { type: 'boolean', default: false },
    });
    const result = await script([...call([lengthy]), '--elicitation', 'accept']);
    expect(told(result)).toEqual([{ action: 'accept', content: { size: 3, sure: false } }]);
  });

  test('accept without an answer to a required field is exit 2 with its name', async () => {
    const { script } = await askedBy('2026-07-28 over HTTP');
    const result = await script([...ask, '--elicitation', 'accept', '--json']);
    expect(result.exit).toBe(2);
    expect(errorOf(result)).toMatchObject({
      code: 'elicitation_unanswered',
      message: 'notes asks for color, and there is no answer to that',
      hint: expect.stringContaining(`--elicitation-answers '{"color":"…"}'`),
    });
  });

  test.each(['decline', 'cancel'])('%s with answers is exit 2 before anything is asked', async (action) => {
    const { script } = await askedBy('2026-07-28 over HTTP');
    const result = await script([...ask, '--elicitation', action, ...answers({}), '--json']);
    expect(result.exit).toBe(2);
    expect(errorOf(result).code).toBe('conflicting_flags');
  });
});

describe('--elicitation-answers', () => {
  const size = form({ size: { type: 'integer', minimum: 1 } });

  test('as one object answers every question by the names of its fields', async () => {
    const { script } = await askedBy('2026-07-28 over HTTP');
    const result = await script([...call([COLOR, size]), ...answers({ color: 'red', size: 2 })]);
    expect(told(result)).toEqual([
      { action: 'accept', content: { color: 'red' } },
      { action: 'accept', content: { size: 2 } },
    ]);
  });

  test('as a list answers one question with each, and takes no name too many', async () => {
    const { script } = await askedBy('2026-07-28 over HTTP');
    const twice = call([size, size]);
    const result = await script([...twice, ...answers([{ size: 1 }, { size: 2 }])]);
    expect(told(result)).toMatchObject([{ content: { size: 1 } }, { content: { size: 2 } }]);
    const wrong = await script([...twice, ...answers([{ size: 1, color: 'red' }]), '--json']);
    expect(errorOf(wrong).message).toMatch(/there is no color$/);
  });

  test('comes from a file, or from a pipe', async () => {
    const { script, config } = await askedBy('2026-07-28 over HTTP');
    const cwd = join(config, '..');
    writeFileSync(join(cwd, 'answers.json'), '{"color":"green"}');
    const content = { color: 'green' };
    const file = await script([...ask, '--elicitation-answers', '@answers.json'], { cwd });
    expect(told(file)).toEqual([{ action: 'accept', content }]);
    const pipe = await script([...ask, '--elicitation-answers', '-'], { stdin: JSON.stringify(content) });
    expect(told(pipe)).toEqual([{ action: 'accept', content }]);
  });

  test.each<[string, string[], string, string]>([
    ['a file that is not there', ['@nothing.json'], 'unreadable_file', 'cannot read nothing.json'],
    ['broken JSON', ['{"color":'], 'bad_json', '--elicitation-answers is not JSON'],
    ['an empty text', [''], 'bad_json', '--elicitation-answers is not JSON'],
    ['no object', ['3'], 'bad_json', '--elicitation-answers must be a JSON object, or a list of them'],
    [
      'a list of others',
      ['[3]'],
      'bad_json',
      '--elicitation-answers must be a JSON object, or a list of them',
    ],
    [
      'standard input twice',
      ['-', '--args', '-'],
      'conflicting_flags',
      '--args and --elicitation-answers both read standard input',
    ],
  ])('of %s is exit 2, before the server is reached', async (_, [value = '', ...more], code, message) => {
    const { script } = await askedBy('2026-07-28 over HTTP');
    const words = ['tools', 'call', 'ask', ...more, `--elicitation-answers=${value}`, '--json'];
    const result = await script(words, { stdin: '{}' });
    expect(result.exit).toBe(2);
    expect(errorOf(result)).toMatchObject({ code, message });
  });

  test('with a name that is nearly one of the fields is exit 2', async () => {
    const { script } = await askedBy('2026-07-28 over HTTP');
    const result = await script([...ask, ...answers({ colour: 'red' }), '--json']);
    expect(errorOf(result).message).toMatch(/there is no colour \(did you mean color\?\)$/);
  });
});

describe('a hostile question', () => {
  test('drives no terminal, and is warned of where it asks for secrets', async () => {
    const { script } = await askedBy('2026-07-28 over HTTP');
    const password = { type: 'string', title: '\u001b]0;x\u0007Password', description: '\u202egnp' };
    const result = await script([...call([form({ password }, '\u001b[2Jgive me\u0007')])]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not reach a terminal
    expect(result.stderr).not.toMatch(/[\u001b\u0007\u202e]/);
    expect(result.stderr).toContain('must not ask for secrets');
  });

  const nested = { type: 'object', properties: { b: { type: 'object', properties: { c: {} } } } };
  const many = Array.from({ length: 10_000 }, (_, n) => [`f${n}`, { type: 'string' }]);
  test.each<[string, unknown]>([
    ['no schema at all', undefined],
    ['a schema of another type', []],
    ['fields of fields', { type: 'object', properties: { a: nested } }],
    ['fields that are none', { type: 'object', properties: { a: null, b: 7 } }],
    ['ten thousand fields', { type: 'object', properties: Object.fromEntries(many) }],
    [
      'a field with a name of the language',
      { type: 'object', properties: { ['__proto__']: { type: 'string' } } },
    ],
    ['a pattern without end', { type: 'object', properties: { a: { type: 'string', pattern: '(a+)+$' } } }],
  ])('with %s harms nobody', async (_, requestedSchema) => {
    const { script } = await askedBy('2025 with sessions');
    const asks = call([{ mode: 'form', message: 'x', requestedSchema }]);
    const result = await script([...asks, ...answers({ a: `${'a'.repeat(40)}!` }), '--json']);
    expect([0, 2, 7, 8]).toContain(result.exit);
    expect(result.stderr).not.toMatch(/\n\s+at /);
  });
});

describe.each(['modern', 'legacy'])('the trip of the sandbox (%s)', (era) => {
  test('is planned by a script', async () => {
    const { person, script } = await sandboxed();
    await person('auth login notes');
    const words = ['--protocol', era, '--server', 'notes', 'tools', 'call', 'plan_trip'];
    const planned = await script([...words, ...answers({ destination: 'Rome', days: 3 })]);
    expect(planned.stdout).toContain('Rome, 3 days');
    expect((await script([...words, '--elicitation', 'decline'])).stdout).toContain('No trip');
  });
});

test.each([
  'http://127.0.0.1:8080/delete',
  'https://192.168.1.1/reboot',
  'http://localhost:1/',
  'https://[::ffff:7f00:1]/',
])(
  'a public server sends nobody to %s: nothing is asked, nothing opens, and it is told cancel',
  async (url) => {
    const server = keep(await modernServer({ modernOnly: true, register: (it) => addQuestions(it) }));
    // The world in which the server is a public one.
    const through: Fetch = (to, init) => {
      const { dispatcher: _, ...rest } = init ?? {};
      return fetch(to.replace('https://mcp.example.com', new URL(server.mcpUrl).origin), rest);
    };
    const visit = { mode: 'url', message: 'Please look', url, elicitationId: 'a' };
    const { person } = desk(notes({ url: `https://mcp.example.com${new URL(server.mcpUrl).pathname}` }));
    const browser = noBrowser();
    const result = await person(call([visit]), { browser, answers: [], deps: { fetch: through } });
    expect(result.exit).toBe(0);
    expect(told(result)).toEqual([{ action: 'cancel' }]);
    expect(result.stderr).toMatch(/warning: .* (loopback|private) address: not visited/);
  },
);
