// Servers that want a model's answer, or the person's folders: in both eras.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type Asker, askedBy } from '../support/asking.ts';
import { chooser } from '../support/chooser.ts';
import { newHome } from '../support/home.ts';
import { modelServer } from '../support/model-server.ts';
import { errorOf, keep } from '../support/scene.ts';

const WANTED = {
  messages: [{ role: 'user', content: { type: 'text', text: 'Name a color\u001b[2J\u202e.' } }],
  systemPrompt: 'One word.',
  maxTokens: 100_000,
  stopSequences: ['!'],
};

const call = (params: object | undefined, method = 'sampling/createMessage') => [
  'tools',
  'call',
  'ask',
  '--args',
  JSON.stringify({ questions: [params], method }),
];

/** With a model that says one word, and a person who answers so; without answers nobody is there. */
async function world(kind: Asker, answers?: boolean[]) {
  const model = keep(await modelServer([{ text: 'Green\u001b[1m.', stop: 'stop' }]));
  const { script } = await askedBy(kind);
  const person = chooser(answers);
  const run = (line: string[], named = ['--provider', 'openai', '--model', 'gpt-4']) =>
    script([...named, '--api-base', model.base, ...line], {
      deps: person.deps,
      env: { OPENAI_API_KEY: 'sk-of-sampling-0001' },
    });
  return { model, run, shown: person.shown, left: person.left, script };
}

describe.each(['2026-07-28 over HTTP', '2025 with sessions', '2024 over HTTP+SSE'] as const)(
  'a server of %s',
  (kind) => {
    const isModern = kind.startsWith('2026');

    test('gets an answer that the person has allowed, twice', async () => {
      const { model, run, shown, left } = await world(kind, [true, true]);
      const { exit, stdout } = await run(call(WANTED));
      expect({ exit, told: JSON.parse(stdout) }).toMatchObject({
        exit: 0,
        told: [
          {
            model: 'gpt-4',
            role: 'assistant',
            content: { type: 'text', text: 'Green\u001b[1m.' },
            stopReason: 'endTurn',
          },
        ],
      });
      expect(left).toEqual([]);
      expect(shown()).toContain('❓ notes wants an answer of gpt-4, of at most 8192 tokens, to:');
      expect(shown()).toContain('   [system] One word.\n   [user] Name a color\\u202e.\n');
      expect(shown()).toContain("The model's answer:\n   Green.\n");
      expect(model.asked).toHaveLength(1);
      expect(model.asked[0]).toMatchObject({ max_completion_tokens: 8192, stop: ['!'] });
      expect(model.asked[0]).not.toHaveProperty('tools');
      expect(model.asked[0]?.messages.map(({ role }) => role)).toEqual(['system', 'user']);
    });

    test.each([
      ['the question', [false], 0],
      ['the answer', [true, false], 1],
    ])('is told no where the person refuses %s', async (_, answers, asked) => {
      const { model, run, shown } = await world(kind, answers);
      const { exit, stdout } = await run(call(WANTED));
      expect(model.asked).toHaveLength(asked);
      if (isModern) {
        expect(exit).toBe(4);
        expect(shown()).toContain('error: notes was given no answer of a model');
      } else expect(JSON.parse(stdout)).toEqual([{ error: -1 }]);
      expect(stdout).not.toContain('Green');
    });

    test('is not asked for where nobody is there', async () => {
      const { model, run } = await world(kind, undefined);
      const { exit, stdout } = await run(call(WANTED));
      expect(model.asked).toEqual([]);
      if (isModern) expect(exit).not.toBe(0);
      else expect(JSON.parse(stdout)).toEqual([{ error: -32601 }]);
    });

    test('wants no tools for it', async () => {
      const { model, run } = await world(kind, []);
      await run(call({ ...WANTED, tools: [{ name: 'x', inputSchema: { type: 'object' } }] }));
      expect(model.asked).toEqual([]);
    });

    test('is told of the folders that the person names', async () => {
      const { script } = await world(kind);
      const home = newHome();
      mkdirSync(join(home, 'a b'));
      const { stdout } = await script(['--root', 'a b', '--root', '.', ...call({}, 'roots/list')], {
        cwd: home,
      });
      expect(JSON.parse(stdout)).toMatchObject([
        {
          roots: [
            { uri: pathToFileURL(join(home, 'a b')).href, name: 'a b' },
            { uri: pathToFileURL(home).href },
          ],
        },
      ]);
    });
  },
);

test('a server that asks for folders all the same is told that there are none', async () => {
  const { script } = await world('2025 with sessions');
  const { stdout } = await script(call({}, 'roots/list'));
  expect(JSON.parse(stdout)).toEqual([{ roots: [] }]);
});

test('what is no folder is refused before a server is asked', async () => {
  const { script } = await world('2025 with sessions');
  const result = await script(['--root', 'nowhere', ...call({}, 'roots/list'), '--json']);
  expect(result.exit).toBe(2);
  expect(errorOf(result)).toMatchObject({ code: 'no_folder' });
});
