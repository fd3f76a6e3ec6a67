// `prompts list` and `prompts get` against servers of both SDK lines, and what these servers log meanwhile.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { modernServer, modernSurfaceServer } from '../support/modern-server.ts';
import { notes } from '../support/person.ts';
import { desk, errorOf, keep } from '../support/scene.ts';
import { sessionSurfaceServer } from '../support/session-server.ts';

const kinds = [
  ['2026-07-28', modernSurfaceServer],
  ['2025-11-25', sessionSurfaceServer],
] as const;

async function open(make: (typeof kinds)[number][1] = modernSurfaceServer) {
  const server = keep(await make());
  return { server, ...desk(notes({ url: server.mcpUrl })) };
}

const REVIEW = 'A review\n\nuser:\nReview (short): hi\n\nassistant:\n[image image/png, 3 bytes]\n';
const LOGGED = '[notes (reviews)] info: a review begins\n[notes (reviews)] warning: the draft is red\n';

describe.each(kinds)('a server of %s', (era, kind) => {
  test('its prompts are a table for a person, and JSON as the server sent them', async () => {
    const { script } = await open(kind);
    expect(await script('prompts list')).toMatchObject({
      exit: 0,
      stderr: '',
      stdout: [
        'PROMPT  TITLE   ARGUMENTS     DESCRIPTION',
        'review  Review  text [style]  Asks for a review',
        'greet                         Says hello',
        '',
      ].join('\n'),
    });
    const { prompts } = JSON.parse((await script('prompts list --json')).stdout);
    expect(prompts[0]).toMatchObject({
      name: 'review',
      arguments: [
        { name: 'text', required: true },
        { name: 'style', required: false },
      ],
    });
  });

  test('messages are printed under their roles, images described', async () => {
    const { script, home } = await open(kind);
    expect(await script('prompts get review text=hi style=short --quiet')).toMatchObject({
      exit: 0,
      stdout: REVIEW,
      stderr: '',
    });
    expect((await script('prompts get greet')).stdout).toBe('user:\nHello\n');
    writeFileSync(join(home, 'draft.md'), 'hi');
    expect((await script('prompts get review text=@draft.md style=short')).stdout).toBe(REVIEW);
  });

  test('--json is the whole result', async () => {
    const { script } = await open(kind);
    const { stdout, stderr } = await script('prompts get review text=hi --json');
    expect(JSON.parse(stdout)).toMatchObject({
      description: 'A review',
      messages: [{ role: 'user' }, { role: 'assistant', content: { type: 'image', data: 'AAAA' } }],
    });
    expect(stderr).toBe('');
  });

  test('the server proposes values', async () => {
    const { script } = await open(kind);
    expect(await script('prompts get review --complete style=sh')).toMatchObject({
      exit: 0,
      stdout: 'short\nsharp\n',
    });
  });

  test.each(['--verbose', '--log-level debug', '--log-level info --quiet --json'])(
    '%s shows what it logs',
    async (flag) => {
      const { script } = await open(kind);
      const result = await script(`prompts get review text=hi ${flag}`);
      expect(result).toMatchObject({ exit: 0, stderr: LOGGED });
    },
  );

  test('--log-level leaves out what is below it', async () => {
    const { script } = await open(kind);
    const { stderr } = await script('prompts get review text=hi --log-level warning');
    expect(stderr).toBe('[notes (reviews)] warning: the draft is red\n');
    expect((await script('prompts get review text=hi --log-level error')).stderr).toBe('');
  });

  test('without a flag nothing is asked for, and only trouble is told', async () => {
    const { server, script } = await open(kind);
    const { stderr } = await script('prompts get review text=hi');
    // The newest revision has no messages that nobody asked for.
    expect(stderr).toBe(era === '2026-07-28' ? '' : '[notes (reviews)] warning: the draft is red\n');
    expect(server.calls('logging/setLevel')).toBe(0);
    expect((await script('prompts get review text=hi --quiet')).stderr).toBe('');
  });
});

describe('arguments', () => {
  test.each<[string, string[], string?]>([
    ['--args', ['--args', '{"text":"hi","style":"short"}']],
    ['words over --args', ['style=short', '--args', '{"text":"hi","style":"long"}']],
    ['--args -', ['--args', '-'], '{"text":"hi","style":"short"}'],
    ['a pipe', [], '{"text":"hi","style":"short"}'],
  ])('are taken from %s', async (_, words, stdin) => {
    const { script } = await open();
    const result = await script(['prompts', 'get', 'review', ...words], stdin === undefined ? {} : { stdin });
    expect(result).toMatchObject({ exit: 0, stdout: REVIEW });
  });

  test('a pipe is left alone where something is given, or proposed', async () => {
    const { script } = await open();
    expect((await script('prompts get review text=hi', { stdin: 'no JSON' })).exit).toBe(0);
    expect((await script('prompts get review --complete style=sh', { stdin: 'no JSON' })).exit).toBe(0);
  });

  test.each([
    [['review'], 'bad_arguments', 'wrong arguments for review: text is missing'],
    [['review', 'txt=x'], 'bad_arguments', 'there is no txt (did you mean text?); text is missing'],
    [['greet', 'a=b'], 'bad_arguments', 'wrong arguments for greet: there is no a'],
    [['review', 'text:=1'], 'bad_argument', 'text is a text here, and no JSON'],
    [['review', 'text=1', 'text=2'], 'bad_argument', 'text is given twice'],
    [['review', 'text'], 'bad_argument', '"text" is not an argument'],
    [['review', '--args', '{"text":1,"style":null}'], 'bad_arguments', 'are texts, and not so: text, style'],
    [['review', '--args', '{"txt":"x"}'], 'bad_arguments', 'there is no txt (did you mean text?)'],
    [['review', '--args', '[]'], 'bad_json', '--args must be a JSON object'],
    [['review', '--args', '{'], 'bad_json', '--args is not JSON'],
    [['revue'], 'unknown_prompt', 'there is no prompt named "revue" on notes'],
  ])('%j is exit 2 before the prompt is asked for', async (words, code, message) => {
    const { server, script } = await open();
    const result = await script(['prompts', 'get', ...words, '--json']);
    expect(result.exit).toBe(2);
    expect(errorOf(result)).toMatchObject({ code, message: expect.stringContaining(message) });
    expect(server.calls('prompts/get')).toBe(0);
  });
});

test('a server without prompts says what it offers', async () => {
  const server = keep(await modernServer());
  const { script } = desk(notes({ url: server.mcpUrl }));
  for (const line of ['prompts list', 'prompts get x']) {
    const result = await script(`${line} --json`);
    expect(result.exit).toBe(7);
    expect(errorOf(result)).toMatchObject({ code: 'not_offered', hint: 'it offers: tools' });
  }
});

test('a level that there is not is exit 2', async () => {
  const { script } = await open();
  expect(errorOf(await script('prompts list --log-level loud --json'))).toMatchObject({
    code: 'invalid_argument',
    hint: expect.stringContaining('emergency'),
  });
});
