// Enterprise-managed authorization: the company's identity provider vouches, nobody is asked (ID-JAG).
import { describe, expect, test } from 'vitest';
import { readAssertion, type Signer, signer } from '../support/assertions.ts';
import { type AuthorizationServer, authorizationServer } from '../support/authorization-server.ts';
import { serviceClient } from '../support/clients.ts';
import { errorOf, keep, type Scene, scene } from '../support/scene.ts';

const LIST = '--server notes tools list --json';
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

type Call = { method?: string } | undefined;
type Company = Scene & { idp: AuthorizationServer; company: Signer; identity(): Record<string, string> };

async function company(idpMore: object = {}): Promise<Company> {
  const signs = signer();
  const atIdp = { ...serviceClient('basic', EXCHANGE), client_id: 'mcp at work' };
  const atServer = serviceClient('post', BEARER);
  const idp = keep(await authorizationServer({ clients: [atIdp], vouches: signs }));
  const oauth = {
    grant_type: 'enterprise_managed',
    scopes: ['mcp:read'],
    client_id: atServer.client_id,
    client_secret: atServer.client_secret,
    idp: {
      issuer: idp.issuer,
      client_id: atIdp.client_id,
      client_secret: atIdp.client_secret,
      id_token_env: 'WORK_ID',
      ...idpMore,
    },
  };
  const made = await scene({ entry: { oauth }, authorization: { clients: [atServer], trusts: signs } });
  const identity = () => ({ WORK_ID: signs.issue({ sub: 'ada', aud: atIdp.client_id }) });
  return { ...made, idp, company: signs, identity };
}

const requests = (server: AuthorizationServer) =>
  server.log.filter(({ path }) => path === server.paths.token).map(({ params }) => params);

test('an identity token becomes an access token in two requests, without a browser', async () => {
  const { authorization, company: signs, idp, identity, script, server } = await company();
  expect(await script(LIST, { env: identity() })).toMatchObject({ exit: 0 });
  expect(requests(idp)).toEqual([
    expect.objectContaining({
      grant_type: EXCHANGE,
      requested_token_type: 'urn:ietf:params:oauth:token-type:id-jag',
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      audience: authorization.issuer,
      resource: server.mcpUrl,
      scope: 'mcp:read',
    }),
  ]);
  const [{ assertion, grant_type } = {}] = requests(authorization);
  expect(grant_type).toBe(BEARER);
  expect(readAssertion(assertion ?? '', signs, authorization.issuer)).toMatchObject({ sub: 'ada' });
  expect(authorization.count(authorization.paths.authorization)).toBe(0);
  // The first request asks for nothing but the challenge.
  const calls = server.log.filter(({ path, json }) => path === '/mcp' && (json as Call)?.method !== 'ping');
  expect(calls.length).toBeGreaterThan(0);
  for (const { json } of calls)
    expect(JSON.stringify(json)).toContain('"io.modelcontextprotocol/enterprise-managed-authorization":{}');
  // And the next command needs neither.
  expect(await script(LIST)).toMatchObject({ exit: 0 });
  expect([requests(idp).length, requests(authorization).length]).toEqual([1, 1]);
});

describe('a company that does not vouch', () => {
  test('is exit 4, with its word', async () => {
    const { idp, company: signs, script, authorization } = await company();
    const env = { WORK_ID: signs.issue({ sub: 'ada', aud: 'another client' }) };
    const result = await script(LIST, { env });
    expect(result.exit).toBe(4);
    expect(errorOf(result)).toMatchObject({
      code: 'idp_refused',
      message: expect.stringContaining('invalid_grant'),
    });
    expect([requests(idp).length, requests(authorization).length]).toEqual([1, 0]);
  });

  test.each<[string, object, string]>([
    ['issuer', { issuer: undefined }, 'idp.issuer'],
    ['identity token', { id_token_env: undefined }, 'idp.id_token_env'],
  ])('because its %s is not known is exit 3', async (_, idp, word) => {
    const { identity, script } = await company(idp);
    const result = await script(LIST, { env: identity() });
    expect(result.exit).toBe(3);
    expect(errorOf(result)).toMatchObject({ code: 'idp_needed', hint: expect.stringContaining(word) });
  });
});
