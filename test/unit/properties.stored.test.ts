// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is what a configuration holds.
// What files and stores hold, damaged at random.
import fc from 'fast-check';
import { describe, test } from 'vitest';
import { expand, type Piece, pieces, tokens, variables } from '../../src/config/expand.ts';
import { parseRecord, serializeRecord } from '../../src/store/record.ts';
import { recordKey } from '../../src/store/record-key.ts';
import {
  isTokenKey,
  isTokenName,
  parseToken,
  serializeToken,
  splitTokenKey,
  tokenKey,
} from '../../src/store/token.ts';
import { damaged, hold, hostileText, pieced, SEED } from '../support/hostile.ts';
import { tableOf } from '../support/vectors.ts';

const PLACE = {
  source: { label: 'c.json', folder: '/', at: () => ({ line: 1, column: 1 }) },
  path: ['mcpServers', 'n'],
  server: 'n',
};

// Seconds of work each; minutes beside other tests.
describe(`seed ${SEED}`, { timeout: 300_000 }, () => {
  test('a record is what it was written as, or damaged', () => {
    const good = tableOf<{ server: string }>('record').good;
    hold(damaged(good, ['account', 'grant', 'metadataUrl', '__proto__']), (input) => {
      const { server, account } = input as { server: unknown; account?: unknown };
      const own =
        typeof server === 'string' && server !== '' && (account === undefined || typeof account === 'string');
      const key = own ? recordKey(server, account as string | undefined) : 'notion';
      const record = parseRecord(JSON.stringify(input), key);
      const again = serializeRecord(record);
      if (again !== JSON.stringify(record)) throw new Error(again);
    });
  });

  test('no record is taken for that of another server', () => {
    const name = fc
      .oneof(fc.constantFrom('a', 'a@b', 'a@', '@', '~a', 'A', '%40'), hostileText)
      .filter(Boolean);
    const account = fc.option(name, { nil: undefined });
    hold(fc.tuple(name, account, name, account), ([server, mine, other, theirs]) => {
      const same = server === other && mine === theirs;
      if ((recordKey(server, mine) === recordKey(other, theirs)) !== same) throw new Error('one key for two');
      if (isTokenKey(recordKey(server, mine))) throw new Error('the key of a token');
    });
  });

  test('a stored token is what it was written as, or damaged', () => {
    hold(damaged(tableOf<object>('token-value').good, ['provider', '__proto__']), (input) => {
      const token = parseToken(JSON.stringify(input), '~bearer:mine');
      if (serializeToken(token, '~bearer:mine') !== JSON.stringify(token)) throw new Error('changed');
    });
  });

  test('the name of a token comes back from its key, and from a reference', () => {
    const part = fc.oneof(fc.constantFrom('bearer', 'oauth', 'a.b', ':', 'a:b', '}', '-x'), hostileText);
    hold(fc.record({ namespace: fc.constantFrom('bearer', 'a-1', 'a:b', ''), name: part }), (given) => {
      if (!isTokenName(given)) return;
      const back = splitTokenKey(tokenKey(given));
      const [read] = tokens(`\${TOKEN:${given.namespace}:${given.name}}`);
      for (const each of [back, read])
        if (each?.namespace !== given.namespace || each.name !== given.name)
          throw new Error(JSON.stringify(each));
    });
  });

  test('a text with references is taken apart without loss, and nothing is expanded twice', () => {
    const text = pieced(
      '${',
      '}',
      'A',
      ':-',
      '$${',
      '{{token:',
      '}}',
      'TOKEN:',
      'env:',
      'x',
      '$',
      '{',
      '${A}',
      '${B:-y}',
    );
    const env = { A: '${B} ${TOKEN:a:b} {{token:x}}', B: '' };
    hold(text, (input) => {
      const parts = pieces(input);
      variables(input);
      if (!input.includes('${') && !input.includes('{{') && expand(input, env, PLACE) !== input)
        throw new Error('changed');
      const whole = expand(input, env, PLACE);
      if (whole !== parts.map((part) => plain(part, env)).join('')) throw new Error(whole);
    });
  });
});

function plain(piece: Piece, env: { A: string; B: string }): string {
  if (piece.kind === 'text') return piece.text;
  if (piece.kind !== 'variable') throw new Error(piece.kind);
  const value = Object.hasOwn(env, piece.name) ? env[piece.name as 'A'] : '';
  return value === '' ? (piece.fallback ?? []).map((each) => plain(each, env)).join('') : value;
}
