// Which form of an authorization server's metadata is read, and which document is believed.
import { describe, expect, test } from 'vitest';
import type { DocumentForm } from '../support/authorization-server.ts';
import { brokenJson, empty, fault, html } from '../support/faults.ts';
import { answer, type Intercept, redirect } from '../support/loopback.ts';
import { modernServer } from '../support/modern-server.ts';
import { errorOf, keep, scene } from '../support/scene.ts';
import { documents, trace } from '../support/trace.ts';

const LIST = 'tools list --json';
const OAUTH = '/.well-known/oauth-authorization-server';
const OIDC = '/.well-known/openid-configuration';

describe('the forms, in order', () => {
  const forms: [string, DocumentForm[], string[]][] = [
    ['', ['oauth', 'oidc-inserted'], [OAUTH]],
    ['', ['oidc-inserted'], [OAUTH, OIDC]],
    ['/tenant/1', ['oauth', 'oidc-inserted', 'oidc-appended'], [`${OAUTH}/tenant/1`]],
    ['/tenant/1', ['oidc-inserted', 'oidc-appended'], [`${OAUTH}/tenant/1`, `${OIDC}/tenant/1`]],
    ['/tenant/1', ['oidc-appended'], [`${OAUTH}/tenant/1`, `${OIDC}/tenant/1`, `/tenant/1${OIDC}`]],
  ];
  test.each(forms)('an issuer with the path "%s" that publishes %j', async (path, published, asked) => {
    const { authorization, person } = await scene({ authorization: { path, documents: published } });
    const seen = trace({ as: authorization });
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    expect(documents(seen)).toEqual(asked.map((each) => `as GET ${each}`));
  });

  test('the RFC 8414 path appended, as some servers have it, comes last', async () => {
    const { authorization, person } = await scene({
      authorization: { path: '/t', documents: ['oidc-appended'] },
    });
    const document = await (await fetch(`${authorization.issuer}${OIDC}`)).json();
    authorization.log.length = 0;
    authorization.intercept = async (hit, response) => {
      const last = hit.path === `/t${OAUTH}`;
      if (last) answer(response, 200, document);
      else if (hit.path.includes('well-known')) answer(response, 404);
      else return false;
      return true;
    };
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    expect(authorization.log.slice(0, 4).map(({ path }) => path)).toEqual([
      `${OAUTH}/t`,
      `${OIDC}/t`,
      `/t${OIDC}`,
      `/t${OAUTH}`,
    ]);
  });

  test('one that publishes none of them is named, with the way on', async () => {
    const { authorization, person } = await scene({ authorization: { documents: [] } });
    const result = await person(LIST);
    expect(result.exit).toBe(4);
    const error = errorOf(result);
    expect(error.code).toBe('no_authorization_server');
    expect(error.message).toContain(authorization.issuer);
    expect(error.hint).toContain('oauth.authorization_url');
  });
});

describe('what is at the first place', () => {
  const elsewhere = 'http://127.0.0.1:9/as';
  const next: [string, Intercept][] = [
    ['404', empty(OAUTH, 404)],
    ['403', empty(OAUTH, 403)],
    ['a 404 page', html(OAUTH, 404)],
    ['a page with status 200', html(OAUTH, 200)],
    ['an empty body with status 200', empty(OAUTH, 200)],
    ['a redirect to another origin', fault(OAUTH, (response) => redirect(response, elsewhere))],
  ];
  test.each(next)('%s: the next form', async (_, intercept) => {
    const { authorization, person } = await scene();
    authorization.intercept = intercept;
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    expect([authorization.count(OAUTH), authorization.count(OIDC)]).toEqual([1, 1]);
  });

  const stop: [string, Intercept, number, string][] = [
    ['500', empty(OAUTH, 500), 5, 'server_error'],
    ['503', empty(OAUTH, 503), 5, 'server_error'],
    ['a page with status 502', html(OAUTH, 502), 5, 'server_error'],
    ['429', empty(OAUTH, 429), 5, 'server_error'],
    ['unreadable JSON', brokenJson(OAUTH), 7, 'metadata_invalid'],
    ['a list', fault(OAUTH, (response) => answer(response, 200, [])), 7, 'metadata_invalid'],
    ['no issuer', fault(OAUTH, (response) => answer(response, 200, {})), 7, 'metadata_invalid'],
  ];
  test.each(stop)('%s: stop', async (_, intercept, exit, code) => {
    const { authorization, person } = await scene();
    authorization.intercept = intercept;
    const result = await person(LIST);
    expect(result.exit).toBe(exit);
    expect(errorOf(result).code).toBe(code);
    expect(authorization.log.map(({ path }) => path)).toEqual([OAUTH]);
  });
});

