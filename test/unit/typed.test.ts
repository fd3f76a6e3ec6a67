import { expect, test } from 'vitest';
import { splitWords } from '../../src/shell/line.ts';
import { serverWord, typed } from '../../src/typed.ts';

test.each([
  [['mcp-cli', 'auth', 'login', 'notes'], 'mcp-cli auth login notes'],
  [['--server', 'https://h.example/mcp'], '--server https://h.example/mcp'],
  [['my notes'], "'my notes'"],
  [["it's $(id)"], `'it'\\''s $(id)'`],
  [[''], "''"],
])('%j is typed %s', (words, line) => {
  expect(typed(...words)).toBe(line);
  expect(splitWords(line)).toEqual(words);
});

test.each([
  ['notes', 'notes'],
  ['a?b', 'a?b'],
  ['https://h.example/mcp', 'https://h.example/mcp'],
  ['https://h.example/mcp?k=hush', 'URL'],
  ['https://', 'URL'],
])('the server %s is named %s', (name, word) => {
  expect(serverWord(name)).toBe(word);
});
