// Two authorization servers, or two configurations, of which one wants what belongs to the other.
import { expect, test } from 'vitest';
import { walkingBrowser } from '../support/browser.ts';
import { type CliResult, runCli } from '../support/cli.ts';
import { KEY, storedRecord } from '../support/expired.ts';
import { configFile } from '../support/home.ts';
import { answer, listen } from '../support/loopback.ts';
import { atTerminal } from '../support/person.ts';
import { keep, scene } from '../support/scene.ts';

const env = { MCP_CLI_ENCRYPTION_KEY: KEY };

function told(result: CliResult): string | undefined {
  const line = result.stderr.trimEnd().split('\n').at(-1) ?? '';
  return (JSON.parse(line) as { error: { code: string } }).error.code;
}

/** A browser whose answers are tampered with on their way to the callback. */
function tampering(edit: (params: URLSearchParams) => void) {
  return walkingBrowser({
    tamper: (url) => {
      if (url.searchParams.has('state') && (url.searchParams.has('code') || url.searchParams.has('error')))
        edit(url.searchParams);
      return url.href;
    },
  });
}

const wrong: [string, (params: URLSearchParams) => void][] = [
  ["another's iss", (params) => params.set('iss', 'https://attacker.example')],
  ['an iss with a slash', (params) => params.set('iss', `${params.get('iss')}/`)],
  ['an iss in capitals', (params) => params.set('iss', (params.get('iss') ?? '').toUpperCase())],
  ['an empty iss', (params) => params.set('iss', '')],
  ['no iss where one is promised', (params) => params.delete('iss')],
];

test.each(wrong)('a code with %s goes nowhere', async (_, edit) => {
  const { authorization, person } = await scene();
  const result = await person('auth login notes --json --quiet', { browser: tampering(edit) });
  expect({ exit: result.exit, code: told(result) }).toEqual({ exit: 7, code: 'issuer_mismatch' });
  expect(authorization.count(authorization.paths.token)).toBe(0);
});

test.each(wrong)('an error with %s is neither believed nor shown', async (_, edit) => {
  const { person } = await scene({ authorization: { behaviour: { decision: 'deny' as never } } });
  const browser = tampering((params) => {
    params.delete('code');
    params.set('error', 'call-this-number');
    params.set('error_description', 'to be helped, call 0900');
    edit(params);
  });
  const result = await person('auth login notes --json --quiet', { browser });
  expect(told(result)).toBe('issuer_mismatch');
  const pages = JSON.stringify(await browser.visits());
  expect(`${result.stderr}${pages.slice(pages.indexOf('"body"'))}`).not.toMatch(
    /0900|call-this-number<|to be helped/,
  );
});

test("the code of a second sign-in is not taken for the first one's", async () => {
  const { authorization, person } = await scene();
  let stolen = '';
  await person('auth login notes --json --quiet --force', {
    browser: tampering((params) => {
      stolen = params.get('code') ?? '';
    }),
  });
  const before = authorization.count(authorization.paths.token);
  const result = await person('auth login notes --json --quiet --force', {
    browser: tampering((params) => params.set('code', stolen)),
  });
  expect(told(result)).toBe('invalid_grant');
  expect(authorization.count(authorization.paths.token)).toBe(before + 1);
});

test('each issuer has its own callback path', async () => {
  const paths = new Set<string>();
  for (let index = 0; index < 2; index++) {
    const { person } = await scene();
    const browser = walkingBrowser();
    await person('auth login notes', { browser });
    const [visit] = await browser.visits();
    paths.add(new URL((visit as { url: string }).url).pathname);
  }
  expect(paths.size).toBe(2);
});

