// Somebody who can write to the store, and wants what never lies in it: the configured secret of a client.
import { expect, test } from 'vitest';
import type { StoredRecord } from '../../src/store/record.ts';
import { authorizationServer } from '../support/authorization-server.ts';
import { serviceClient, staticClient } from '../support/clients.ts';
import { configFile } from '../support/home.ts';
import { answer, listen } from '../support/loopback.ts';
import { freePort } from '../support/port.ts';
import { errorOf, keep, type SceneOptions, scene } from '../support/scene.ts';
import { vaultServer } from '../support/vault-server.ts';

const LIST = '--server notes tools list --json';

/** Takes whatever it is given, with metadata of its own and an answer for everything. */
async function thief() {
  const server = await listen((_request, response, hit) => {
    if (hit.path.includes('.well-known'))
      return answer(response, 200, {
        issuer: server.url,
        authorization_endpoint: `${server.url}/authorize`,
        token_endpoint: `${server.url}/token`,
        introspection_endpoint: `${server.url}/introspect`,
        revocation_endpoint: `${server.url}/revoke`,
        code_challenge_methods_supported: ['S256'],
      });
    return answer(response, 200, {
      access_token: 'of-the-thief-1',
      token_type: 'Bearer',
      expires_in: 60,
      active: true,
      sub: 'x',
    });
  });
  return keep(server);
}

const redirect = async () => `http://localhost:${await freePort()}/callback`;

type Entry = { _mcp: { record: StoredRecord } } & Record<string, unknown>;

/** Two hours ago somebody signed in, into Vault, with a client that is configured. */
async function signedIn({ oauth = {}, ...more }: SceneOptions & { oauth?: object } = {}) {
  const client = staticClient('basic');
  const { client_id, client_secret } = client;
  const made = await scene({
    ...more,
    entry: { oauth: { client_id, client_secret, redirect_uri: await redirect(), ...oauth } },
    authorization: { clients: [client], behaviour: { refreshTokens: 'always' }, ...more.authorization },
  });
  return inVault(made);
}

async function inVault(made: Awaited<ReturnType<typeof scene>>) {
  const vault = keep(await vaultServer());
  const env = { VAULT_ADDR: vault.url, VAULT_TOKEN: vault.token };
  const { authorization, person } = made;
  expect(await person('auth login notes', { env, clock: -7_200_000 })).toMatchObject({ exit: 0 });
  authorization.forgetAccessTokens();
  const evil = await thief();
  const fields = () => vault.fields('notes') as Entry;
  const put = (data: Entry) =>
    vault.secrets.set('mcp-cli/oauth/notes', {
      versions: [{ data: structuredClone(data) }],
      current: 1,
      kept: 2,
    });
  const edit = (change: (record: StoredRecord, fields: Entry) => void) => {
    const entry = fields();
    change(entry._mcp.record, entry);
  };
  const asked = (path: string) => authorization.log.filter((hit) => hit.path === path).length;
  return { ...made, vault, env, evil, edit, fields, put, asked };
}

type Change = (record: StoredRecord, evil: string) => void;

const changes: [string, Change][] = [
  [
    'the token endpoint',
    (record, evil) => {
      record.tokenEndpoint = `${evil}/token`;
    },
  ],
  [
    'every place',
    (record, evil) => {
      record.issuer = evil;
      record.tokenEndpoint = `${evil}/token`;
      record.revocationEndpoint = `${evil}/revoke`;
    },
  ],
  [
    'every place, and takes our word for them away',
    (record, evil) => {
      record.issuer = evil;
      record.tokenEndpoint = `${evil}/token`;
      record.revocationEndpoint = `${evil}/revoke`;
      delete record.destination;
    },
  ],
  [
    'the revocation endpoint',
    (record, evil) => {
      record.revocationEndpoint = `${evil}/revoke`;
    },
  ],
];

const lines = [
  LIST,
  'auth refresh notes',
  'auth whoami notes',
  'auth doctor notes',
  'auth logout notes',
  'auth reset notes --yes',
];

test.each(changes)('who changes %s of a record is sent nothing', async (_, change) => {
  const { script, env, evil, edit, fields, put } = await signedIn();
  edit((record) => change(record, evil.url));
  const changed = structuredClone(fields());
  for (const line of lines) {
    put(changed);
    await script(line, { env });
    // Its own public documents may be asked for.
    expect({ line, sent: evil.log.filter(({ path }) => !path.includes('.well-known')) }).toEqual({
      line,
      sent: [],
    });
  }
});

