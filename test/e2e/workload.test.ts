// Signing in with what a platform says of its workload: a JWT from a variable, a file, GitHub Actions or Azure.
import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Signer, signer } from '../support/assertions.ts';
import { serviceClient } from '../support/clients.ts';
import { configFile } from '../support/home.ts';
import { answer, listen } from '../support/loopback.ts';
import { errorOf, keep, type Scene, scene } from '../support/scene.ts';

const LIST = '--server notes tools list --json';
const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

async function workload(oauth: object = {}): Promise<Scene & { platform: Signer; assertion(): string }> {
  const platform = signer();
  const client = serviceClient('basic', GRANT);
  const { client_id, client_secret } = client;
  const made = await scene({
    entry: { oauth: { grant_type: 'jwt_bearer', scopes: ['mcp:read'], client_id, client_secret, ...oauth } },
    authorization: { clients: [client], trusts: platform },
  });
  const assertion = () => platform.issue({ sub: 'repo:me/it', aud: made.authorization.issuer });
  return { ...made, platform, assertion };
}

const sent = ({ authorization }: Scene) =>
  authorization.log.filter(({ path }) => path === authorization.paths.token).map(({ params }) => params);

describe('the assertion comes from', () => {
  test('a variable that the configuration names', async () => {
    const made = await workload({ assertion_env: 'CI_JWT' });
    const assertion = made.assertion();
    expect(await made.script(LIST, { env: { CI_JWT: assertion } })).toMatchObject({ exit: 0 });
    expect(sent(made)).toEqual([
      expect.objectContaining({
        grant_type: GRANT,
        assertion,
        resource: made.server.mcpUrl,
        scope: 'mcp:read',
      }),
    ]);
  });

  test('a file, read anew each time', async () => {
    const file = configFile('', 'projected.jwt');
    const made = await workload({ assertion_file: file });
    const first = made.assertion();
    writeFileSync(file, `${first}\n`);
    expect(await made.script(LIST)).toMatchObject({ exit: 0 });
    const second = made.assertion();
    writeFileSync(file, second);
    expect((await made.script('auth refresh notes')).exit).toBe(0);
    expect(sent(made).map(({ assertion }) => assertion)).toEqual([first, second]);
  });

  test('GitHub Actions, made for this authorization server alone', async () => {
    const made = await workload();
    const github = keep(
      await listen((_, response, hit) => {
        const ours = hit.headers.authorization === 'Bearer of-the-job' && hit.params.audience;
        const value = ours && made.platform.issue({ sub: 'repo:me/it', aud: hit.params.audience });
        answer(response, value ? 200 : 403, JSON.stringify({ value }), 'application/json');
      }),
    );
    const env = {
      ACTIONS_ID_TOKEN_REQUEST_URL: `${github.url}/token?api-version=2`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'of-the-job',
    };
    expect(await made.script(LIST, { env })).toMatchObject({ exit: 0 });
    expect(github.log[0]?.params).toEqual({ 'api-version': '2', audience: made.authorization.issuer });
    const refused = await made.script('auth login notes --force --json', {
      env: { ...env, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'of-another' },
    });
    expect(errorOf(refused)).toMatchObject({
      code: 'credential_missing',
      hint: expect.stringContaining('id-token'),
    });
  });

  test('GitLab, under the name that the job gives it', async () => {
    const made = await workload();
    const assertion = made.assertion();
    expect(
      await made.script(LIST, { env: { GITLAB_CI: 'true', MCP_CLI_ID_TOKEN: assertion } }),
    ).toMatchObject({
      exit: 0,
    });
    expect(sent(made).map((params) => params.assertion)).toEqual([assertion]);
  });

  test('Kubernetes, from the file that the pod has', async () => {
    const made = await workload();
    const file = configFile(made.assertion(), 'projected.jwt');
    const env = { KUBERNETES_SERVICE_HOST: '10.0.0.1', MCP_CLI_ID_TOKEN_FILE: file };
    expect(await made.script(LIST, { env })).toMatchObject({ exit: 0 });
    writeFileSync(file, 'nothing of a token');
    const result = await made.script('auth login notes --force --json', { env });
    expect(result.exit).toBe(3);
    expect(errorOf(result)).toMatchObject({
      code: 'credential_missing',
      hint: 'check MCP_CLI_ID_TOKEN_FILE',
    });
  });

  test('the configuration before any variable of a platform', async () => {
    const made = await workload({ assertion_env: 'CI_JWT' });
    const assertion = made.assertion();
    const env = {
      CI_JWT: assertion,
      MCP_CLI_ID_TOKEN: made.assertion(),
      ACTIONS_ID_TOKEN_REQUEST_URL: 'https://of-a.job.example',
    };
    expect(await made.script(LIST, { env })).toMatchObject({ exit: 0 });
    expect(sent(made).map((params) => params.assertion)).toEqual([assertion]);
  });

  test('the federated token file of Azure', async () => {
    const made = await workload();
    const file = configFile(made.assertion(), 'azure.jwt');
    expect(await made.script(LIST, { env: { AZURE_FEDERATED_TOKEN_FILE: file } })).toMatchObject({ exit: 0 });
  });
});

describe('an assertion that is', () => {
  test.each<[string, object, Record<string, string>, string]>([
    ['nowhere', {}, {}, 'assertion_env'],
    ['in a variable that is not set', { assertion_env: 'CI_JWT' }, {}, 'CI_JWT'],
    ['in a variable with something else', { assertion_env: 'CI_JWT' }, { CI_JWT: 'hello' }, 'CI_JWT'],
    ['in a file that is not there', { assertion_file: '/nowhere.jwt' }, {}, 'assertion_file'],
  ])('%s is exit 3 with what to set', async (_, oauth, env, word) => {
    const made = await workload(oauth);
    const result = await made.script(LIST, { env });
    expect(result.exit).toBe(3);
    expect(errorOf(result)).toMatchObject({
      code: 'credential_missing',
      hint: expect.stringContaining(word),
    });
    expect(sent(made)).toEqual([]);
  });

  test.each<[string, unknown]>([
    ['another server', 'https://elsewhere.example'],
    ['several others', ['https://elsewhere.example', 'api://exchange']],
    ['nobody', undefined],
    ['an object', { toString: 1 }],
  ])('for %s is not handed to whom the MCP server names: exit 3', async (_, aud) => {
    const made = await workload({ assertion_env: 'CI_JWT' });
    const env = { CI_JWT: made.platform.issue({ sub: 'repo:me/it', aud }) };
    const result = await made.script(`${LIST} --verbose`, { env });
    expect(result.exit).toBe(3);
    expect(errorOf(result)).toMatchObject({
      code: 'assertion_audience',
      hint: expect.stringContaining('oauth.issuer'),
    });
    expect(sent(made)).toEqual([]);
  });

  test('for another audience is refused by the issuer that was chosen: exit 4, and it is shown nowhere', async () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is what a configuration holds.
    const made = await workload({ assertion_env: 'CI_JWT', issuer: '${ISSUER}' });
    const env = {
      CI_JWT: made.platform.issue({ sub: 'repo:me/it', aud: 'https://elsewhere.example' }),
      ISSUER: made.authorization.issuer,
    };
    const result = await made.script(`${LIST} --verbose`, { env });
    expect(result.exit).toBe(4);
    expect(errorOf(result)).toMatchObject({
      code: 'invalid_grant',
      hint: expect.stringContaining('audience'),
    });
  });
});
