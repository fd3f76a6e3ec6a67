// The sandbox when nothing is wrong with it: what a careful authorization server does, and what it refuses.
import { describe, expect, test } from 'vitest';
import { toolNames } from '../support/person.ts';
import { sandboxed } from '../support/sandbox.ts';
import { client } from '../support/sandbox-client.ts';

test('a code is good once, and whoever uses it twice ends everything that came of it', async () => {
  const { authorize, back, redeem, renew } = await client();
  const { code = '', state, iss } = await back(authorize());
  expect({ state, iss }).toMatchObject({ state: 's1', iss: expect.stringContaining('127.0.0.1') });
  const first = await redeem(code);
  expect(first).toMatchObject({ status: 200, token_type: 'Bearer', scope: 'notes:read offline_access' });
  expect(await redeem(code)).toMatchObject({ status: 400, error: 'invalid_grant' });
  expect(await renew(first.refresh_token ?? '')).toMatchObject({ status: 400, error: 'invalid_grant' });
});

test('a refresh token is good once, and whoever uses it twice ends everything', async () => {
  const { authorize, back, redeem, renew, call } = await client();
  const first = await redeem((await back(authorize())).code ?? '');
  const second = await renew(first.refresh_token ?? '');
  expect(second.status).toBe(200);
  expect((await call(second.access_token ?? '')).status).not.toBe(401);
  expect(await renew(first.refresh_token ?? '')).toMatchObject({ error: 'invalid_grant' });
  expect((await call(second.access_token ?? '')).status).toBe(401);
  expect(await renew(second.refresh_token ?? '')).toMatchObject({ error: 'invalid_grant' });
});

test.each<[string, Record<string, string>]>([
  ['another code_verifier', { code_verifier: 'w'.repeat(43) }],
  ['another redirect_uri', { redirect_uri: 'http://127.0.0.1:2/callback' }],
  ['another client', { client_id: 'client-nobody' }],
])('a code is not redeemed with %s', async (_, more) => {
  const { authorize, back, redeem } = await client();
  const answer = await redeem((await back(authorize())).code ?? '', more);
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer).not.toHaveProperty('access_token');
});

test.each<[string, Record<string, string>, string]>([
  ['without PKCE', { code_challenge: '', code_challenge_method: '' }, 'invalid_request'],
  ['with a scope that there is not', { scope: 'everything' }, 'invalid_scope'],
  ['for another resource', { resource: 'https://another.example/mcp' }, 'invalid_target'],
])('a request %s is refused, by the client', async (_, more, error) => {
  const { authorize, back } = await client();
  expect(await back(authorize(more))).toMatchObject({ error, state: 's1' });
});

test.each<[string, Record<string, string>]>([
  ['an unknown client', { client_id: 'nobody' }],
  ['a redirect that was not registered', { redirect_uri: 'https://evil.example/' }],
])('%s is not sent anywhere', async (_, more) => {
  const { authorize } = await client();
  const response = await authorize(more);
  expect(response.status).toBe(400);
  expect(response.headers.get('location')).toBeNull();
});

describe('the page that asks', () => {
  const asking = { approve: false };

  test('shows who asks, escaped, and takes one answer', async () => {
    const { authorize, post, back } = await client(asking);
    const response = await authorize();
    const html = await response.text();
    expect(html).toContain('&#60;b&#62;Bob&#60;/b&#62; &#38; &#34;friends&#34;');
    expect(html).not.toMatch(/<script|https?:\/\/(?!127)/);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(response.headers.get('cache-control')).toBe('no-store');
    const [, ticket = ''] = /name="ticket" value="([^"]+)"/.exec(html) ?? [];
    expect(await back(post('/authorize', { ticket, decision: 'allow' }))).toHaveProperty('code');
    expect((await post('/authorize', { ticket, decision: 'allow' })).status).toBe(400);
  });

  test('takes no answer that it did not ask for', async () => {
    const { post } = await client(asking);
    expect((await post('/authorize', { ticket: 'ticket-1', decision: 'allow' })).status).toBe(400);
  });

  test('says no for whoever does not say yes', async () => {
    const { authorize, post, back } = await client(asking);
    const [, ticket = ''] = /name="ticket" value="([^"]+)"/.exec(await (await authorize()).text()) ?? [];
    expect(await back(post('/authorize', { ticket, decision: 'deny' }))).toMatchObject({
      error: 'access_denied',
    });
  });
});

