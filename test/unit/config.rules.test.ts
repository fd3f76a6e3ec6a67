// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is what a configuration holds.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/errors.ts';
import { entryOf, http, oauth } from './config-entry.ts';

const BOTH = { authorization_url: 'https://as.test/a', token_url: 'https://as.test/t' };
const refused = (message: string) =>
  expect.objectContaining({
    exit: 3,
    code: 'invalid',
    server: 'n',
    hint: expect.any(String),
    message: expect.stringContaining(message),
  });

describe('an entry', () => {
  it.each([
    [{ command: 'x' }, 'mcpServers.n has both a URL and a command'],
    [{ url: null }, 'mcpServers.n has neither a URL nor a command'],
    [{ url: null, command: 'x', oauth: {} }, 'n.oauth stands on a server that is started as a command'],
    [{ url: null, command: 'x', oauth: { enabled: false } }, 'OAuth protects HTTP servers only'],
    [{ url: null, command: 'x', type: 'http' }, 'n.type names a remote transport'],
    [{ type: 'stdio' }, 'n.type says stdio'],
    [{ type: 'openapi' }, 'n.type is not a transport'],
    [{ url: 3 }, 'n.url must be a string'],
    [{ url: '' }, 'n.url is empty'],
    [{ url: null, command: 'x', args: 'y' }, 'n.args must be a list'],
    [{ url: null, command: 'x', args: [{}] }, 'n.args[0] must be a string'],
    [{ url: null, command: 'x', args: ['a\0b'] }, 'cannot be passed to a program'],
    [{ url: null, command: 'x', env: { 'A=B': 'c' } }, 'cannot be passed to a program'],
    [{ url: null, command: 'a\nb' }, 'n.command contains a control character'],
    [{ headers: [] }, 'n.headers must be an object'],
    [{ headers: { 'X Y': 'z' } }, 'n.headers["X Y"] is not a header name'],
    [{ headers: { '': 'z' } }, 'is not a header name'],
    [{ headers: { X: 'a\r\nEvil: b' } }, 'n.headers.X has a line break'],
    [{ headers: { X: 'a\u0100' } }, 'n.headers.X has a line break or another'],
    [{ headers: { Host: 'other' } }, 'n.headers.Host belongs to the connection'],
    [{ headers: { 'transfer-encoding': 'chunked' } }, 'belongs to the connection'],
    [{ headers: { Authorization: 'a', authorization: 'b' } }, 'is given twice'],
    [{ timeout: '30' }, 'n.timeout must be a whole number of milliseconds'],
    [{ timeout: 0 }, 'n.timeout must be more than 0'],
    [{ timeout: 2 ** 31 }, 'n.timeout is too long'],
    [{ tool_timeout: -1 }, 'n.tool_timeout must be more than 0'],
    [{ protocol: 'v1' }, 'n.protocol is not one of'],
    [{ disabled: 'yes' }, 'n.disabled must be true or false'],
    [{ account: 'a\u202eb' }, 'n.account is not a usable account name'],
    [{ bearer_token_env: '${TOKEN}' }, 'n.bearer_token_env must be the name of an environment variable'],
    [{ oauth: 'yes' }, 'n.oauth must be an object'],
    [{ oauth: [] }, 'n.oauth must be an object'],
  ])('%j is refused', (members, message) => {
    expect(() => http(members)).toThrow(refused(message));
  });

  it.each([['x'], [null], [3], [[]]])('%j is no entry', (value) => {
    expect(() => entryOf({ mcpServers: { n: value } })).toThrow(refused('mcpServers.n must be an object'));
  });

  it('never quotes an expanded value', () => {
    const env = { S: 'hunter2\nx' };
    const places: Record<string, unknown>[] = [
      { url: 'https://u:${S}@x.test' },
      { headers: { X: '${S}' } },
      { transport: '${S}' },
      { protocol: '${S}' },
      { oauth: { client_id: 'i', client_secret: '${S}' } },
      { oauth: { scopes: ['${S}"'] } },
      { oauth: { grant_type: '${S}' } },
      { oauth: { redirect_uri: '${S}' } },
    ];
    for (const members of places) {
      const error = thrown(() => http(members, { env }));
      expect(error).toBeInstanceOf(ConfigError);
      expect(`${error.message}\n${error.hint}`).not.toContain('hunter2');
    }
  });

  it('warns, with the nearest name, of unknown keys at every level', () => {
    const warnings: string[] = [];
    http(
      { ulr: 'x', oauth: { client_idd: 'x', dynamicRegistration: { isuer: 'x' }, idp: { zzzzzz: 1 } } },
      { warnings },
    );
    expect(warnings.map((text) => text.replace(/^.*?unknown key /, ''))).toEqual([
      'mcpServers.n.ulr is ignored; did you mean "url"?',
      'mcpServers.n.oauth.client_idd is ignored; did you mean "client_id"?',
      'mcpServers.n.oauth.idp.zzzzzz is ignored',
      'mcpServers.n.oauth.dynamicRegistration.isuer is ignored; did you mean "issuer"?',
    ]);
    expect(warnings[0]).toMatch(/^\/etc\/c\.json:5:14: /);
  });

  it('warns of what has no effect, and of milliseconds that were meant as seconds', () => {
    const warnings: string[] = [];
    http({ args: ['x'], env: {}, timeout: 30 }, { warnings });
    expect(warnings).toEqual([
      expect.stringContaining('mcpServers.n.args has no effect on an entry with a URL'),
      expect.stringContaining('mcpServers.n.timeout is in milliseconds; 30 is less than a second'),
    ]);
  });

  it('needs the variables of known keys only', () => {
    expect(() => http({ unknown: '${MISSING}' })).not.toThrow();
    expect(() => http({ headers: { X: '${MISSING}' } })).toThrow(
      expect.objectContaining({ code: 'missing_env', message: expect.stringContaining('n.headers.X needs') }),
    );
  });
});

