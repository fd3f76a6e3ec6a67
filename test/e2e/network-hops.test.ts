// The same commands through a real proxy with a password, a private authority and a client certificate, on every hop; and
// what is said where one of them is wrong.
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { makeAuthority } from '../support/certificates.ts';
import { type CliResult, runCli } from '../support/cli.ts';
import { odd, reportOf, step } from '../support/doctor.ts';
import { type Fence, fence, MODEL, VAULT } from '../support/fenced.ts';
import { configFile, newHome } from '../support/home.ts';
import { atTerminal, toolNames, unattended } from '../support/person.ts';
import { errorOf } from '../support/scene.ts';

let world: Fence;
beforeAll(async () => {
  world = await fence();
});
afterAll(() => world.close());

/** A certificate that is let in nowhere. */
function strangers(): { client_cert: string; client_key: string } {
  const other = makeAuthority('Somebody Else');
  onTestFinished(() => other.remove());
  const { file, keyFile } = other.issue(['DNS:stranger.example'], 'clientAuth');
  return { client_cert: file, client_key: keyFile };
}

type Settings = { env?: Record<string, string | undefined>; more?: object; flags?: string[]; home?: string };

/** A person's command, and a script's, in that network; `more` of the entries. */
function desk({
  env = {},
  more,
  flags = ['--ca-file', world.company.file],
  home = newHome(),
}: Settings = {}) {
  const mcpServers = {
    notes: world.entry(more),
    old: world.sseEntry(more),
    who: world.entry({
      ...more,
      expect_account: 'ada@example.org',
      oauth: { issuer: 'https://auth.example', resource: 'omit' },
    }),
  };
  const argv = ['--config-file', configFile({ mcpServers }), ...flags];
  const around = { home, env: { ...world.env, ...env } };
  return {
    home,
    person: (line: string, clock = 0): Promise<CliResult> =>
      runCli([...argv, ...line.split(' ')], atTerminal({ ...around, clock, browser: world.browser() })),
    script: (line: string, clock = 0): Promise<CliResult> =>
      runCli([...argv, ...line.split(' ')], unattended({ ...around, clock })),
  };
}

/** The hosts that the proxy was asked for since the last time. */
function asked(): string[] {
  return [...new Set(world.proxy.asked.splice(0))];
}

describe('with all of it, ', () => {
  test('a sign-in, a call, a renewal and a logout go through the proxy, each hop of them', async () => {
    const { person, script } = desk();
    asked();
    expect(await person('auth login notes')).toMatchObject({ exit: 0 });
    expect(asked()).toEqual([
      'mcp.example:443',
      'auth.example:443',
      'registration.example:443',
      'token.example:443',
    ]);
    expect(toolNames(await script('tools list notes --json'))).toContain('echo');
    expect(asked()).toEqual(['mcp.example:443']);
    expect(toolNames(await script('tools list notes --json', 3_500_000))).toContain('echo');
    expect(asked()).toContain('token.example:443');
    expect(await script('auth logout notes')).toMatchObject({ exit: 0, stderr: '' });
    expect(asked()).toEqual(['revocation.example:443']);
  });

  test('so does HTTP+SSE', async () => {
    const { person } = desk();
    asked();
    expect(toolNames(await person('tools list old --json'))).toContain('echo');
    expect(asked()).toContain('sse.example:443');
  });

  test('whose sign-in it is', async () => {
    const { person } = desk();
    expect(await person('auth login who')).toMatchObject({ exit: 0 });
    expect(asked()).toContain('userinfo.example:443');
  });

  test('and Vault', async () => {
    const { person, script } = desk({ env: vault() });
    asked();
    expect(await person('auth login notes')).toMatchObject({ exit: 0 });
    expect(asked()).toContain('vault.example:443');
    expect(world.vault.fields('notes')).toBeDefined();
    expect(await script('auth status notes')).toMatchObject({ exit: 0 });
  });

  test('and a model', async () => {
    const { own, model } = world;
    const env = { MCP_CLI_CLIENT_CERT: own.file, MCP_CLI_CLIENT_KEY: own.keyFile };
    const ask = `cmd --single-turn --model m --api-base ${MODEL}/v1 -p hello`;
    asked();
    model.script.push({ text: 'Hello.' });
    expect(await desk({ env }).script(ask)).toMatchObject({ exit: 0, stdout: 'Hello.\n' });
    expect(asked()).toEqual(['model.example:443']);
    const refused = await desk().script(`${ask} --json`);
    expect(refused.exit).toBe(5);
    expect(errorOf(refused).message).toContain(`the model service at ${MODEL}`);
  });

  test('the certificate may be named by the environment, for what the configuration names', async () => {
    const { own } = world;
    const { person } = desk({
      more: { client_cert: undefined, client_key: undefined },
      env: { MCP_CLI_CLIENT_CERT: own.file, MCP_CLI_CLIENT_KEY: own.keyFile },
    });
    expect(await person('auth login notes')).toMatchObject({ exit: 0 });
  });

  test.each(['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE'])('%s does as well as --ca-file', async (name) => {
    const { person } = desk({ flags: [], env: { [name]: world.company.file } });
    expect(await person('auth login notes')).toMatchObject({ exit: 0 });
  });
});

