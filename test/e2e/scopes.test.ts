// Which scopes a sign-in asks for, by whom it was told.
import { describe, expect, test } from 'vitest';
import { refuseAtAuthorization } from '../support/faults.ts';
import { errorOf, type Scene, type SceneOptions, scene } from '../support/scene.ts';

const LIST = 'tools list --json';
const quiet = (document: Record<string, unknown>) => ({ ...document, scopes_supported: ['openid'] });

function asked({ authorization }: Scene): (string | undefined)[] {
  return authorization.log
    .filter(({ path }) => path === authorization.paths.authorization)
    .map(({ params }) => params.scope);
}

describe('the first that names any wins', () => {
  const all = { challengeScope: 'from:challenge', scopesSupported: ['from:resource', 'and:more'] };
  const scopes = ['mine:one', 'mine:two', 'from:challenge', 'from:resource', 'and:more'];
  const cases: [string, SceneOptions, string | undefined][] = [
    [
      'the configuration',
      { entry: { oauth: { scopes: ['mine:one', 'mine:two'] } }, server: { protection: all } },
      'mine:one mine:two',
    ],
    ['the challenge', { server: { protection: all } }, 'from:challenge'],
    [
      'the challenge, with an oauth block',
      { entry: { oauth: {} }, server: { protection: all } },
      'from:challenge',
    ],
    [
      'the challenge, where the configuration is empty',
      { entry: { oauth: { scopes: [] } }, server: { protection: all } },
      'from:challenge',
    ],
    [
      'the resource metadata',
      { server: { protection: { ...all, challengeScope: undefined } } },
      'from:resource and:more',
    ],
    ['nobody', { server: { protection: { scopesSupported: undefined } } }, undefined],
  ];
  test.each(cases)('%s', async (_, options, expected) => {
    const made = await scene({
      ...options,
      authorization: { scopes, behaviour: { metadata: quiet, defaultScope: 'mine:one' } },
    });
    expect(await made.person(LIST)).toMatchObject({ exit: 0 });
    expect(asked(made)).toEqual([expected]);
  });

  test('auth login asks for the same as a command that was refused', async () => {
    const made = await scene({
      authorization: { scopes, behaviour: { metadata: quiet } },
      server: { protection: all },
    });
    expect(await made.person('auth login')).toMatchObject({ exit: 0 });
    expect(asked(made)).toEqual(['from:challenge']);
  });
});

describe('offline_access', () => {
  test('is added where the authorization server lists it, with the consent that it needs', async () => {
    const made = await scene();
    expect(await made.person(LIST)).toMatchObject({ exit: 0 });
    expect(asked(made)).toEqual(['mcp:read offline_access']);
    const sent = made.authorization.log.find(({ path }) => path === made.authorization.paths.authorization);
    expect(sent?.params.prompt).toBe('consent');
  });

  test('is not asked for alone: the scopes that the server gives by default would be lost', async () => {
    const made = await scene({
      authorization: { behaviour: { defaultScope: 'mcp:read' } },
      server: { protection: { scopesSupported: undefined } },
    });
    expect(await made.person(LIST)).toMatchObject({ exit: 0 });
    expect(asked(made)).toEqual([undefined]);
  });

  test('that is refused is left out once', async () => {
    const made = await scene();
    const { authorization } = made;
    const refusing = refuseAtAuthorization(
      authorization.paths.authorization,
      'invalid_scope',
      authorization.issuer,
    );
    authorization.intercept = (hit, response) =>
      hit.params.scope?.includes('offline_access') ? refusing(hit, response) : false;
    expect(await made.person(LIST)).toMatchObject({ exit: 0 });
    expect(asked(made)).toEqual(['mcp:read offline_access', 'mcp:read']);
    expect(authorization.count(/well-known/)).toBe(1);
  });
});

test('a scope that the server refuses is named with the key to check', async () => {
  const { authorization, person } = await scene({
    entry: { oauth: { scopes: ['no:such', 'offline_access'] } },
  });
  authorization.intercept = refuseAtAuthorization(
    authorization.paths.authorization,
    'invalid_scope',
    authorization.issuer,
  );
  const result = await person(LIST);
  expect(result.exit).toBe(4);
  expect(errorOf(result)).toMatchObject({
    code: 'invalid_scope',
    hint: 'check mcpServers.notes.oauth.scopes',
  });
  expect(authorization.count(authorization.paths.token)).toBe(0);
});
