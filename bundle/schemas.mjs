// Schemas are made when they are first asked for: the SDK has some hundreds, a command uses ten, and each is an object with
// dozens of closures. A constant that is made with zod becomes a function that makes it once,
//   const Tool = zod.object({ … });   ->   let Tool_; function Tool() { return Tool_ ??= zod.object({ … }); }
// and a table of them gets accessors in the place of its properties.
import { parseAst } from 'rolldown/parseAst';
import { edited, uses, visit } from './names.mjs';

/** How what other files have is written once `requires.mjs` was there. */
const ELSEWHERE = /^require_(zod|modelcontextprotocol_core)$/;
/** The SDK's functions that make all schemas of a revision, and those that ask them for theirs. */
const BUILDER = /^build(\$\d+)?$/;
const BUILT = /^buildSchemas\d+$/;

const KEPT = `function kept_(table, key, value) {
	Object.defineProperty(table, key, { value, enumerable: true });
	return value;
}
`;

/** The SDK has more of them than this. */
const FEWEST = 700;

/** rolldown plugin. Throws where the SDK's schemas are not found any more. */
export const schemas = {
  name: 'schemas',
  later: 0,
  renderChunk(code) {
    if (!code.includes('require_zod()')) return undefined;
    const made = lazySchemas(code);
    schemas.later += made?.match(/\(\) \{ return \w[\w$]*_ \?\?= /g)?.length ?? 0;
    return made;
  },
  generateBundle() {
    if (schemas.later < FEWEST) throw new Error(`only ${schemas.later} schemas would be made later`);
  },
};

/** The same code, or undefined where there is nothing to be made later. */
export function lazySchemas(code) {
  const program = parseAst(code);
  const functions = program.body.filter(({ type }) => type === 'FunctionDeclaration');
  const builders = functions.filter(({ id }) => BUILDER.test(id.name)).map(({ body }) => body);
  const state = { code, lazy: new Set(), done: new Set(), edits: [] };
  for (const each of program.body) constant(each, comesFrom, state);
  for (const { body } of builders) for (const each of body) constant(each, isMade, state);
  for (const { body } of builders) returned(body, state);
  for (const { body } of functions) if (body.body.some(asksBuilder)) assigned(body, state);
  if (state.edits.length === 0) return undefined;
  uses([program, ...builders], state.lazy, (node, parent) => reference(node, parent, state));
  return edited(code, state.edits) + KEPT;
}

/** `makes` tells from a value whether it is worth its being made later. */
function constant(statement, makes, state) {
  const [declared, ...more] = (statement.type === 'VariableDeclaration' && statement.declarations) || [];
  if (!declared?.init || more.length > 0 || statement.kind !== 'const') return;
  const { id, init } = declared;
  if (id.type !== 'Identifier' || !makes(init, state.lazy)) return;
  // What is spread into a table is asked for at once.
  const isTable =
    init.type === 'ObjectExpression' && init.properties.every(({ type }) => type === 'Property');
  if (isTable) return accessors(init, state);
  state.lazy.add(id.name);
  state.edits.push([
    statement.start,
    init.start,
    `let ${id.name}_; function ${id.name}() { return ${id.name}_ ??= `,
  ]);
  state.edits.push([init.end, statement.end, '; }']);
}

function returned(body, state) {
  for (const { type, argument } of body)
    if (type === 'ReturnStatement' && argument?.type === 'ObjectExpression') accessors(argument, state);
}

function assigned({ body }, state) {
  for (const { type, expression } of body)
    if (type === 'ExpressionStatement' && expression.right?.type === 'ObjectExpression')
      accessors(expression.right, state);
}

function asksBuilder({ type, declarations: [declared] = [] }) {
  return type === 'VariableDeclaration' && BUILT.test(declared.init?.callee?.name ?? '');
}

function accessors({ properties }, state) {
  for (const { type, start, end, key, value, computed, method, shorthand } of properties) {
    if (type !== 'Property' || computed || method) continue;
    if (value.type === 'ObjectExpression') accessors(value, state);
    else if (/^(Call|Member|New)Expression$/.test(value.type) || state.lazy.has(value.name)) {
      const name = state.code.slice(key.start, key.end);
      const begin = `get ${name}() { return kept_(this, ${JSON.stringify(key.name ?? key.value)}, `;
      if (shorthand) {
        state.edits.push([start, end, `${begin}${name}()); }`]);
        state.done.add(value.start);
      } else {
        state.edits.push([start, value.start, begin]);
        state.edits.push([value.end, end, '); }']);
      }
    }
  }
}

function reference({ name, start, end }, { shorthand }, { done, edits }) {
  if (!done.has(start)) edits.push([start, end, shorthand ? `${name}: ${name}()` : `${name}()`]);
}

/** Whether a value is made with zod, or of such a value, when the constant is, and not when it is called. */
function comesFrom(value, lazy) {
  return now(value).some(
    ({ type, name }) => type === 'Identifier' && (ELSEWHERE.test(name) || lazy.has(name)),
  );
}

/** In a builder all that is made is schemas. */
function isMade(value, lazy) {
  return now(value).some(({ type, name }) => type === 'CallExpression' || lazy.has(name));
}

/** What runs when a value is made. */
function now(value) {
  const found = [];
  visit(value, (each) => !/Function/.test(each.type) && found.push(each) > 0);
  return found;
}
