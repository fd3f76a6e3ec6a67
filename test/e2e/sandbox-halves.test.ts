// The sandbox as a server among others: what its halves say to each other, and what they owe whoever uses them.
import { afterEach, expect, test, vi } from 'vitest';
import { toolNames } from '../support/person.ts';
import { sandboxed } from '../support/sandbox.ts';

const LIST = 'tools list notes --json';

afterEach(() => vi.restoreAllMocks());

test.each([
  [[], false],
  [[], true],
  [['metadata-404-html'], true],
])(
  'the halves ask each other without the fetch of the process (%j, two origins: %s)',
  async (faults, split) => {
    const spy = vi.spyOn(globalThis, 'fetch');
    const { person, sandbox } = await sandboxed(faults, { split });
    expect(toolNames(await person(LIST))).toContain('search_notes');
    expect(sandbox.url.startsWith(sandbox.authorization)).toBe(!split);
    // The browser of the test walks with it.
    const asked = spy.mock.calls.map(([url]) => new URL(String(url)).pathname);
    expect(asked.filter((path) => /introspect|well-known/.test(path))).toEqual([]);
  },
);
