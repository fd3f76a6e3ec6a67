// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is what code has in it.
// What the build does to the code of packages must not change what it does.
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';

const from = async (name: string) => import(new URL(`../../bundle/${name}.mjs`, import.meta.url).href);
const { ascii } = await from('ascii');
const { requires } = await from('requires');
const { lazySchemas } = await from('schemas');

/** Runs code with a zod that notes what is made; gives what `result` is then. */
function run(code: string): { made: string[]; result: unknown } {
  const made: string[] = [];
  const zod = {
    object: (shape: Record<string, unknown>) => {
      made.push(`object ${Object.keys(shape)}`);
      return { shape, of: (more: object) => zod.object({ ...shape, ...more }) };
    },
    string: () => {
      made.push('string');
      return { is: 'string' };
    },
    lazy: (get: () => unknown) => ({ get }),
  };
  const context = { require_zod: () => zod, exports: {}, result: undefined };
  runInNewContext(code, context);
  return { made, result: context.result };
}

const both = (code: string) => {
  const later = lazySchemas(code);
  if (later === undefined) throw new Error('nothing is made later');
  return { before: run(code), after: run(later) };
};

describe('schemas', () => {
  test('are made when they are asked for, once', () => {
    const { before, after } = both(`
      const Text = require_zod().string();
      const Tool = require_zod().object({ name: Text });
      const Other = Tool.of({ more: Text });
      result = Tool === Tool && Tool.shape.name === Text;
    `);
    expect(before).toEqual({ made: ['string', 'object name', 'object name,more'], result: true });
    expect(after).toEqual({ made: ['string', 'object name'], result: true });
  });

  test('are what other files get', () => {
    const { after } = both(`
      const Text = require_zod().string();
      Object.defineProperty(exports, 'Text', { enumerable: true, get: function() { return Text; } });
      const before = exports.Text;
      result = before === exports.Text && before.is;
    `);
    expect(after).toEqual({ made: ['string'], result: 'string' });
  });

  test('of a table are made with the first look at each', () => {
    const { before, after } = both(`
      const Text = require_zod().string();
      const table = { Text, tool: require_zod().object({ a: Text }), inner: { b: require_zod().string() }, name: 'x' };
      result = [Object.keys(table), table.Text === table.Text, table.inner.b === table.inner.b, table.name];
    `);
    expect(after.result).toEqual(before.result);
    expect(before.made).toHaveLength(3);
    expect(after.made).toEqual(['string', 'string']);
  });

  test('that are spread are made for it', () => {
    const { before, after } = both(`
      const Text = require_zod().string();
      const shape = { a: Text };
      const wide = { ...shape, b: Text };
      const Tool = require_zod().object(wide);
      result = JSON.stringify([Tool.shape, { ...wide }]);
    `);
    expect(after.result).toEqual(before.result);
  });

  test('keep to the scope of their names', () => {
    const { before, after } = both(`
      const Text = require_zod().string();
      function first(Text) { return Text; }
      function second() { const { Text } = { Text: 2 }; return Text; }
      function third() { for (const Text of [3]) return Text; }
      function fourth() { try { throw 4; } catch (Text) { return Text; } }
      function fifth() { const { is: Text = 0, ...rest } = { is: 5 }; return Text; }
      const sixth = (a = Text) => a.is;
      class Seventh { Text() { return { Text }.Text.is; } }
      const object = { Text: 8, other: Text };
      result = [first(1), second(), third(), fourth(), fifth(), sixth(), new Seventh().Text(), object.Text, object.other.is];
    `);
    expect(before.result).toEqual([1, 2, 3, 4, 5, 'string', 'string', 8, 'string']);
    expect(after.result).toEqual(before.result);
  });

  test('of a revision are made one by one', () => {
    const { before, after } = both(`
      let memo;
      function build() {
        const Text = require_zod().string();
        const wire = (shape) => require_zod().object(shape);
        const Tool = wire({ name: Text });
        const Unused = wire({ unused: Text });
        const shapes = { deep: Text };
        return { Tool, Unused, more: { Deep: wire({ ...shapes }) } };
      }
      function buildSchemas2026() { return memo ??= build(); }
      let maps;
      function tables() {
        const s = buildSchemas2026();
        maps = { 'tools/list': s.Tool, 'unused': s.Unused };
        return maps;
      }
      result = [tables()['tools/list'] === buildSchemas2026().Tool, Object.keys(tables()), Object.keys(memo)];
    `);
    expect(after.result).toEqual(before.result);
    expect(before.made).toHaveLength(4);
    expect(after.made).toEqual(['string', 'object name']);
  });

  test('that refer to themselves can', () => {
    const { after } = both(`
      const Value = require_zod().lazy(() => Value);
      result = Value.get() === Value;
    `);
    expect(after.result).toBe(true);
  });
});

describe('what is required', () => {
  test.each([
    [
      'is loaded when it is used',
      'const a = require("a");\nfunction f() { return a.b; }\nresult = f();\n',
      1,
    ],
    [
      'and not when it is not',
      'const a = require("a");\nfunction f() { return a.b; }\nresult = "b of a";\n',
      0,
    ],
    ['is made of a class', 'const a = require("a");\nresult = new a.C().b;\n', 1],
    ['is spread, and a member is not', 'const a = require("a");\nresult = { ...a, x: { a: 1 }.a }.b;\n', 1],
    ['with a name of rolldown', 'const require_a$1 = require("a");\nresult = require_a$1.b;\n', 1],
    [
      'with what makes a package of it',
      'let a = require("a");\na = wrapped(a, 1);\nvar import_b = /* @__PURE__ */ wrapped(a.self, 1);\nresult = import_b.b;\n',
      1,
    ],
  ])('%s', (_, code, loads) => {
    let loaded = 0;
    const a = {
      b: 'b of a',
      C: class {
        b = 'b of a';
      },
      get self() {
        return a;
      },
    };
    const context = {
      require: () => {
        loaded++;
        return a;
      },
      wrapped: (module: unknown) => module,
      result: undefined as unknown,
    };
    runInNewContext(requires.renderChunk(code), context);
    expect([context.result, loaded]).toEqual(['b of a', loads]);
  });
});

test('characters beyond ASCII stay what they are', () => {
  const code =
    'result = ["é…😀", `€${1}`, /^[é-ü]$/.test("ñ"), /^\\p{Emoji}…$/u.test("😀…"), /^😀$/u.test("😀")];';
  const made = ascii(code);
  expect(made).toMatch(/^[\0-\x7f]*$/);
  expect(run(made).result).toEqual(['é…😀', '€1', true, true, true]);
});
