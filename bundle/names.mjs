// Where the names of a file's own constants are used, by the scopes of JavaScript.

/** `see` is given each node with its parent, and returns false for one that is not to be entered. */
export function visit(node, see, parent = {}) {
  if (see(node, parent) === false) return;
  for (const value of Object.values(node))
    for (const each of [value].flat()) if (typeof each?.type === 'string') visit(each, see, node);
}

/**
 * Tells `use` of each identifier that stands for one of `names`, with its parent. `homes`: the program and the blocks that
 * declare them; a block elsewhere that declares one hides it.
 */
export function uses(homes, names, use, [scope] = homes) {
  visit(scope, (node, parent) => {
    const hidden =
      homes.includes(node) || node === scope ? [] : declared(node).filter((each) => names.has(each));
    if (hidden.length > 0) {
      uses(homes, new Set([...names].filter((each) => !hidden.includes(each))), use, [node]);
      return false;
    }
    if (node.type === 'Identifier' && names.has(node.name) && !isName(node, parent)) use(node, parent);
    return true;
  });
}

/** Of a declaration, a member or a property, and not the value of one. */
function isName(node, parent) {
  if (parent.type === 'VariableDeclarator') return parent.id === node;
  if (parent.type === 'MemberExpression') return parent.property === node && !parent.computed;
  const isKey = /^(Property|MethodDefinition|PropertyDefinition)$/.test(parent.type);
  return isKey && parent.key === node && !parent.computed;
}

/** What a function or block calls by a name of its own. */
function declared({ type, params = [], body = [], param, init, left }) {
  if (/Function/.test(type)) return params.flatMap(bound);
  const declarations = [...[body].flat(), init, left].filter((each) => /Declaration$/.test(each?.type));
  return [
    ...(type === 'CatchClause' && param ? bound(param) : []),
    ...declarations.flatMap(({ id, declarations = [{ id }] }) =>
      declarations.flatMap((each) => (each.id ? bound(each.id) : [])),
    ),
  ];
}

/** The names in a pattern. */
function bound(pattern) {
  if (pattern.type === 'Identifier') return [pattern.name];
  const inside = {
    ArrayPattern: ({ elements }) => elements.filter(Boolean),
    AssignmentPattern: ({ left }) => [left],
    ObjectPattern: ({ properties }) => properties.map(({ value, argument }) => value ?? argument),
    RestElement: ({ argument }) => [argument],
  };
  return inside[pattern.type](pattern).flatMap(bound);
}

/** `edits`: [start, end, text], in any order; those outside of a part of the code are left out. */
export function edited(code, edits, from = 0, to = code.length) {
  let made = '';
  let at = from;
  for (const [start, end, text] of [...edits].sort((one, other) => one[0] - other[0] || one[1] - other[1])) {
    if (start < from || end > to) continue;
    if (start < at) throw new Error('two changes of one place');
    made += code.slice(at, start) + text;
    at = end;
  }
  return made + code.slice(at, to);
}
