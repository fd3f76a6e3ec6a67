// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is what a configuration holds.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expand, expandAll, pieces, variables } from '../../src/config/expand.ts';
import type { Place } from '../../src/config/place.ts';
import { ConfigError } from '../../src/errors.ts';

const place: Place = {
  source: { label: 'c.json', folder: '/', at: () => ({ line: 3, column: 9 }) },
  path: ['mcpServers', 'n', 'url'],
  server: 'n',
};
const env = { A: 'one', B: 'two', EMPTY: '', NESTED: '${A}', PATH_LIKE: 'x:y}z' };

describe('expand', () => {
  it.each([
    ['', ''],
    ['plain', 'plain'],
    ['${A}', 'one'],
    ['x${A}y${B}z', 'xoneytwoz'],
    ['${env:A}', 'one'],
    ['${MISSING:-default}', 'default'],
    ['${A:-default}', 'one'],
    ['${EMPTY:-default}', 'default'],
    ['${EMPTY}', ''],
    ['${MISSING:-}', ''],
    ['${MISSING:-${B}}', 'two'],
    ['${MISSING:-${ALSO:-deep}}!', 'deep!'],
    ['${MISSING:-https://x.test:8/}', 'https://x.test:8/'],
    // What a variable holds is text, not a template.
    ['${NESTED}', '${A}'],
    ['${PATH_LIKE}', 'x:y}z'],
    ['$${A}', '${A}'],
    ['$A $ {A} $$', '$A $ {A} $$'],
    ['{{not a token}}', '{{not a token}}'],
  ])('%j becomes %j', (text, expected) => {
    expect(expand(text, env, place)).toBe(expected);
  });

  it.each([
    ['${MISSING}', 'missing_env', 'MISSING'],
    ['${A}${MISSING}', 'missing_env', 'MISSING'],
    // Names that every object has are not variables.
    ['${constructor}', 'missing_env', 'constructor'],
    ['${__proto__}', 'missing_env', '__proto__'],
    ['${TOKEN:bearer:x}', 'unsupported_reference', 'stored token'],
    ['Bearer {{token:openai}}', 'unsupported_reference', 'unknown kind'],
    ['${input:key}', 'unsupported_reference', 'unknown kind'],
    ['${}', 'unsupported_reference', 'unknown kind'],
    ['${A', 'invalid', 'never closed'],
    ['${A:-${B}', 'invalid', 'never closed'],
  ])('%j is refused as %s', (text, code, word) => {
    expect(() => expand(text, env, place)).toThrow(
      expect.objectContaining({ code, exit: 3, server: 'n', message: expect.stringContaining(word) }),
    );
    expect(() => expand(text, env, place)).toThrow(/^c\.json:3:9: mcpServers\.n\.url /);
  });

  it('names the variable and the inner path of a list or object', () => {
    const value = { list: ['${A}', { 'odd key': '${MISSING}' }] };
    expect(() => expandAll(value, env, place)).toThrow('mcpServers.n.url.list[1]["odd key"]');
    expect(expandAll({ a: ['${A}', 1, null, true] }, env, place)).toEqual({ a: ['one', 1, null, true] });
  });

  it('lists the variables of a string, defaults included', () => {
    expect(variables('${A} ${B:-${C:-${D}}} $${E} ${TOKEN:a:b}')).toEqual(['A', 'B', 'C', 'D']);
  });

  it('leaves text without references alone, and escapes round-trip', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const plain = text.replaceAll('{', '(');
        expect(expand(plain, {}, place)).toBe(plain);
        expect(expand(`$\${${plain.replaceAll('$', '')}}`, {}, place)).toBe(
          `\${${plain.replaceAll('$', '')}}`,
        );
      }),
    );
  });

  it('throws nothing but ConfigError, and never quotes the environment', () => {
    const bits = fc.constantFrom(
      '${',
      '}',
      '$',
      ':-',
      ':',
      'A',
      'TOKEN',
      '{{token:',
      '}}',
      'MISSING',
      ' ',
      'SECRET',
    );
    fc.assert(
      fc.property(fc.array(bits, { maxLength: 30 }), (parts) => {
        try {
          expand(parts.join(''), { A: 'x', SECRET: 'hunter2' }, place);
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
          expect(`${(error as ConfigError).message}${(error as ConfigError).hint}`).not.toContain('hunter2');
        }
      }),
    );
  });

  it('takes a hostile string apart in time and without deep recursion', () => {
    expect(pieces('${'.repeat(100_000))).toEqual([{ kind: 'open' }]);
    const deep = `${'${A:-'.repeat(5000)}${'}'.repeat(5000)}`;
    expect(() => expand(deep, {}, place)).toThrow(ConfigError);
  });
});
