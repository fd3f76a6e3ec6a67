// The sandbox as a server among others: what its halves say to each other, and what they owe whoever uses them.
import { randomBytes } from 'node:crypto';
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

test('whoever watches is told of what fell over, too', async () => {
  let left = 1;
  const random = (bytes: number) => {
    if (left-- === 0) throw new RangeError('no randomness left');
    return new Uint8Array(randomBytes(bytes));
  };
  const { sandbox, seen } = await sandboxed([], { random });
  const answer = await fetch(`${sandbox.authorization}/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ redirect_uris: ['http://127.0.0.1:1/'] }),
  });
  expect({ status: answer.status, text: await answer.text() }).toEqual({
    status: 500,
    text: 'Internal Server Error\n',
  });
  expect(seen).toEqual([
    { method: 'POST', path: '/register', status: 500, trouble: 'RangeError: no randomness left' },
  ]);
});

test.each([
  [1_000_000, 401],
  [1_100_000, 413],
])('a request of %i bytes is answered with %i', async (size, status) => {
  const { sandbox } = await sandboxed();
  const body = new URLSearchParams({ token: 'x'.repeat(size - 'token='.length) });
  expect((await fetch(`${sandbox.authorization}/token`, { method: 'POST', body })).status).toBe(status);
});

test('of a grant only the kinds that there are are told', async () => {
  const { post, seen } = await client();
  for (const grant_type of ['refresh_token', 'x'.repeat(10_000)]) await post('/token', { grant_type });
  expect(seen.flatMap(({ grant }) => grant ?? [])).toEqual(['refresh_token', 'other']);
});

test('what is believed of tokens is forgotten for newer ones', async () => {
  const { authorize, back, redeem, renew, call, post, client_id } = await client({}, [
    'introspection-cached',
  ]);
  const signIn = async () => redeem((await back(authorize())).code ?? '');
  const { access_token: token = '' } = await signIn();
  await call(token);
  await post('/revoke', { token, client_id });
  expect((await call(token)).status).not.toBe(401);
  let { refresh_token = '' } = await signIn();
  for (let count = 0; count < 200; count++) {
    const next = await renew(refresh_token);
    refresh_token = next.refresh_token ?? '';
    expect((await call(next.access_token ?? '')).status).not.toBe(401);
  }
  expect((await call(token)).status).toBe(401);
});
