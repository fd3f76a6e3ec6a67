// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is what a configuration holds.
// Configurations of strangers, as values and as texts.
import fc from 'fast-check';
import { describe, test } from 'vitest';
import { parse } from '../../src/config/read.ts';
import { namedBy } from '../../src/config/trust-set.ts';
import { ConfigError } from '../../src/errors.ts';
import { damaged, hold, pieced, SEED } from '../support/hostile.ts';
import { http } from './config-entry.ts';

const OAUTH = {
  client_id: 'c',
  client_secret: 's',
  authorization_url: 'https://as.example/authorize',
  token_url: 'https://as.example/token',
  scopes: ['read'],
  redirect_uri: 'http://localhost:8080/callback',
  extra_auth_params: { audience: 'x' },
};
const MORE = [
  'timeout',
  'protocol',
  'account',
  'type',
  'command',
  'bearer_token_env',
  'allow_http',
  '__proto__',
];
const MORE_OAUTH = [
  'issuer',
  'resource',
  'grant_type',
  'private_key',
  'assertion_env',
  'idp',
  'dynamicRegistration',
];

// Seconds of work each; minutes beside other tests.
describe(`seed ${SEED}`, { timeout: 300_000 }, () => {
  test('an entry is one that may be used, or is refused', () => {
    const good = { url: 'https://mcp.example/mcp', headers: { 'X-Key': 'a' }, oauth: OAUTH };
    hold(damaged(good, [...MORE, ...MORE_OAUTH.map((name) => `oauth.${name}`)]), (input) => {
      const entry = http(input);
      if (entry.kind !== 'http') return;
      if (!entry.allowHttp && !/^https:|^http:\/\/(127\.|localhost|\[::1\])/i.test(entry.url))
        throw new Error(entry.url);
      for (const each of Object.values(entry.headers)) if (/[\r\n\0]/.test(each)) throw new Error(each);
      const { authorizationEndpoint, tokenEndpoint } = entry.oauth ?? {};
      for (const each of [authorizationEndpoint, tokenEndpoint])
        if (each !== undefined && /[\s#@]/.test(each)) throw new Error(each);
    });
  });

  test('a file is read in one way, or refused, and all that it names can be shown', () => {
    const words = [
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '"a"',
      '"url"',
      '"https://a.example/"',
      '"${A}"',
      '1',
      'null',
    ];
    const text = fc.oneof(
      pieced(...words, '//', '/*', '*/', '\n', '"__proto__"', '\ufeff'),
      damaged({ mcpServers: { n: { url: 'https://a.example/', command: 'x', args: ['a'] } } }).map((each) =>
        JSON.stringify(each),
      ),
    );
    hold(text, (input) => {
      for (const { shown } of namedBy(parse('c.json', input).root))
        if (/[\p{Cc}\u202e]/u.test(shown)) throw new Error(shown);
    });
  });

  test('nesting ends in an error, however deep', () => {
    hold(fc.tuple(fc.constantFrom('[', '{"a":', '[{"a":['), fc.nat(3_000)), ([open, times]) => {
      try {
        parse('c.json', open.repeat(times));
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
      }
    });
  });
});
