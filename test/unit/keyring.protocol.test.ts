// What the two processes say to each other is one line each, whatever is in it, for every reader of lines.
import { expect, test } from 'vitest';
import { lineOf } from '../../src/store/keyring/protocol.ts';

test.each(['a\nb', 'a\r\nb', 'a\rb', 'a\u2028b', 'a\u2029b', '\u2028', 'no separator'])('%j', (value) => {
  for (const message of [
    { id: 1, value },
    { id: 1, verb: 'set' as const, service: 's', account: value, value },
  ]) {
    const line = lineOf(message);
    expect(line.slice(0, -1)).not.toMatch(/[\n\r\u2028\u2029]/);
    expect(line.endsWith('\n')).toBe(true);
    expect(JSON.parse(line)).toEqual(message);
  }
});
