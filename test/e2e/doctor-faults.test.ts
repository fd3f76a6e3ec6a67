// What the doctor says about the faults of the sandbox: before a sign-in, and after one.
import { describe, expect, test } from 'vitest';
import { FAULTS } from '../../src/sandbox/faults.ts';
import { odd, reportOf, step } from '../support/doctor.ts';
import { sandboxed } from '../support/sandbox.ts';

const DOCTOR = 'auth doctor notes --json';

test('nothing is wrong with a server that behaves, and nothing is left behind', async () => {
  const { script, count } = await sandboxed();
  const report = reportOf(await script(DOCTOR));
  expect(odd(report)).toEqual([]);
  expect(report.steps.map((each) => each.step)).toEqual([
    'configuration',
    'proxy',
    'dns',
    'tcp',
    'tls',
    'challenge',
    'resource_metadata',
    'server_metadata',
    'pkce',
    'registration',
    'redirect',
    'store',
    'clock',
    'token',
    'mcp',
    'network',
  ]);
  expect(step(report, 'token')).toMatchObject({
    status: 'skipped',
    fix: expect.stringContaining('auth login notes'),
  });
  expect([count('/register'), count('/authorize'), count('/token')]).toEqual([0, 0, 0]);
  expect(JSON.parse((await script('token list --json')).stdout)).toEqual({ tokens: [] });
  expect(JSON.parse((await script('auth list --json')).stdout)).toEqual({ servers: {} });
});

describe('before a sign-in', () => {
  test.each<[string, string[], RegExp?]>([
    // Nothing that can be seen without signing in, or nothing that is wrong for us.
    ['secret-despite-none', []],
    ['state-unencoded', []],
    ['exact-redirect', []],
    ['slow-last-hop', []],
    ['refresh-not-rotated', []],
    ['resource-refused', []],
    ['registration-closed', [], /which was not tried/],
    ['odd-endpoints', []],
    ['denies', []],
    ['wrong-iss', []],
    ['token-redirect', []],
    ['no-scope-in-challenge', [], /no scope/],
    ['resource-origin', []],
    ['legacy-only', []],
    ['modern-only', []],
    // What is found, passed over and told.
    ['metadata-html', [], /oauth-authorization-server \(HTTP 200\), \S+openid-configuration \(HTTP 200\)/],
    ['metadata-empty', [], /oauth-authorization-server \(HTTP 200\), \S+openid-configuration \(HTTP 200\)/],
    ['never-401', [], /HTTP 400 without a token: it asks nobody/],
    ['issuer-slash', ['server_metadata warning'], /RFC 8414 section 3\.3/],
    ['metadata-404-html', ['resource_metadata warning'], /there is none; tried \S+\/mcp \(HTTP 404\), /],
    ['no-challenge', ['challenge warning'], /HTTP 401 without WWW-Authenticate/],
    [
      'root-metadata-only',
      ['challenge warning'],
      /protected-resource\/mcp \(HTTP 404\), \S+protected-resource \(HTTP 200\)/,
    ],
    ['many-servers', ['resource_metadata warning'], /10001 authorization servers/],
    ['endless-scope', ['challenge warning'], /2000 scopes/],
    // What a sign-in would fail on.
    ['no-registration', ['registration failed registration_unavailable'], /oauth\.client_metadata_url/],
    ['metadata-503', ['server_metadata failed server_error'], /HTTP 503/],
    ['metadata-broken-json', ['server_metadata failed metadata_invalid'], /RFC 8414 section 3\.2/],
    ['deep-json', ['server_metadata failed metadata_invalid'], /it has no issuer/],
    ['no-pkce-metadata', ['pkce failed pkce_not_supported'], /allow_missing_pkce_metadata/],
    ['html-answers', ['challenge failed not_mcp'], /check mcpServers\.notes\.url/],
    ['foreign-issuer', ['server_metadata failed issuer_mismatch'], /RFC 8414 section 3\.3/],
    [
      'script-authorize-url',
      ['server_metadata failed insecure_url'],
      /authorization_endpoint is not an https URL/,
    ],
    ['http-endpoint', ['server_metadata failed insecure_url'], /token_endpoint is not an https URL/],
    ['foreign-resource', ['resource_metadata failed resource_mismatch'], /RFC 9728 section 3\.3/],
    [
      'foreign-challenge',
      ['challenge warning', 'resource_metadata failed insecure_url'],
      /metadata has to be at an https URL/,
    ],
  ])('%s: %j', async (fault, expected, says = /./) => {
    expect(FAULTS.map(({ name }) => name)).toContain(fault);
    const { script, count } = await sandboxed([fault]);
    const result = await script(DOCTOR);
    expect(odd(reportOf(result))).toEqual(expected);
    expect(result.stdout).toMatch(says);
    expect([count('/register'), count('/authorize'), count('/token')]).toEqual([0, 0, 0]);
  });

  test('what does not rest on a failure is looked at all the same', async () => {
    const { script } = await sandboxed(['foreign-issuer']);
    const report = reportOf(await script(DOCTOR));
    const came = Object.fromEntries(report.steps.map((each) => [each.step, each.status]));
    expect(came).toMatchObject({
      server_metadata: 'failed',
      pkce: 'skipped',
      registration: 'skipped',
      redirect: 'passed',
      store: 'passed',
      clock: 'passed',
    });
  });
});

describe('after a sign-in', () => {
  test.each<[string, string[], RegExp?]>([
    ['issuer-slash', ['server_metadata warning'], /notes takes the stored token/],
    ['bare-registration', [], /the client that was registered before/],
    ['forgets-sessions', [], /revision 2025-11-25/],
    ['session-401', [], /notes takes the stored token/],
    ['modern-only', [], /revision 2026-07-28/],
    ['escape-sequences', [], /offers [a-z, ]*tools/],
    ['never-401', ['token warning'], /as it does without/],
    ['500-on-discover', ['mcp failed server_error'], /--protocol legacy/],
    ['refuses-fresh-token', ['token failed token_rejected'], /renewed because it was refused/],
    ['redirects-away', ['token failed not_mcp'], /sends whoever has a token to another place/],
    ['html-answers', ['challenge failed not_mcp', 'token warning'], /answers with a page/],
  ])('%s: %j', async (fault, expected, says = /./) => {
    const { script, person, count } = await sandboxed([fault]);
    expect((await person('auth login notes')).exit).toBe(0);
    const before = [count('/register'), count('/authorize'), count('/stolen')];
    const result = await script(DOCTOR);
    expect(odd(reportOf(result))).toEqual(expected);
    expect(result.stdout).toMatch(says);
    expect(result.stdout).not.toContain('\u001b');
    expect([count('/register'), count('/authorize'), count('/stolen')]).toEqual(before);
  });
});