test('the doctor shows the way of each hop, and nobody who we are to the proxy', async () => {
  const { person, script } = desk({ env: vault() });
  expect(await person('auth login notes')).toMatchObject({ exit: 0 });
  const result = await script('auth doctor notes --json');
  const report = reportOf(result);
  expect(odd(report).filter((each) => !each.startsWith('tls warning'))).toEqual([]);
  const { company, own, proxy } = world;
  const way =
    `through ${proxy.origin} (HTTPS_PROXY), trusting Node's own authorities and --ca-file ${company.file}, ` +
    `with the client certificate ${own.file}: `;
  const { seen } = step(report, 'network');
  expect(seen).toContain(
    `${way}the MCP server at https://mcp.example, the resource metadata at https://mcp.example`,
  );
  expect(seen).toContain("the authorization server's metadata at https://auth.example");
  expect(seen).toContain('Vault at https://vault.example');
  expect(step(report, 'tls').seen).toMatch(
    new RegExp(`^TLSv1.\\d, for the client certificate ${own.file}, .* known by --ca-file ${company.file}`),
  );
  expect(result.stdout).not.toContain('of-the-proxy');
});

function vault(): Record<string, string> {
  const { own, vault } = world;
  return {
    MCP_CLI_TOKEN_BACKEND: 'vault',
    VAULT_ADDR: VAULT,
    VAULT_TOKEN: vault.token,
    VAULT_CLIENT_CERT: own.file,
    VAULT_CLIENT_KEY: own.keyFile,
  };
}

const AS = "the authorization server's";
/** Host, what failures call it, and the command that asks it. `login`: a sign-in goes before. */
const HOPS: [host: string, name: string, line: string, login?: true][] = [
  ['mcp.example', 'the MCP server at https://mcp.example', 'auth login notes --json'],
  ['auth.example', `${AS} metadata at https://auth.example`, 'auth login notes --json'],
  [
    'registration.example',
    `${AS} registration endpoint at https://registration.example`,
    'auth login notes --json',
  ],
  ['token.example', `${AS} token endpoint at https://token.example`, 'auth login notes --json'],
  ['token.example', `${AS} token endpoint at https://token.example`, 'auth refresh notes --json', true],
  ['userinfo.example', `${AS} userinfo endpoint at https://userinfo.example`, 'auth login who --json'],
  [
    'revocation.example',
    `${AS} revocation endpoint at https://revocation.example`,
    'auth logout notes --json',
    true,
  ],
  ['sse.example', 'the MCP server at https://sse.example', 'tools list old --json'],
  ['vault.example', 'Vault at https://vault.example', 'auth status notes --json'],
];

describe.each(HOPS)('%s', (host, name, line, login) => {
  /** What is said to the command, in a network that is otherwise whole. */
  const told = async (settings: Settings) => {
    const env = host === 'vault.example' ? vault() : {};
    const home = newHome();
    if (login) expect((await desk({ env, home }).person(`auth login ${line.split(' ')[2]}`)).exit).toBe(0);
    if (!settings.more && !settings.env) world.proxy.refused.set(host, 403);
    try {
      return (await desk({ ...settings, env: { ...env, ...settings.env }, home }).person(line)).stderr;
    } finally {
      world.proxy.refused.clear();
    }
  };

  test('that the proxy leads nobody to', async () => {
    const refused = `the proxy ${world.proxy.origin} did not connect us to ${name}: it answered HTTP 403`;
    expect(await told({})).toContain(refused);
  });

  test('that is shown no certificate of ours', async () => {
    const urls = (world.entry().client_cert_urls as string[]).filter((url) => url !== `https://${host}`);
    const without: Record<string, Settings> = {
      'mcp.example': { more: { client_cert: undefined, client_key: undefined } },
      'sse.example': { more: { client_cert: undefined, client_key: undefined } },
      'auth.example': { more: { oauth: {} } },
      'vault.example': { env: { VAULT_CLIENT_CERT: '' } },
    };
    const said = await told(without[host] ?? { more: { client_cert_urls: urls } });
    expect(said).toContain(`${name}, through the proxy ${world.proxy.origin}, closed the connection`);
    if (!/userinfo|revocation/.test(host)) expect(said).toContain('client certificate');
  });
});

describe('what is wrong for every hop is told with the first', () => {
  test.each<[string, () => Settings, object]>([
    [
      'a proxy without the password',
      () => ({ env: { HTTPS_PROXY: world.proxy.origin } }),
      { code: 'proxy', message: expect.stringContaining('wants a user name and a password (HTTP 407)') },
    ],
    [
      'a proxy with a wrong one',
      () => ({ env: { HTTPS_PROXY: world.proxy.url.replace('ada:', 'bob:') } }),
      { code: 'proxy', message: expect.stringContaining('does not take our user name and password') },
    ],
    [
      'an authority that nobody knows',
      () => ({ flags: [] }),
      {
        code: 'tls',
        message: expect.stringMatching(
          /^the certificate of the MCP server at https:\/\/mcp\.example, through the proxy/,
        ),
        hint: expect.stringContaining('--ca-file'),
      },
    ],
    [
      'a key that is none',
      () => ({ more: { client_key: world.company.file } }),
      { code: 'client_certificate', message: expect.stringContaining('does not hold a PEM key') },
    ],
    [
      'a key of another certificate',
      () => ({ more: { client_key: world.company.issue(['DNS:x.example'], 'clientAuth').keyFile } }),
      { code: 'client_certificate', message: expect.stringContaining('does not belong to the certificate') },
    ],
    [
      'a certificate of another authority',
      () => ({ more: strangers() }),
      { code: 'reset', hint: expect.stringContaining('which certificates it takes') },
    ],
    [
      'a certificate that is not there',
      () => ({ more: { client_cert: '/nonexistent/cert.pem' } }),
      { code: 'client_certificate', message: expect.stringContaining('/nonexistent/cert.pem') },
    ],
  ])('%s', async (_, settings, error) => {
    expect(errorOf(await desk(settings()).person('auth login notes --json'))).toMatchObject(error);
  });
});