test('only the other half may ask what a token is', async () => {
  const { authorize, back, redeem, post } = await client();
  const { access_token = '' } = await redeem((await back(authorize())).code ?? '');
  for (const headers of [{}, { authorization: 'Bearer guess' }])
    expect((await post('/introspect', { token: access_token }, headers as never)).status).toBe(401);
});

test('a token ends when it is revoked, and only its own client can do that', async () => {
  const { authorize, back, redeem, post, call, client_id } = await client();
  const { access_token: token = '' } = await redeem((await back(authorize())).code ?? '');
  await post('/revoke', { token, client_id: 'client-nobody' });
  expect((await call(token)).status).not.toBe(401);
  await post('/revoke', { token, client_id });
  expect((await call(token)).status).toBe(401);
});

test('a page that has made its name mean this machine is refused (DNS rebinding)', async () => {
  const { origin } = await client();
  const { request } = await import('node:http');
  const status = await new Promise((resolve) => {
    request(
      `${origin}/.well-known/oauth-authorization-server`,
      { headers: { host: 'evil.example' } },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    ).end();
  });
  expect(status).toBe(403);
});

describe('its MCP server', () => {
  test('asks for a further scope where a tool needs one: one step-up', async () => {
    const { person, count } = await sandboxed();
    expect(toolNames(await person('tools list notes --json'))).toContain('add_note');
    const call = ['--server', 'notes', 'tools', 'call', 'add_note', 'title=Hello', 'text=World', '--json'];
    const added = await person(call);
    expect(added.stdout).toContain('notes://note-');
    expect(count('/authorize')).toBe(2);
    const found = await person([
      '--server',
      'notes',
      'tools',
      'call',
      'search_notes',
      'query=World',
      '--json',
    ]);
    expect(JSON.parse(found.stdout)).toMatchObject({ structuredContent: { notes: [{ title: 'Hello' }] } });
  });

  test.each(['modern', 'legacy'])('says who calls: %s', async (era) => {
    const { person } = await sandboxed([], { accessLifetime: 600_000 });
    const call = `--protocol ${era} --server notes tools call whoami`;
    const before = Date.now();
    const { exit, stdout } = await person(`${call} --json`);
    const { structuredContent: who } = JSON.parse(stdout);
    expect({ exit, who }).toEqual({
      exit: 0,
      who: {
        subject: 'somebody',
        clientId: expect.stringMatching(/^client-/),
        scopes: expect.arrayContaining(['notes:read']),
        expiresAt: expect.any(String),
      },
    });
    const left = Date.parse(who.expiresAt) - before;
    expect(left).toBeGreaterThan(590_000);
    expect(left).toBeLessThan(660_000);
    expect((await person(call)).stdout).toContain('somebody, by client-');
  });

  test('says which scopes a step-up brought, and no token', async () => {
    const { person } = await sandboxed();
    const add = ['--server', 'notes', 'tools', 'call', 'add_note', 'title=Hello', 'text=World'];
    expect((await person(add)).exit).toBe(0);
    const { stdout } = await person('--server notes tools call whoami --json');
    expect(JSON.parse(stdout).structuredContent.scopes).toContain('notes:write');
    expect(stdout).not.toMatch(/at-|rt-/);
  });

  test.each(['modern', 'legacy'])('works in both eras: %s', async (era) => {
    const { person } = await sandboxed();
    const words = [
      '--protocol',
      era,
      '--server',
      'notes',
      'tools',
      'call',
      'count_slowly',
      'to:=3',
      'pause:=1',
    ];
    const { exit, stdout } = await person(words);
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: 'Counted to 3\n' });
  });
});
