// Arguments of `tools call`, in every form, and what is refused before a tool is called.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newHome } from '../support/home.ts';
import { errorOf } from '../support/scene.ts';
import { workbench } from '../support/workbench.ts';

const take = (...words: string[]) => ['tools', 'call', 'take', ...words];

type Row = [what: string, words: string[], taken: object, stdin?: string];

test.each<Row>([
  ['no argument', [], {}],
  ['a text', ['text=hello world'], { text: 'hello world' }],
  ['an empty text', ['text='], { text: '' }],
  ['a text with an equals sign', ['text=a=b'], { text: 'a=b' }],
  ['a text that looks like a number', ['text=007'], { text: '007' }],
  ['a text that looks like JSON', ['text={"a":1}'], { text: '{"a":1}' }],
  ['a text of several lines', ['text=a\nb'], { text: 'a\nb' }],
  ['an integer', ['count=3'], { count: 3 }],
  ['a negative one', ['count=-3'], { count: -3 }],
  ['a number', ['ratio=1.5e2'], { ratio: 150 }],
  ['a truth value', ['sure=true'], { sure: true }],
  ['an untruth', ['sure=false'], { sure: false }],
  ['a list by commas', ['tags=a,b'], { tags: ['a', 'b'] }],
  ['a list by repetition', ['tags=a', 'tags=b'], { tags: ['a', 'b'] }],
  ['a list as JSON', ['tags=["a,b"]'], { tags: ['a,b'] }],
  ['a list of numbers', ['sizes=1,2.5'], { sizes: [1, 2.5] }],
  ['one of several words', ['color=green'], { color: 'green' }],
  ['an object', ['deep={"level":2}'], { deep: { level: 2 } }],
  ['several', ['text=x', 'count=1', 'sure=true'], { text: 'x', count: 1, sure: true }],
  ['key:=json text', ['text:="x"'], { text: 'x' }],
  ['key:=json list', ['tags:=["a"]'], { tags: ['a'] }],
  ['key:=json object', ['deep:={"level":1}'], { deep: { level: 1 } }],
  ['key:=json for a text that begins with @', ['text:="@x"'], { text: '@x' }],
  ['--args', ['--args', '{"text":"x","tags":["a"]}'], { text: 'x', tags: ['a'] }],
  ['--args and words over it', ['text=y', '--args', '{"text":"x","count":1}'], { text: 'y', count: 1 }],
  ['--args - ', ['--args', '-'], { text: 'piped' }, '{"text":"piped"}'],
  ['--args - and words over it', ['--args', '-', 'count=2'], { text: 'piped', count: 2 }, '{"text":"piped"}'],
  ['a pipe', [], { deep: { level: 3 } }, '{"deep":{"level":3}}\n'],
  ['an empty pipe', [], {}, ''],
  ['a pipe that is not asked for', ['text=typed'], { text: 'typed' }, '{"text":"piped"}'],
  ['a word after --', ['--', 'text=--json'], { text: '--json' }],
])('takes %s', async (_, words, expected, stdin) => {
  const { script, taken } = await workbench();
  const result = await script(take(...words), stdin === undefined ? {} : { stdin });
  expect(result).toMatchObject({ exit: 0, stderr: '' });
  expect(JSON.parse(result.stdout)).toEqual(expected);
  expect(taken).toEqual([expected]);
});

test('takes key=@file, by the folder that one is in, or by its whole path', async () => {
  const { script, taken } = await workbench();
  const cwd = newHome();
  const path = join(cwd, 'note.md');
  writeFileSync(path, '# Größe\n');
  writeFileSync(join(cwd, 'tags.json'), '["a","b"]\n');
  expect((await script(take('text=@note.md', 'tags=@tags.json'), { cwd })).exit).toBe(0);
  expect((await script(take(`text=@${path}`))).exit).toBe(0);
  expect(taken).toEqual([{ text: '# Größe\n', tags: ['a', 'b'] }, { text: '# Größe\n' }]);
});

type Wrong = [what: string, words: string[], code: string, said: RegExp, stdin?: string];

test.each<Wrong>([
  ['a word that is none', ['hello'], 'bad_argument', /"hello" is not an argument/],
  ['a word without a name', ['=x'], 'bad_argument', /"=x"/],
  ['broken JSON after :=', ['tags:=[1'], 'bad_json', /tags is not JSON/],
  ['broken --args', ['--args', '{"text":'], 'bad_json', /--args is not JSON/],
  ['--args that is no object', ['--args', '[1]'], 'bad_json', /--args must be a JSON object/],
  ['nothing for --args -', ['--args', '-'], 'bad_json', /standard input is not JSON/],
  ['a pipe that is no object', [], 'bad_json', /standard input must be a JSON object/, '"x"'],
  ['a file that is not there', ['text=@nowhere.txt'], 'unreadable_file', /nowhere\.txt/],
  ['a name that is not there', ['txt=x'], 'bad_arguments', /there is no txt \(did you mean text\?\)/],
  ['a word as a number', ['count=many'], 'bad_arguments', /count must be an integer, not a string/],
  ['half a number as an integer', ['count=1.5'], 'bad_arguments', /count must be an integer/],
  ['a word as a truth value', ['sure=yes'], 'bad_arguments', /sure must be a boolean/],
  [
    'a word that is not one of several',
    ['color=blue'],
    'bad_arguments',
    /color must be one of "red", "green"/,
  ],
  ['a wrong element', ['sizes=1,x'], 'bad_arguments', /sizes\[1\] must be a number/],
  ['something deep down', ['deep:={"level":"x"}'], 'bad_arguments', /deep\.level must be a number/],
  ['something missing deep down', ['deep:={}'], 'bad_arguments', /deep\.level is missing/],
  ['a wrong type in --args', ['--args', '{"count":"1"}'], 'bad_arguments', /count must be an integer/],
  ['the same name twice', ['count=1', 'count=2'], 'bad_argument', /count is given twice/],
])('refuses %s, and calls nothing', async (_, words, code, said, stdin) => {
  const { script, server } = await workbench();
  const result = await script([...take(...words), '--json'], stdin === undefined ? {} : { stdin });
  expect(result.exit).toBe(2);
  expect(errorOf(result)).toMatchObject({ code, message: expect.stringMatching(said) });
  expect(server.calls('tools/call')).toBe(0);
});

test('names every fault at once, and says where to look', async () => {
  const { script } = await workbench();
  const { exit, stdout, stderr } = await script(take('count=x', 'ratio=y', 'colour=red'));
  expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
  expect(stderr).toMatch(
    /^error: wrong arguments for take: .*colour \(did you mean color\?\); count .*; ratio /,
  );
  expect(stderr).toContain('\nhint: see what it takes: mcp-cli --server bench tools describe take\n');
});

test('what is wrong by itself is said before a server is asked', async () => {
  const { script, server } = await workbench();
  for (const words of [['hello'], ['--args', '{'], ['--args', '[]']]) {
    expect((await script(take(...words))).exit).toBe(2);
  }
  expect(server.log).toEqual([]);
});
