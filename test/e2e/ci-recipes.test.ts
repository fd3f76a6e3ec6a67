// docs/ci.md does what it says: the lines of each recipe are run as the page has them, with the variables that the platform
// would give, without a terminal.
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Signer, signer } from '../support/assertions.ts';
import { type AuthorizationServer, authorizationServer } from '../support/authorization-server.ts';
import { browserProgram } from '../support/browser.ts';
import { type StaticClient, serviceClient } from '../support/clients.ts';
import { answer, type Loopback, listen } from '../support/loopback.ts';
import type { McpServerHandle } from '../support/mcp-server.ts';
import { modernServer } from '../support/modern-server.ts';
import {
  block,
  blocks,
  configuration,
  count,
  cron,
  gitHub,
  gitHubUses,
  gitLab,
  kubernetes,
} from '../support/recipes.ts';
import { type Runner, runner, standIn, withSecrets } from '../support/runner.ts';
import { exemptFile, registerSecret, unsearchedFolder } from '../support/secrets.ts';
import { type VaultServer, vaultServer } from '../support/vault-server.ts';

const REPORTS: StaticClient = { ...serviceClient('basic'), client_id: 'nightly-report' };
const { client_secret: _, ...WORKLOAD } = {
  ...serviceClient('basic', 'urn:ietf:params:oauth:grant-type:jwt-bearer'),
  client_id: 'ci',
  token_endpoint_auth_method: 'none' as const,
};

let authorization: AuthorizationServer;
let server: McpServerHandle;
let vault: VaultServer;
let github: Loopback;
const platform: Signer = signer();

beforeAll(async () => {
  authorization = await authorizationServer({ clients: [REPORTS, WORKLOAD], trusts: platform });
  server = await modernServer({
    authorizationServers: [authorization],
    register: (made) =>
      made.registerTool('search', { inputSchema: z.object({ query: z.string().min(1) }) }, ({ query }) => ({
        content: [{ type: 'text', text: `found ${query}` }],
      })),
  });
  vault = await vaultServer();
  // What GitHub Actions asks for the identity of a job.
  github = await listen((_request, response, hit) => {
    const audience =
      hit.headers.authorization === 'Bearer token-of-the-job' ? hit.params.audience : undefined;
    answer(response, audience ? 200 : 403, audience ? { value: identity(audience) } : {});
  });
});
afterAll(async () => {
  for (const each of [authorization, server, vault, github]) await each.close();
});

function identity(audience: string): string {
  return platform.issue({ sub: 'repo:example/notes', aud: audience });
}

function machine(more: Record<string, string> = {}): Runner {
  const hosts = ['notes', 'reports', 'deploys'].map((name) => [
    `https://${name}.example.com/mcp`,
    server.mcpUrl,
  ]);
  const places = {
    ...Object.fromEntries(hosts),
    'https://auth.example.com': authorization.issuer,
    'https://vault.example.com:8200': vault.url,
    ...more,
  };
  return runner(places, configuration());
}

const SECRETS = { REPORTS_SECRET: REPORTS.client_secret ?? '' };
const GITHUB = { CI: 'true', GITHUB_ACTIONS: 'true', GITHUB_SHA: '53fd536', GITHUB_REF_NAME: 'main' };
const GITLAB = { CI: 'true', GITLAB_CI: 'true', CI_COMMIT_REF_NAME: 'main' };

