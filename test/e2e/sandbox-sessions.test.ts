// Whose a session of the sandbox is, and how it ends.
import { expect, test, vi } from 'vitest';
import { client } from '../support/sandbox-client.ts';

type Client = Awaited<ReturnType<typeof client>>;

async function tokenOf({ authorize, back, redeem }: Client, login_hint?: string): Promise<string> {
  return (await redeem((await back(authorize({ login_hint }))).code ?? '')).access_token ?? '';
}

function send({ sandbox }: Client, token: string, message: object, session?: string): Promise<Response> {
  return fetch(sandbox.url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(session !== undefined && { 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', ...message }),
  });
}

async function begin(made: Client, token: string): Promise<string> {
  const clientInfo = { name: 'test', version: '1' };
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
  const answer = await send(made, token, { id: 1, method: 'initialize', params });
  expect(await answer.text()).toContain('"sandbox"');
  return answer.headers.get('mcp-session-id') ?? '';
}

const LIST = { id: 2, method: 'tools/list' };

test('a session is theirs who began it, whatever token they have meanwhile', async () => {
  const made = await client();
  const [ada, again, bob] = await Promise.all(['ada', 'ada', 'bob'].map((name) => tokenOf(made, name)));
  const session = await begin(made, ada ?? '');
  for (const [token, status] of [
    [ada, 200],
    [bob, 404],
    [again, 200],
  ] as const)
    expect((await send(made, token ?? '', LIST, session)).status).toBe(status);
  const ends = { authorization: `Bearer ${bob}`, 'mcp-session-id': session };
  expect((await fetch(made.sandbox.url, { method: 'DELETE', headers: ends })).status).toBe(404);
  expect((await send(made, ada ?? '', LIST, session)).status).toBe(200);
});

test('a name that is none is not taken for one', async () => {
  const made = await client();
  const nobody = await tokenOf(made);
  const session = await begin(made, nobody);
  const odd = await tokenOf(made, '<b>\u001b[2J</b>');
  expect((await send(made, odd, LIST, session)).status).toBe(200);
});

test('a session that has to go for others is closed, with its stream', async () => {
  const made = await client();
  const token = await tokenOf(made);
  const session = await begin(made, token);
  const asked = made.count('/mcp');
  // Its headers come with its first word, which may be its end.
  const stream = fetch(made.sandbox.url, {
    headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream', 'mcp-session-id': session },
  });
  await vi.waitUntil(() => made.count('/mcp') > asked);
  for (let count = 0; count < 200; count++) await begin(made, token);
  expect((await stream).status).toBe(200);
  expect(await (await stream).text()).toBe('');
  expect((await send(made, token, LIST, session)).status).toBe(404);
}, 20_000);
