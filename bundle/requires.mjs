/**
 * What a file requires at its top is loaded when it is used first: most commands use a part of what their files know of,
 * and Node's own `tls`, `crypto` and `dns` cost milliseconds too. In the code that rolldown writes such a name stands
 * for nothing else.
 */
export const requires = {
  name: 'requires',
  renderChunk(code) {
    const values = new Map();
    let made = code.replace(
      /^(?:const|let) ([\w$]+) = (require\("(?!.*rolldown-runtime).*"\));\n/gm,
      (_, name, value) => {
        values.set(name, value);
        return '';
      },
    );
    // What rolldown makes of a package of CommonJS that is imported.
    made = made.replace(/^var (import_[\w$]+) = (\/\* @__PURE__ \*\/ .*);\n/gm, (_, name, value) => {
      values.set(name, value);
      return '';
    });
    for (const name of values.keys()) {
      // `require_x = __toESM(require_x, 1);`
      const again = new RegExp(`^${exactly(name)} = (.*${exactly(name)}.*);\\n`, 'm');
      made = made.replace(again, (_, value) => {
        values.set(
          name,
          value.replace(used(name), () => values.get(name)),
        );
        return '';
      });
      made = called(made, name);
      for (const [other, value] of values) if (other !== name) values.set(other, called(value, name));
    }
    const heads = [...values].map(
      ([name, value]) => `let ${name}_; function ${name}() { return ${name}_ ??= ${value}; }`,
    );
    // Behind the runtime, which some of them want.
    const last =
      made.match(/^(?:Object\.defineProperty\(exports.*\n|const require_rolldown_runtime.*\n)*/)?.[0]
        .length ?? 0;
    return `${made.slice(0, last)}${heads.join('\n')}\n${made.slice(last)}`;
  },
};

function called(code, name) {
  return code.replace(used(name), (_, made) => (made ? `new (${name}())` : `${name}()`));
}

/** Where a name stands for itself, and not for a member of something; behind three dots it does. */
function used(name) {
  return new RegExp(`(?<![\\w$])(?<!(?<!\\.\\.)\\.)(new )?${exactly(name)}(?![\\w$])`, 'g');
}

function exactly(name) {
  return name.replaceAll('$', '\\$');
}