/** An access token, as the server's own pages would show it. */
async function accessToken(): Promise<string> {
  const params = { grant_type: 'client_credentials', resource: server.mcpUrl, scope: 'mcp:read' };
  const pair = [REPORTS.client_id, REPORTS.client_secret ?? ''].map((text) =>
    encodeURIComponent(text).replaceAll('%20', '+'),
  );
  const response = await fetch(`${authorization.issuer}${authorization.paths.token}`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(pair.join(':'))}` },
    body: new URLSearchParams(params),
  });
  return registerSecret(((await response.json()) as { access_token: string }).access_token, 'access_token');
}

const found = (query: string) => expect.stringContaining(`found ${query}`);
const fileOf = ({ folder }: Runner, name: string) => readFileSync(join(folder, name), 'utf8');

describe.concurrent('without anything kept', () => {
  test('a token in a variable of GitHub Actions', async () => {
    const at = machine();
    const { script, env } = gitHub('A token in a variable');
    const secrets = { NOTES_TOKEN: await accessToken() };
    expect(script).toHaveLength(1);
    expect(await at.run(script.join('\n'), { ...GITHUB, ...withSecrets(env, secrets) })).toMatchObject({
      exit: 0,
      stderr: '',
    });
    expect(fileOf(at, 'tools.json')).toContain('"search"');
    expect(fileOf(at, 'found.json')).toEqual(found('53fd536'));
    // It is the token that did it.
    expect(await at.run(script.join('\n'), GITHUB)).toMatchObject({ exit: 4 });
  });

  test('client credentials in GitLab', async () => {
    const at = machine();
    const { script, env, tokens } = gitLab('Client credentials');
    expect([script.length, tokens]).toEqual([1, {}]);
    expect(await at.run(script.join('\n'), { ...GITLAB, ...env, ...SECRETS })).toMatchObject({
      exit: 0,
      stderr: '',
    });
    expect(fileOf(at, 'report.json')).toEqual(found('today'));
    expect(await at.run(script.join('\n'), { ...GITLAB, ...env })).toMatchObject({ exit: 3 });
  });

  test('the identity of a workflow of GitHub', async () => {
    const at = machine();
    const { script, env, tokens } = gitHub('The identity of the workload');
    expect(Object.keys(tokens)).toEqual(['ACTIONS_ID_TOKEN_REQUEST_TOKEN']);
    const given = {
      ACTIONS_ID_TOKEN_REQUEST_URL: `${github.url}/token?api-version=2`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: registerSecret('token-of-the-job', 'token of GitHub'),
    };
    const ran = await at.run(script.join('\n'), { ...GITHUB, ...env, ...given });
    expect(ran).toMatchObject({ exit: 0, stderr: '', stdout: found('main') });
  });

  test('of a job of GitLab', async () => {
    const at = machine();
    const { script, env, tokens } = gitLab('The identity of the workload', 1);
    const given = Object.entries(tokens).map(([name, audience]) => [name, identity(at.real(audience))]);
    const ran = await at.run(script.join('\n'), { ...GITLAB, ...env, ...Object.fromEntries(given) });
    expect(ran).toMatchObject({ exit: 0, stderr: '', stdout: found('main') });
  });

  test('of a pod of Kubernetes', async () => {
    const { script, env, tokens, files } = kubernetes('The identity of the workload', 2);
    const [[path = '', audience = ''] = []] = Object.entries(tokens);
    expect([files, env.MCP_CLI_ID_TOKEN_FILE]).toEqual([['/etc/mcp/mcp.json'], path]);
    const at = machine({ [path]: join(unsearchedFolder('pod'), 'projected') });
    writeFileSync(at.real(path), identity(at.real(audience)));
    const [line = ''] = script;
    const ran = await at.run(line.replace("'/etc/mcp/mcp.json'", 'mcp.json'), {
      KUBERNETES_SERVICE_HOST: '10.0.0.1',
      MCP_CLI_ID_TOKEN_FILE: at.real(path),
    });
    expect(ran).toMatchObject({ exit: 0, stderr: '', stdout: found('today') });
  });

  test('the image: what it runs is there, and docker run gives it what the page says', async () => {
    const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    const image = block('The image', 'dockerfile');
    // Not built: there is no Docker here.
    expect(image.match(/^RUN .*$/gm)).toEqual([
      'RUN npm ci && npm pack',
      'RUN npm install --global /tmp/mcp-cli.tgz && rm /tmp/mcp-cli.tgz',
    ]);
    expect(image).toContain(`/src/${manifest.name}-*.tgz`);
    expect(manifest.scripts.prepack).toBe('npm run build');
    expect(Object.keys(manifest.bin)).toEqual(JSON.parse(/^ENTRYPOINT (.*)$/m.exec(image)?.[1] ?? ''));
    expect(Number(/^FROM node:(\d+)/.exec(image)?.[1])).toBeGreaterThan(20);
    expect(block('The image', 'dockerfile', 1)).toBe('FROM mcp-cli\nCOPY mcp.json .\n');
    const at = machine();
    // `--env NAME` hands on one variable, and the image has no others of ours.
    const docker = `#!/bin/bash -eu
[ "$1 $2 $3 $5" = "run --rm --env mcp-jobs" ]
name=$4; shift 5
exec env -i HOME="$HOME" PATH="$PATH" "$name=\${!name}" mcp-cli "$@"
`;
    standIn(at, 'docker', docker);
    const ran = await at.run(block('The image', 'sh'), {
      ...SECRETS,
      MCP_CLI_TOKEN_REPORTS: 'not handed on',
    });
    expect(ran).toMatchObject({ exit: 0, stderr: '', stdout: found('today') });
  });
});

test('a sign-in in Vault: made once, used by GitLab and by cron', async () => {
  const desk = machine();
  const browser = browserProgram();
  const saved = join(desk.home, '.vault-token');
  writeFileSync(saved, vault.token);
  exemptFile(saved);
  const [signIn = '', file = ''] = blocks('A sign-in in Vault', 'sh');
  const signedIn = await desk.run(signIn, { BROWSER: browser.command });
  expect({ ...signedIn, stdout: '' }).toMatchObject({ exit: 0 });
  expect(vault.fields('notes')).toBeDefined();

  const at = machine();
  const { script, env, tokens } = gitLab('A sign-in in Vault');
  const jwt = registerSecret(platform.issue({ aud: vault.url }), 'the token for Vault');
  expect(Object.entries(tokens)).toEqual([['MCP_CLI_VAULT_JWT', 'https://vault.example.com:8200']]);
  vault.behaviour.logins.set('jwt', { role: 'ci', jwt });
  const given = { ...env, VAULT_ADDR: at.real(env.VAULT_ADDR ?? ''), MCP_CLI_VAULT_JWT: jwt };
  expect(await at.run(script.join('\n'), { ...GITLAB, ...given })).toMatchObject({ exit: 0, stderr: '' });
  expect(fileOf(at, 'digest.json')).toEqual(found('today'));

  const table = cron('A sign-in in Vault');
  expect(table.script).toHaveLength(1);
  expect(table.env.PATH).toMatch(/^\/usr\/local\/bin:/);
  const there = machine();
  vault.behaviour.logins.set('approle', { role_id: 'runner', secret_id: 'a-secret-id' });
  mkdirSync(join(there.home, '.config/mcp'), { recursive: true });
  writeFileSync(join(there.home, '.config/mcp/vault.env'), there.real(file), { mode: 0o600 });
  cpSync(join(there.folder, 'mcp.json'), join(there.home, 'mcp.json'));
  const before = vault.fields('notes')?.access_token;
  const PATH = (table.env.PATH ?? '').replace('/usr/local/bin', there.programs);
  // As cron does it: another shell, and hardly any variables.
  expect(await there.run(table.script.join('\n'), { PATH }, ['/bin/sh', '-c'])).toEqual({
    exit: 0,
    stdout: '',
    stderr: '',
  });
  expect(vault.fields('notes')?.access_token).not.toBe(before);
});

test('a sign-in in a cache: carried from job to job, and lost by who carries an old copy', async () => {
  const heading = 'A sign-in in a cache';
  const desk = machine();
  standIn(desk, 'gh', '#!/bin/sh\n[ "$1 $2" = "secret set" ] && cat > "$KEPT/$3"\n');
  const kept = desk.programs;
  const signedIn = await desk.run(block(heading, 'sh'), { BROWSER: browserProgram().command, KEPT: kept });
  expect({ ...signedIn, stdout: '' }).toMatchObject({ exit: 0 });
  expect(existsSync(join(desk.home, '.mcp_cli/tokens'))).toBe(false);

  const uses = gitHubUses(heading);
  const [restore, save] = ['restore', 'save'].map((name) =>
    uses.find((each) => each.uses.includes(`/${name}@`)),
  );
  expect(save?.step).toMatchObject({ if: 'always()', with: { path: '~/.mcp_cli/tokens' } });
  expect(restore?.step).toMatchObject({
    with: { path: '~/.mcp_cli/tokens', 'restore-keys': 'mcp-sign-in-' },
  });
  const { script, env } = gitHub(heading);
  const secretOf = (name: string) => readFileSync(join(kept, name), 'utf8');
  const secrets = { MCP_CLI_KEY: secretOf('MCP_CLI_KEY'), MCP_CLI_SEED: secretOf('MCP_CLI_SEED') };
  /** Each job has a machine of its own. `cache` is the home that its cache was saved from. */
  const job = async (cache?: Runner) => {
    const at = machine();
    const tokens = '.mcp_cli/tokens';
    if (cache) cpSync(join(cache.home, tokens), join(at.home, tokens), { recursive: true, mode: 0 });
    // The server has forgotten the access token: the job renews it.
    authorization.forgetAccessTokens();
    return { at, ran: await at.run(script.join('\n'), { ...GITHUB, ...withSecrets(env, secrets) }) };
  };
  const first = await job();
  expect(first.ran).toMatchObject({ exit: 0 });
  expect(fileOf(first.at, 'digest.json')).toEqual(found('today'));
  const second = await job(first.at);
  expect(second.ran).toMatchObject({ exit: 0 });
  // From the seed again, as if nothing had been saved: the pitfall of the page.
  expect((await job()).ran).toMatchObject({ exit: 4 });
  expect((await job(second.at)).ran).toMatchObject({ exit: 4 });
});

test('every block of the page has its test', () => {
  expect(['yaml', 'sh', 'cron', 'dockerfile', 'json'].map(count)).toEqual([7, 4, 1, 2, 1]);
});
