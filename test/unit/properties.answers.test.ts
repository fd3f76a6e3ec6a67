// What servers answer, damaged at random: every parser ends in what it promises or in an error of ours.
import fc from 'fast-check';
import { describe, test } from 'vitest';
import { judgeCallback } from '../../src/auth/authorize.ts';
import { parseChallenge } from '../../src/auth/challenge.ts';
import { judgeResourceMetadata, judgeServerMetadata } from '../../src/auth/metadata.ts';
import { judgeRegistration } from '../../src/auth/register.ts';
import { judgeTokenAnswer } from '../../src/auth/token-response.ts';
import { type StoredRecord, serializeRecord } from '../../src/store/record.ts';
import { coversResource, issuerEquals, parseEndpoint } from '../../src/url.ts';
import { httpEntry } from '../support/entry.ts';
import { damaged, hold, hostileText, pieced, SEED } from '../support/hostile.ts';

const AS = 'https://as.example';
const URL_OF = 'https://mcp.example/mcp';
const SERVER = { issuer: AS, token_endpoint: `${AS}/token`, authorization_endpoint: `${AS}/authorize` };
const PLAN = { server: { ...SERVER, authorization_response_iss_parameter_supported: true } } as never;
const RECORD: StoredRecord = {
  version: 1,
  server: 'notion',
  url: URL_OF,
  issuer: AS,
  tokenEndpoint: `${AS}/token`,
  client: { id: 'c', source: 'configured', authMethod: 'none' },
};

// Seconds of work each; minutes beside other tests.
describe(`seed ${SEED}`, { timeout: 300_000 }, () => {
  test('a challenge is read or is none', () => {
    const header = pieced(
      'Bearer',
      'DPoP',
      'Basic',
      ' ',
      ',',
      '=',
      '"',
      '\\"',
      'scope',
      'resource_metadata',
      'abc==',
      '\t',
    );
    hold(header, (input) => {
      const { bound: _, ...words } = parseChallenge(input) ?? {};
      for (const part of Object.values(words))
        if (part !== undefined && typeof part !== 'string') throw new Error('no text');
    });
  });

  test('a challenge that is written as RFC 9110 has it is read as it was meant', () => {
    const safe = fc.string({ unit: 'grapheme-ascii', maxLength: 12 });
    const quoted = (each: string) => `"${each.replace(/["\\]/g, '\\$&')}"`;
    hold(fc.tuple(safe, safe, fc.boolean()), ([scope, error, first]) => {
      const before = first ? 'Basic realm="a, Bearer scope=\\"no\\"", ' : 'Negotiate abc==, ';
      const header = `${before}Bearer scope=${quoted(scope)}, error=${quoted(error)}`;
      const read = parseChallenge(header);
      if (read?.scope !== scope || read.error !== error) throw new Error(JSON.stringify(read));
    });
  });

  test('the metadata of a resource speaks for this server, or is refused', () => {
    const good = { resource: URL_OF, authorization_servers: [AS], scopes_supported: ['read'] };
    const entry = httpEntry();
    hold(damaged(good), (input) => {
      const judged = judgeResourceMetadata(input, entry, `${AS}/x`);
      if (!coversResource(judged.resource, entry.url)) throw new Error(judged.resource);
      if ([...judged.authorizationServers, ...judged.scopes].some((each) => typeof each !== 'string'))
        throw new Error('no text');
    });
  });

  test('the metadata of an authorization server has its issuer and endpoints that may be called', () => {
    const endpoints = ['registration', 'revocation', 'device_authorization', 'introspection', 'userinfo'];
    const more = Object.fromEntries(endpoints.map((name) => [`${name}_endpoint`, `${AS}/${name}`]));
    const good = { ...SERVER, ...more, code_challenge_methods_supported: ['S256'] };
    hold(damaged(good), (input) => {
      const entry = httpEntry();
      const { metadata } = judgeServerMetadata(input, { issuer: AS, url: `${AS}/x`, entry });
      if (issuerEquals(metadata.issuer, AS) === 'different') throw new Error(metadata.issuer);
      for (const [name, each] of Object.entries(metadata))
        if (name.endsWith('_endpoint')) parseEndpoint(each, name);
      // What is believed can be kept.
      serializeRecord({ ...RECORD, issuer: metadata.issuer, tokenEndpoint: metadata.token_endpoint });
    });
  });

  test('an answer of a token endpoint is tokens that can be kept, or none', () => {
    const good = {
      access_token: 'a',
      token_type: 'Bearer',
      expires_in: 60,
      refresh_token: 'r',
      scope: 'a b',
    };
    const body = damaged(good, ['error', 'error_description', '__proto__']).map((each) =>
      JSON.stringify(each),
    );
    const form = pieced('access_token', '=', '&', 'a', 'error', '%', '+', '%00');
    const answer = fc.record({
      status: fc.constantFrom(200, 200, 200, 201, 302, 400, 401, 429, 500, 503),
      contentType: fc.constantFrom(
        null,
        'application/json',
        'application/x-www-form-urlencoded',
        'text/html',
      ),
      text: fc.oneof({ weight: 4, arbitrary: body }, { weight: 1, arbitrary: form }),
    });
    hold(answer, (input) => {
      const judged = judgeTokenAnswer(input, 1_700_000_000_000);
      if (judged.kind === 'tokens') serializeRecord({ ...RECORD, tokens: judged.tokens });
      else if (judged.kind === 'refused' && typeof judged.error !== 'string') throw new Error('no text');
    });
  });

  test('an answer to a registration is a client that can be kept', () => {
    const good = {
      client_id: 'c',
      client_secret: 's',
      client_secret_expires_at: 1,
      token_endpoint_auth_method: 'none',
    };
    hold(damaged(good, ['__proto__']), (input) => {
      const client = judgeRegistration(JSON.stringify(input), SERVER, 'http://127.0.0.1:1/', 'x');
      serializeRecord({ ...RECORD, client });
    });
  });

  test('a callback has a code of the right issuer, or is refused', () => {
    const names = [
      'code',
      'error',
      'error_description',
      'error_uri',
      'iss',
      'state',
      'response',
      'id_token',
      'scope',
    ];
    const pairs = fc.array(fc.tuple(fc.constantFrom(...names), hostileText), { maxLength: 5 });
    const start = fc.constantFrom('iss=https%3A%2F%2Fas.example&code=x', 'iss=https%3A%2F%2Fas.example', '');
    hold(fc.tuple(start, pairs), ([before, after]) => {
      const params = new URLSearchParams(before);
      for (const [name, each] of after) params.append(name, each);
      const given = judgeCallback(PLAN, params, { clientId: 'c', server: 'n', path: 'p', login: 'l' });
      if (given.get('iss') !== AS || given.get('error')) throw new Error(given.toString());
    });
  });
});
