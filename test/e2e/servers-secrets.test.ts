// `servers list` and `servers get` show what is configured, and never what is secret in it.
import { expect, test } from 'vitest';
import { configFile } from '../support/home.ts';
import { desk } from '../support/scene.ts';

const secret = (part: string) => `sssecret-${part}`;

/** Every place of an entry that may hold a secret, in a file of each spelling. */
const snake = {
  url: 'https://x.example/mcp',
  headers: { Authorization: `Bearer ${secret('bearer')}`, 'X-Team': secret('header') },
  oauth: {
    authorization_url: `https://as.example/authorize?tenant=${secret('tenant')}`,
    token_url: `https://as.example/token?key=${secret('token-url')}`,
    client_id: 'public-id',
    client_secret: secret('client'),
    extra_auth_params: { login_hint: secret('login') },
    private_key: secret('pem'),
    assertion: secret('assertion'),
    idp: {
      issuer: 'https://idp.example',
      client_id: 'public-idp',
      client_secret: secret('idp'),
      id_token: secret('id-token'),
    },
    dynamic_registration: {
      initial_access_token: secret('registration'),
      metadata: { software_statement: secret('statement'), client_name: 'us' },
    },
  },
};
const camel = {
  url: `https://x.example/mcp?api_key=${secret('query')}`,
  httpHeaders: { 'X-Api-Key': secret('header') },
  oauth: {
    clientId: 'public-id',
    clientSecret: secret('client'),
    authorizationParams: { acr: secret('acr') },
    privateKey: secret('pem'),
    dynamicRegistration: { initialAccessToken: secret('registration') },
  },
};
const local = {
  command: 'npx',
  args: [
    '-y',
    'mcp-remote',
    `https://x.example/sse?apikey=${secret('query')}`,
    '--header',
    `X-Team: ${secret('header')}`,
    '-H',
    `X-Other: ${secret('short')}`,
    '--api-key',
    secret('word'),
    `--token=${secret('inline')}`,
    '-e',
    `GITHUB_PERSONAL_ACCESS_TOKEN=${secret('docker')}`,
    `Bearer ${secret('bearer')}`,
    `{"client_secret": "${secret('json')}"}`,
    '--port',
    '80',
  ],
  env: { LOG_LEVEL: secret('env') },
};

test.each([
  ['snake_case under mcpServers', { mcpServers: { notion: snake, files: local } }],
  ['camelCase under servers', { servers: { notion: camel, files: local } }],
  ['no wrapper', { notion: snake, files: local }],
])('%s: no secret, in any format', async (_, content) => {
  const { script } = desk(configFile(content));
  for (const format of ['text', 'json', 'ndjson'])
    for (const command of ['servers list', 'servers get notion', 'servers get files']) {
      const result = await script(`${command} --format ${format}`);
      expect(result).toMatchObject({ exit: 0, stderr: '' });
      expect(result.stdout).not.toContain('sssecret');
    }
});

test('what is public is shown, and that something is there', async () => {
  const { script } = desk(configFile({ mcpServers: { notion: snake, files: local } }));
  const notion = JSON.parse((await script('servers get notion --json')).stdout);
  expect(notion).toMatchObject({
    url: 'https://x.example/mcp',
    headers: { Authorization: '***', 'X-Team': '***' },
    oauth: {
      authorizationEndpoint: 'https://as.example/authorize?tenant=***',
      tokenEndpoint: 'https://as.example/token?key=***',
      clientId: 'public-id',
      clientSecret: '***',
      extraAuthParams: { login_hint: '***' },
      credentials: {
        privateKey: '***',
        assertion: '***',
        idp: {
          issuer: 'https://idp.example',
          clientId: 'public-idp',
          clientSecret: '***',
          idToken: '***',
        },
      },
      dynamicRegistration: {
        initialAccessToken: '***',
        metadata: ['software_statement', 'client_name'],
      },
    },
  });
  expect(JSON.parse((await script('servers get files --json')).stdout)).toMatchObject({
    args: [
      '-y',
      'mcp-remote',
      'https://x.example/sse?apikey=***',
      '--header',
      '***',
      '-H',
      '***',
      '--api-key',
      '***',
      '--token=***',
      '-e',
      'GITHUB_PERSONAL_ACCESS_TOKEN=***',
      'Bearer ***',
      '{"client_secret": "***"}',
      '--port',
      '80',
    ],
    env: { LOG_LEVEL: '***' },
  });
});

test('in text nothing is listed that is not configured', async () => {
  const { script } = desk(configFile({ mcpServers: { notion: snake } }));
  expect((await script('servers get notion')).stdout).not.toContain('undefined');
});