describe('the issuer', () => {
  /** The authorization server as the resource metadata spells it. */
  const spelled = async (spell: (issuer: string) => string, path = '') => {
    const made = await scene({ authorization: { path } });
    made.server.protection.metadata = (document) => ({
      ...document,
      authorization_servers: [spell(made.authorization.issuer)],
    });
    return made;
  };

  test('without a path may differ by one trailing slash, which --verbose tells', async () => {
    const { authorization, person } = await spelled((issuer) => `${issuer}/`);
    const told = `issuer ${authorization.issuer} differs from ${authorization.issuer}/ by a trailing slash`;
    const verbose = await person(`--verbose ${LIST}`);
    expect(verbose).toMatchObject({ exit: 0 });
    expect(verbose.stderr).toContain(told);
    const quiet = await person('auth login --force');
    expect(quiet).toMatchObject({ exit: 0 });
    expect(quiet.stderr).not.toContain('trailing slash');
  });

  test.each([
    ['with a path, by a trailing slash', '/t', (issuer: string) => `${issuer}/`],
    ['by two slashes', '', (issuer: string) => `${issuer}//`],
    ['by the name of the host', '', (issuer: string) => issuer.replace('127.0.0.1', 'localhost')],
    ['by a query', '', (issuer: string) => `${issuer}?a`],
  ])('may not differ %s', async (_, path, spell) => {
    const { authorization, person } = await spelled(spell, path);
    const result = await person(LIST);
    expect(result.exit).toBe(7);
    expect(errorOf(result).code).toBe('issuer_mismatch');
    expect(authorization.count(authorization.paths.registration)).toBe(0);
  });

  test('of the callback is forgiven nothing: the code goes nowhere', async () => {
    const { authorization, person } = await scene();
    authorization.behaviour.metadata = (document) => ({ ...document, issuer: `${document.issuer}/` });
    const result = await person(LIST);
    expect(result.exit).toBe(7);
    expect(errorOf(result).code).toBe('issuer_mismatch');
    expect(authorization.count(authorization.paths.authorization)).toBe(1);
    expect(authorization.count(authorization.paths.token)).toBe(0);
  });

  test('that is no URL is not fetched', async () => {
    const { person } = await spelled(() => 'as.example');
    expect(errorOf(await person(LIST)).code).toBe('metadata_invalid');
  });

  test('of another server is not believed, however its document came here', async () => {
    const { authorization, person } = await scene();
    const evil = keep(await modernServer());
    authorization.behaviour.metadata = () => ({
      issuer: evil.url,
      authorization_endpoint: `${evil.url}/a`,
      token_endpoint: `${evil.url}/t`,
      code_challenge_methods_supported: ['S256'],
    });
    expect(errorOf(await person(LIST)).code).toBe('issuer_mismatch');
    expect(evil.log).toEqual([]);
  });
});

describe('PKCE', () => {
  const without = (document: Record<string, unknown>) => {
    const { code_challenge_methods_supported: _, ...rest } = document;
    return rest;
  };
  test('that metadata does not promise is refused', async () => {
    const { authorization, person } = await scene({ authorization: { behaviour: { metadata: without } } });
    const result = await person(LIST);
    expect(result.exit).toBe(7);
    expect(errorOf(result)).toMatchObject({ code: 'pkce_not_supported' });
    expect(errorOf(result).hint).toContain('allow_missing_pkce_metadata');
    expect(authorization.log.map(({ path }) => path)).toEqual([OAUTH]);
  });

  test('that OpenID metadata does not promise is refused as well', async () => {
    const { authorization, person } = await scene({ authorization: { behaviour: { metadata: without } } });
    authorization.intercept = fault(OAUTH, (response) => response.writeHead(404).end());
    const result = await person(LIST);
    expect(result.exit).toBe(7);
    expect(errorOf(result)).toMatchObject({ code: 'pkce_not_supported' });
    expect(authorization.log.map(({ path }) => path)).toEqual([OAUTH, OIDC]);
  });

  test('is sent where the person vouches for it', async () => {
    const { authorization, person } = await scene({
      entry: { oauth: { allow_missing_pkce_metadata: true } },
      authorization: { behaviour: { metadata: without } },
    });
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    const sent = authorization.log.find(({ path }) => path === authorization.paths.authorization);
    expect(sent?.params).toMatchObject({ code_challenge_method: 'S256' });
  });

  test('without S256 is none, whatever the person says', async () => {
    const { person } = await scene({
      entry: { oauth: { allow_missing_pkce_metadata: true } },
      authorization: {
        behaviour: { metadata: (it) => ({ ...it, code_challenge_methods_supported: ['plain'] }) },
      },
    });
    expect(errorOf(await person(LIST)).code).toBe('pkce_not_supported');
  });
});

test('an endpoint that is not https, or is no web address, is refused before anything is sent there', async () => {
  for (const endpoint of ['http://as.example/token', 'javascript:alert(1)', 'file:///etc/passwd']) {
    const { authorization, person } = await scene();
    authorization.behaviour.metadata = (document) => ({ ...document, token_endpoint: endpoint });
    expect((await person(LIST)).exit).toBe(7);
    expect(authorization.log.map(({ path }) => path)).toEqual([OAUTH]);
  }
});
