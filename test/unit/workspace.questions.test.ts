import { expect, test } from 'vitest';
import type { Deps } from '../../src/deps.ts';
import { readFlags } from '../../src/workspace/flags.ts';
import { openQuestions } from '../../src/workspace/questions.ts';
import { openWorkspace } from '../../src/workspace/workspace.ts';

function person(...answers: string[]) {
  const heard: string[] = [];
  const prompt = {
    available: true,
    confirm: async () => true,
    async secret(question: string) {
      heard.push(question);
      return answers.shift() ?? 'none left';
    },
  };
  return { prompt, heard };
}

test.each([
  [true, false, true],
  [true, true, false],
  [false, false, false],
])('a terminal %s and --non-interactive %s: questions may be asked %s', (available, flag, may) => {
  const { prompt } = openQuestions({ ...person().prompt, available }, flag);
  expect(prompt.available).toBe(may);
});

test('a secret is asked for as often as it is wanted', async () => {
  const { prompt, heard } = person('one', 'two');
  const questions = openQuestions(prompt, false);
  expect([await questions.prompt.secret('Which'), await questions.prompt.secret('Which')]).toEqual([
    'one',
    'two',
  ]);
  expect(heard).toEqual(['Which', 'Which']);
});

test('a command that can do without asks once, says so, and then has nothing', async () => {
  const { prompt, heard } = person('one');
  const questions = openQuestions(prompt, false);
  questions.secretOnce('empty: without');
  expect([await questions.prompt.secret('Which'), await questions.prompt.secret('Which')]).toEqual([
    'one',
    '',
  ]);
  expect(heard).toEqual(['Which (empty: without)']);
});

test('what else can be asked stays as it is', () => {
  const prompt = { ...person().prompt, text: async () => 'a text' };
  expect(openQuestions(prompt, false).prompt.text).toBe(prompt.text);
});

test('a workspace opens no standard input by itself, and hands over every effect', () => {
  let opened = 0;
  const given = {
    prompt: person().prompt,
    cwd: '/here',
    get stdin() {
      opened++;
      return process.stdin;
    },
  };
  const { deps } = openWorkspace(given as unknown as Deps, readFlags({}));
  expect(opened).toBe(0);
  expect(deps.stdin).toBe(process.stdin);
  expect(opened).toBe(1);
  expect({ ...deps }.cwd).toBe('/here');
});

test('while work is done unasked it is as if nobody were there', async () => {
  const { prompt, unasked } = openQuestions(person().prompt, false);
  expect(await unasked(async () => prompt.available)).toBe(false);
  expect(prompt.available).toBe(true);
  await expect(unasked(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(prompt.available).toBe(true);
});