describe('an oauth block', () => {
  it.each([
    [
      { authorization_url: 'https://as.test/a' },
      'n.oauth has an authorization endpoint but no token endpoint',
    ],
    [{ token_url: 'https://as.test/t' }, 'n.oauth has a token endpoint but no authorization endpoint'],
    [
      { tokenEndpoint: 'https://as.test/t', grantType: 'device_code' },
      'but no device authorization endpoint',
    ],
    [{ authorization_url: 'https://as.test/a', grant_type: 'client_credentials' }, 'but no token endpoint'],
    [{ client_secret: 's' }, 'has a client secret but no client id'],
    [{ use_pkce: false }, 'n.oauth.use_pkce is false'],
    [{ ...BOTH, client_id: 'i', use_pkce: false }, 'n.oauth.use_pkce is false'],
    [{ client_id: 'i', clientSecret: 's', usePkce: false }, 'n.oauth.usePkce is false'],
    [{ client_id: '' }, 'n.oauth.client_id is empty'],
    [{ client_id: 'i', client_secret: 'a\n' }, 'n.oauth.client_secret contains a control character'],
    [{ client_id: 'ü' }, 'n.oauth.client_id contains a character outside ASCII'],
    [{ scopes: ['a"b'] }, 'n.oauth.scopes has a character'],
    [{ scopes: ['a\\b'] }, 'n.oauth.scopes has a character'],
    [{ scopes: 'a\tb' }, 'n.oauth.scopes has a character'],
    [{ scopes: [1] }, 'n.oauth.scopes must be a list of strings'],
    [{ grant_type: 'password' }, 'n.oauth.grant_type is not a grant we know'],
    [{ grant_type: 'constructor' }, 'n.oauth.grant_type is not a grant we know'],
    [{ token_endpoint_auth_method: 'magic' }, 'n.oauth.token_endpoint_auth_method is not one of'],
    [{ issuer: 'https://as.test?x' }, 'n.oauth.issuer has a query'],
    [{ issuer: 'as.test' }, 'n.oauth.issuer must be an absolute http or https URL'],
    [{ discovery_url: 'http://as.test/m' }, 'n.oauth.discovery_url would send secrets over plain http'],
    [{ registration_url: '/register' }, 'n.oauth.registration_url must be an absolute'],
    [
      { client_metadata_url: 'https://c.test' },
      'n.oauth.client_metadata_url must be an https URL with a path',
    ],
    [{ client_metadata_url: 'http://localhost/c' }, 'must be an https URL with a path'],
    [{ redirect_uri: '/callback' }, 'n.oauth.redirect_uri must be an absolute URL'],
    [{ redirect_uri: 'http://localhost:8080/#x' }, 'has a fragment'],
    [{ redirect_uri: 'http://far.test/cb' }, 'over plain http'],
    [{ redirect_uri: 'http://localhost:0/cb' }, 'has port 0'],
    [{ redirect_uri: 'javascript:alert(1)' }, 'must be an absolute URL'],
    [{ callback_port: 70000 }, 'n.oauth.callback_port must be a port number'],
    [{ resource: 'mcp' }, 'n.oauth.resource must be an absolute URI'],
    [{ resource: 'https://x.test/#f' }, 'n.oauth.resource must be an absolute URI'],
    [{ extra_auth_params: [] }, 'n.oauth.extra_auth_params must be an object'],
    [{ extra_auth_params: { a: {} } }, 'n.oauth.extra_auth_params.a must be a string'],
    [{ dynamicRegistration: { issuer: 'x' } }, 'n.oauth.dynamicRegistration.issuer must be an absolute'],
    [{ dynamicRegistration: { metadata: 'x' } }, 'dynamicRegistration.metadata must be an object'],
    [
      { dynamicRegistration: { metadata: { redirect_uris: ['http://localhost:1/', 'http://far.test/'] } } },
      'dynamicRegistration.metadata.redirect_uris[1] would send',
    ],
    [{ dynamicRegistration: { metadata: { redirect_uris: 'x' } } }, 'redirect_uris must be a list of URLs'],
    [{ assertion: 'a', assertion_file: 'b' }, 'n.oauth.assertion_file says the same thing a second time'],
    [{ idp: { id_token: 'a', id_token_env: 'B' } }, 'n.oauth.idp.id_token_env says the same thing'],
    [{ idp: { token_endpoint: 'nope' } }, 'n.oauth.idp.token_endpoint must be an absolute'],
  ])('%j is refused', (members, message) => {
    expect(() => oauth(members)).toThrow(refused(message));
  });

  it.each([
    ...[
      'response_type',
      'client_id',
      'redirect_uri',
      'scope',
      'state',
      'code_challenge',
      'code_challenge_method',
    ],
    ...[
      'resource',
      'request',
      'request_uri',
      'nonce',
      'response_mode',
      'client_secret',
      'STATE',
      'Redirect_Uri',
    ],
  ])('extra_auth_params may not name %s', (name) => {
    expect(() => oauth({ extra_auth_params: { audience: 'x', [name]: 'y' } })).toThrow(
      refused(`n.oauth.extra_auth_params.${name} is a parameter of the protocol itself`),
    );
  });

  it.each([
    [{ ...BOTH, client_id: 'i', client_secret: 's', use_pkce: false }, { usePkce: false }],
    [
      { extra_auth_params: { prompt: 'consent', owner: 'user' } },
      { extraAuthParams: { prompt: 'consent', owner: 'user' } },
    ],
    [{ redirect_uri: 'https://localhost:8443/cb' }, { redirectUri: 'https://localhost:8443/cb' }],
    [{ redirect_uri: 'http://[::1]:8443/cb' }, { redirectUri: 'http://[::1]:8443/cb' }],
    [{ redirect_uri: 'https://far.test/cb' }, { redirectUri: 'https://far.test/cb' }],
    [{ redirect_uri: 'com.example.app:/cb' }, { redirectUri: 'com.example.app:/cb' }],
    [{ resource: 'omit' }, { resource: 'omit' }],
    [{ resource: 'api://abc' }, { resource: 'api://abc' }],
    [{ scopes: ['urn:x:y', 'a.b/c#d'] }, { scopes: ['urn:x:y', 'a.b/c#d'] }],
    [
      { grant_type: 'client_credentials', token_url: 'https://as.test/t' },
      { grantType: 'client_credentials' },
    ],
    [{ grant_type: 'device-code' }, { grantType: 'device_code' }],
    [{ grant_type: 'urn:ietf:params:oauth:grant-type:device_code' }, { grantType: 'device_code' }],
    [{ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer' }, { grantType: 'jwt_bearer' }],
    [{ grant_type: 'enterprise-managed' }, { grantType: 'enterprise_managed' }],
    [{ assertion_file: 'a.jwt' }, { credentials: { assertionFile: '/etc/a.jwt' } }],
    [{ private_key_file: '~/k.pem' }, { credentials: { privateKeyFile: '/home/me/k.pem' } }],
    [{ private_key: '-----BEGIN\nX' }, { credentials: { privateKey: '-----BEGIN\nX' } }],
    [
      { idp: { issuer: 'https://idp.test', id_token_env: 'T' } },
      { credentials: { idp: { idTokenEnv: 'T' } } },
    ],
  ])('%j is fine', (members, expected) => {
    expect(oauth(members)).toMatchObject(expected);
  });

  it('allow_http reaches the endpoints', () => {
    const members = { url: 'http://mcp.lan', allow_http: true, oauth: { issuer: 'http://as.lan' } };
    expect(http(members).oauth?.issuer).toBe('http://as.lan');
  });

  it('says file, line, path, what was expected and what to write', () => {
    const error = thrown(() => oauth({ client_id: 'x', token_url: 'example.com/token' }));
    expect(error.message).toBe(
      '/etc/c.json:7:22: mcpServers.n.oauth.token_url must be an absolute http or https URL',
    );
    expect(error.hint).toBe('write it like "https://example.com/path"');
  });
});

describe('any JSON', () => {
  const keys = fc.constantFrom(
    'url',
    'command',
    'args',
    'env',
    'headers',
    'transport',
    'timeout',
    'account',
    'oauth',
  );
  const oauthKeys = fc.constantFrom(
    'client_id',
    'scopes',
    'issuer',
    'redirectUri',
    'use_pkce',
    'idp',
    'resource',
  );
  const value = fc.oneof(
    fc.jsonValue(),
    fc.string(),
    fc.webUrl(),
    fc.constantFrom('${A}', '${B:-x}', '${TOKEN:a:b}'),
  );
  const inner = fc.dictionary(fc.oneof(oauthKeys, fc.string()), value);
  const entry = fc.oneof(fc.jsonValue(), fc.dictionary(fc.oneof(keys, fc.string()), fc.oneof(value, inner)));

  it('ends in an entry or a ConfigError', () => {
    fc.assert(
      fc.property(entry, (given) => {
        try {
          expect(entryOf({ mcpServers: { n: given } }, { env: { A: 'a' } }).name).toBe('n');
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

function thrown(work: () => unknown): ConfigError {
  try {
    work();
  } catch (error) {
    return error as ConfigError;
  }
  throw new Error('nothing was thrown');
}