test('a person signs in anew, is told why, and the secret goes to the true server again', async () => {
  const { script, person, env, evil, edit, authorization } = await signedIn();
  edit((record) => {
    record.tokenEndpoint = `${evil.url}/token`;
  });
  const alone = await script(LIST, { env });
  expect(errorOf(alone)).toMatchObject({ code: 'login_required' });
  expect(alone.stderr).toContain(`it is renewed at ${evil.url}/token`);
  const again = await person(LIST, { env });
  expect(again).toMatchObject({ exit: 0 });
  expect(again.stderr).toContain(`the client secret of notes goes to ${authorization.issuer}`);
  expect(await script('auth refresh notes', { env })).toMatchObject({ exit: 0, stderr: '' });
  expect(evil.log).toEqual([]);
});

test('a record of before this was signed is renewed after the server was asked once, and told once', async () => {
  const { script, env, edit, fields, authorization, server } = await signedIn();
  edit((record) => {
    delete record.destination;
  });
  const told = `notes: the client secret of notes goes to ${authorization.issuer}\n`;
  expect(await script('auth refresh notes', { env })).toMatchObject({ exit: 0, stderr: told });
  expect(fields()._mcp.record.destination).toMatch(/^[\w-]{43}$/);
  const asked = server.count(/well-known/);
  expect(await script('auth refresh notes', { env })).toMatchObject({ exit: 0, stderr: '' });
  expect(server.count(/well-known/)).toBe(asked);
});

test('a record of before this is revoked where the server says', async () => {
  const { script, env, edit, authorization, asked } = await signedIn();
  edit((record) => {
    delete record.destination;
  });
  const result = await script('auth logout notes --json', { env });
  expect(JSON.parse(result.stdout)).toMatchObject({ revoked: 'revoked' });
  expect(asked(authorization.paths.revocation)).toBe(2);
});

test('an exchanged secret is confirmed once, and used', async () => {
  const { script, env, server, home, authorization } = await signedIn();
  const { client_id } = staticClient('basic');
  const config = configFile({
    mcpServers: {
      notes: { url: server.mcpUrl, oauth: { client_id, client_secret: 'a new one, not known' } },
    },
  });
  const result = await script(['--config-file', config, 'auth', 'refresh', 'notes', '--json'], { env, home });
  // The provider knows the old one only: that it was asked is what counts.
  expect(errorOf(result)).toMatchObject({ code: 'invalid_client' });
  expect(result.stderr).toContain(`goes to ${authorization.issuer}`);
});

test('a refresh token that was put beside the token of a service takes its secret nowhere', async () => {
  const { pem: _, ...client } = serviceClient('post');
  const { client_id, client_secret } = client;
  const oauth = { grant_type: 'client_credentials', scopes: ['mcp:read'], client_id, client_secret };
  const { script, env, evil, edit } = await signedIn({ oauth, authorization: { clients: [client] } });
  edit((record, fields) => {
    fields.refresh_token = 'put there by the thief';
    record.tokenEndpoint = `${evil.url}/token`;
  });
  expect(await script(LIST, { env })).toMatchObject({ exit: 0 });
  expect(evil.log).toEqual([]);
});

test('an assertion that a key signs goes nowhere else either: it would be good at the true server', async () => {
  const { pem = '', ...client } = serviceClient('key');
  const oauth = {
    grant_type: 'client_credentials',
    scopes: ['mcp:read'],
    client_id: client.client_id,
    client_secret: undefined,
    private_key_file: configFile(pem, 'client.pem'),
  };
  const { script, env, evil, edit } = await signedIn({ oauth, authorization: { clients: [client] } });
  edit((record, fields) => {
    fields.refresh_token = 'put there by the thief';
    record.tokenEndpoint = `${evil.url}/token`;
  });
  expect(await script(LIST, { env })).toMatchObject({ exit: 0 });
  expect(evil.log).toEqual([]);
});

test('with configured endpoints the revocation endpoint is the configured one, or none', async () => {
  const client = staticClient('basic');
  const authorization = keep(
    await authorizationServer({ clients: [client], behaviour: { refreshTokens: 'always' } }),
  );
  const { paths, issuer } = authorization;
  const oauth = {
    client_id: client.client_id,
    client_secret: client.client_secret,
    redirect_uri: await redirect(),
    scopes: ['mcp:read'],
    authorization_url: `${issuer}${paths.authorization}`,
    token_url: `${issuer}${paths.token}`,
  };
  const made = await scene({ entry: { oauth }, server: { authorizationServers: [authorization] } });
  const { script, env, evil, edit } = await inVault({ ...made, authorization });
  for (const line of ['auth refresh notes', 'auth logout notes']) {
    edit((record) => {
      record.revocationEndpoint = `${evil.url}/revoke`;
    });
    expect(await script(line, { env })).toMatchObject({ exit: 0 });
  }
  expect(evil.log).toEqual([]);
});
