// What of the bench decides and measures nothing: its words, and the page that it writes.
import { expect, test } from 'vitest';

const from = async (name: string) => import(new URL(`../bench/${name}.mjs`, import.meta.url).href);
const { withBlock } = await from('page');
const { readOptions, HELP } = await from('options');

const PAGE = 'Before.\n\n<!-- bench 24 -->\n\nold\n\n<!-- /bench 24 -->\n\nAfter.\n';

test('the block of this version of Node is replaced, and nothing else', () => {
  expect(withBlock(PAGE, '24', ['new'])).toBe(PAGE.replace('old', 'new'));
});

test('the block of another version is put after the last one, and stays where it is from then on', () => {
  const both = withBlock(PAGE, '20', ['twenty']);
  expect(both).toBe(
    PAGE.replace('<!-- /bench 24 -->', '$&\n\n<!-- bench 20 -->\n\ntwenty\n\n<!-- /bench 20 -->'),
  );
  expect(withBlock(withBlock(both, '24', ['new']), '20', ['again'])).toBe(
    both.replace('old', 'new').replace('twenty', 'again'),
  );
});

test('a page without a block is refused', () => {
  expect(() => withBlock('Nothing here.', '24', ['new'])).toThrow('has no <!-- /bench NN -->');
});

test('tables are written with their columns under each other', () => {
  const lines = ['| a | much: |', '| --- | --: |', '| long one | 1 |', 'end'];
  expect(withBlock(PAGE, '24', lines)).toContain(
    '| a        | much: |\n| -------- | ----: |\n| long one |     1 |\nend',
  );
});

test.each([
  [['--foo'], 'unknown option --foo'],
  [['-x'], 'unknown option -x'],
  [['--quick=3'], '--quick takes no value'],
  [['all'], 'there is nothing to name: all'],
])('%j: %s', (argv, wrong) => {
  expect(readOptions(argv)).toEqual({ wrong });
});

test('each option is read, and is in the help', () => {
  expect(readOptions([])).toEqual({ quick: false, peers: false, scale: false, write: false, help: false });
  expect(readOptions(['--peers', '--write'])).toMatchObject({ peers: true, write: true, quick: false });
  for (const name of Object.keys(readOptions([]))) expect(HELP).toContain(`--${name} `);
});
