// What a file requires at its top is loaded when it is used first: most commands use a part of what their files know of,
// and Node's own `tls`, `crypto` and `dns` cost milliseconds too.
//   const a = require("a");  a = wrapped(a);   ->   let a_; function a() { return a_ ??= wrapped(require("a")); }
import { parseAst } from 'rolldown/parseAst';
import { edited, uses, visit } from './names.mjs';

/** rolldown plugin. */
export const requires = {
  name: 'requires',
  renderChunk(code) {
    const program = parseAst(code);
    const values = valuesOf(program);
    if (values.size === 0) return undefined;
    const called = new Set();
    visit(program, ({ type, callee }) => {
      if (type === 'NewExpression') called.add(first(callee));
    });
    const edits = [];
    uses([program], new Set(values.keys()), (node, parent) => {
      const { name, start, end } = node;
      // In `a = wrapped(a)` the second one is what was required.
      const own = values.get(name).find(({ inside }) => inside && inside.start <= start && end <= inside.end);
      if (own) return;
      const call = called.has(node) ? `(${name}())` : `${name}()`;
      edits.push([start, end, parent.shorthand ? `${name}: ${call}` : call]);
    });
    let heads = '';
    for (const [name, steps] of values) {
      const value = steps.reduce((before, { inside }) => {
        if (before === undefined) return edited(code, edits, inside.start, inside.end);
        const again = [];
        visit(inside, ({ type, start, end, ...node }) => {
          if (type === 'Identifier' && node.name === name) again.push([start, end, before]);
        });
        return edited(code, [...edits, ...again], inside.start, inside.end);
      }, undefined);
      heads += `let ${name}_; function ${name}() { return ${name}_ ??= ${value}; }\n`;
    }
    const gone = [...values.values()].flat().map(({ statement: { start, end } }) => [start, end, '']);
    const kept = edits.filter(([start]) => !gone.some(([from, to]) => from <= start && start < to));
    return edited(code, [...gone, ...kept, [placeOfHeads(program), placeOfHeads(program), heads]]);
  },
};

/** Name -> the statements that make its value, one upon the other. */
function valuesOf({ body }) {
  const values = new Map();
  for (const statement of body) {
    const [{ id, init } = {}, ...more] = statement.declarations ?? [];
    const { left, right } = statement.expression ?? {};
    if (init && more.length === 0 && (isRequire(init) || id.name?.startsWith('import_')))
      values.set(id.name, [{ statement, inside: init }]);
    else if (left && values.has(left.name)) values.get(left.name).push({ statement, inside: right });
  }
  return values;
}

/** The runtime is small, and wanted by all that is made here. */
function isRequire({ type, callee, arguments: [what] = [] }) {
  return type === 'CallExpression' && callee.name === 'require' && !/rolldown-runtime/.test(what?.value);
}

/** Behind the runtime. */
function placeOfHeads({ body }) {
  const runtime = body.filter(
    ({ declarations: [{ id } = {}] = [] }) => id?.name === 'require_rolldown_runtime',
  );
  return runtime.at(-1)?.end ?? body[0].start;
}

/** `a` of `a.b.c`. */
function first(node) {
  return node.type === 'MemberExpression' ? first(node.object) : node;
}