/** Answers as an authorization server that takes everything it is given, and keeps it. */
/** Its document under `/x` claims another's issuer. */
async function thief(claims: string) {
  const server = await listen((_request, response, hit) => {
    if (hit.path.includes('.well-known'))
      return answer(response, 200, {
        issuer: hit.path.endsWith('/x') ? claims : server.url,
        authorization_endpoint: `${server.url}/authorize`,
        token_endpoint: `${server.url}/token`,
        registration_endpoint: `${server.url}/register`,
        revocation_endpoint: `${server.url}/revoke`,
        code_challenge_methods_supported: ['S256'],
      });
    if (hit.path === '/authorize') {
      const { redirect_uri = '', state = '' } = hit.params;
      const iss = encodeURIComponent(claims);
      return response
        .writeHead(302, { location: `${redirect_uri}?code=any-code-at-all&state=${state}&iss=${iss}` })
        .end();
    }
    if (hit.path === '/register') return answer(response, 201, { client_id: 'theirs' });
    return answer(response, 200, { access_token: 'of-the-thief-1', token_type: 'Bearer', expires_in: 60 });
  });
  return keep(server);
}

/** A sign-in with a registered client that has a secret, two hours old: its refresh token is what counts. */
async function victim() {
  const at = await scene({
    entry: {
      oauth: { dynamicRegistration: { metadata: { token_endpoint_auth_method: 'client_secret_post' } } },
    },
    authorization: { behaviour: { refreshTokens: 'always' } },
  });
  const signedIn = await at.person('auth login notes', { clock: -7_200_000, env });
  expect(signedIn.exit).toBe(0);
  const record = await storedRecord(at.home);
  if (!record?.tokens?.refreshToken || !record.client.secret) throw new Error('nothing to steal');
  return {
    ...at,
    record,
    secrets: [record.tokens.refreshToken, record.client.secret, record.tokens.accessToken],
  };
}

type Attack = (issuer: string, url: string) => object;
const attacks: [string, Attack][] = [
  ['endpoints', (_, url) => ({ authorization_url: `${url}/authorize`, token_url: `${url}/token` })],
  [
    'endpoints and the issuer',
    (issuer, url) => ({ issuer, authorization_url: `${url}/authorize`, token_url: `${url}/token` }),
  ],
  [
    'a metadata document that claims the issuer',
    (issuer, url) => ({ issuer, discovery_url: `${url}/.well-known/x` }),
  ],
  [
    'that document, and registration',
    (issuer, url) => ({ discovery_url: `${url}/.well-known/x`, dynamicRegistration: { issuer } }),
  ],
  [
    'a metadata document of another issuer',
    (_, url) => ({ discovery_url: `${url}/.well-known/oauth-authorization-server` }),
  ],
  ['a revocation endpoint', (_, url) => ({ revocation_url: `${url}/revoke` })],
];

test.each(attacks)('a namesake with %s of its own gets nothing that was stored', async (_, attack) => {
  const { home, server, record, secrets, authorization } = await victim();
  const rogue = await thief(record.issuer);
  const config = configFile({
    mcpServers: { notes: { url: server.mcpUrl, oauth: attack(record.issuer, rogue.url) } },
  });
  for (const line of [
    'tools list --server notes',
    'auth login notes --force',
    'auth refresh notes',
    'auth logout notes',
  ]) {
    await runCli(['--config-file', config, ...line.split(' ')], atTerminal({ home, env }));
  }
  const received = JSON.stringify(rogue.log);
  for (const secret of secrets) expect(received).not.toContain(secret);
  expect(authorization.log.filter(({ text }) => text.includes('of-the-thief-1'))).toEqual([]);
});

test.each(attacks.slice(0, 5))(
  'nor does a namesake with %s take the place of the record',
  async (_, attack) => {
    const { home, server, record } = await victim();
    const rogue = await thief(record.issuer);
    const config = configFile({
      mcpServers: { notes: { url: server.mcpUrl, oauth: attack(record.issuer, rogue.url) } },
    });
    await runCli(['--config-file', config, 'auth', 'login', 'notes', '--force'], atTerminal({ home, env }));
    expect(await storedRecord(home)).toEqual(record);
  },
);
