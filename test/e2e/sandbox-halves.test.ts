// The sandbox as a server among others: what its halves say to each other, and what they owe whoever uses them.
import { afterEach, expect, test, vi } from 'vitest';
import { toolNames } from '../support/person.ts';
import { sandboxed } from '../support/sandbox.ts';
import { client } from '../support/sandbox-client.ts';

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

const resources: [string[], string, boolean][] = [
  [[], '/mcp', true],
  [[], '', false],
  [[], '/', false],
  [['resource-origin'], '/', true],
  [['resource-origin'], '', true],
  [['resource-origin'], '/mcp', true],
];

test.each(resources)('with %j a token for "%s" of its origin is let in: %s', async (faults, path, letIn) => {
  const { sandbox, authorize, back, redeem, call } = await client({}, faults);
  const resource = `${new URL(sandbox.url).origin}${path}`;
  const { access_token = '' } = await redeem((await back(authorize({ resource }))).code ?? '');
  expect((await call(access_token)).status === 401).toBe(!letIn);
});

test('a token that was asked for without a resource is for the endpoint', async () => {
  for (const faults of [[], ['resource-origin'], ['resource-ignored']]) {
    const { authorize, back, redeem, call } = await client({}, faults);
    const { access_token = '' } = await redeem((await back(authorize({ resource: undefined }))).code ?? '');
    expect((await call(access_token)).status).not.toBe(401);
  }
});
