// Pages, broken JSON and trouble where metadata, a registration or tokens belong.
import { describe, expect, test } from 'vitest';
import { brokenJson, cut, empty, fault, html } from '../support/faults.ts';
import { answer, type Intercept } from '../support/loopback.ts';
import { scene } from '../support/scene.ts';
import { expectTold, type Told } from '../support/told.ts';

const PRM = '/.well-known/oauth-protected-resource/mcp';
const METADATA = /\.well-known\/(oauth-authorization-server|openid-configuration)/;

type Fault = { server?: Intercept; authorization?: Intercept };

describe('a sign-in', () => {
  test.each<[string, Fault, Told]>([
    [
      'resource metadata that is a page, and nothing else',
      { server: html(/well-known/, 200) },
      { exit: 4, code: 'registration_unavailable', hint: 'mcpServers.notes' },
    ],
    [
      'resource metadata of broken JSON',
      { server: brokenJson(PRM) },
      { exit: 7, code: 'metadata_invalid', says: PRM, hint: 'mcpServers.notes.oauth.authorization_url' },
    ],
    [
      'resource metadata in trouble',
      { server: empty(PRM, 502) },
      { exit: 5, code: 'server_error', says: PRM, hint: 'try again later' },
    ],
    [
      'metadata of the authorization server that is a page',
      { authorization: html(METADATA, 200) },
      {
        exit: 4,
        code: 'no_authorization_server',
        hint: 'mcpServers.notes.oauth.authorization_url',
      },
    ],
    [
      'metadata of broken JSON',
      { authorization: brokenJson(METADATA) },
      { exit: 7, code: 'metadata_invalid', hint: 'oauth.authorization_url' },
    ],
    [
      'metadata in trouble',
      { authorization: empty(METADATA, 500) },
      { exit: 5, code: 'server_error', hint: 'try again later' },
    ],
    [
      'an authorization server that hangs up',
      { authorization: cut(/./) },
      { exit: 5, code: 'reset', hint: 'try again' },
    ],
    [
      'a registration that is a page',
      { authorization: html('/reg', 200) },
      { exit: 7, code: 'registration_invalid', hint: 'mcpServers.notes.oauth.client_id' },
    ],
    [
      'a registration that is not there',
      { authorization: html('/reg', 404) },
      { exit: 4, code: 'registration_unavailable', hint: 'oauth.client_id' },
    ],
    [
      'a registration in trouble',
      { authorization: empty('/reg', 503) },
      { exit: 5, code: 'server_error', hint: 'try again later' },
    ],
    [
      'a token endpoint that is a page',
      { authorization: html('/token', 200) },
      { exit: 7, code: 'token_response_invalid', says: 'JSON', hint: 'mcpServers.notes.oauth.token_url' },
    ],
    [
      'a token endpoint that is not there',
      { authorization: html('/token', 404) },
      { exit: 4, code: 'token_refused', says: '404', hint: 'mcpServers.notes.oauth.token_url' },
    ],
    [
      'a token of broken JSON',
      { authorization: brokenJson('/token') },
      { exit: 7, code: 'token_response_invalid', says: 'JSON', hint: 'mcpServers.notes.oauth.token_url' },
    ],
    [
      'a token endpoint in trouble',
      { authorization: empty('/token', 503) },
      { exit: 5, code: 'server_error', says: '503', hint: 'try again later' },
    ],
  ])('%s', async (_, faults, told) => {
    const { server, authorization, person, script } = await scene();
    server.intercept = faults.server;
    authorization.intercept = faults.authorization;
    expectTold(await person('tools list --json'), { server: 'notes', ...told });
    expect((await script('auth list --json')).stdout).not.toContain('signed_in');
  });
});

describe('a stored sign-in outlives', () => {
  test.each<[string, Intercept, Told]>([
    ['trouble', empty('/token', 503), { exit: 5, code: 'server_error', hint: 'sign-in is kept' }],
    ['a page', html('/token', 200), { exit: 7, code: 'token_response_invalid', hint: 'oauth.token_url' }],
    [
      'broken JSON',
      brokenJson('/token'),
      { exit: 7, code: 'token_response_invalid', hint: 'oauth.token_url' },
    ],
    ['a cut connection', cut('/token'), { exit: 5, code: 'reset', hint: 'try again' }],
    [
      'a firewall’s own page',
      fault('/token', (response) => answer(response, 403, '<h1>Who are you?</h1>')),
      { exit: 4, code: 'login_required', hint: 'mcp-cli auth login notes' },
    ],
  ])('%s at the token endpoint', async (_, intercept, told) => {
    const { authorization, person, script } = await scene();
    expect((await person('auth login', { clock: -7_200_000 })).exit).toBe(0);
    authorization.intercept = intercept;
    expectTold(await script('tools list --json'), { server: 'notes', ...told });
    authorization.intercept = undefined;
    expect(await script('tools list --json')).toMatchObject({ exit: 0, stderr: '' });
  });
});
