/**
 * What a file requires at its top is loaded when it is used first: most commands use a part of what their files know of,
 * and Node's own `tls`, `crypto` and `dns` cost milliseconds too. In the code that rolldown writes such a name stands
 * for nothing else.
 */
export const requires = {
  name: 'requires',
  renderChunk(code) {
    const names = [];
    let made = code.replace(/^(?:const|let) (\w+) = require\("([^"]+)"\);\n/gm, (whole, name, what) => {
      if (what.includes('rolldown-runtime')) return whole;
      names.push([name, what]);
      return '';
    });
    const heads = [];
    for (const [name, what] of names) {
      const exact = name.replaceAll('$', '\\$');
      let value = `require(${JSON.stringify(what)})`;
      made = made.replace(
        new RegExp(`^${exact} = (.*\\b)${exact}(?![\\w$])(.*\\));\\n`, 'm'),
        (_, before, after) => {
          value = `${before}${value}${after}`;
          return '';
        },
      );
      const used = new RegExp(`(?<![\\w$])(?<!(?<!\\.\\.)\\.)(new )?${exact}(?![\\w$])`, 'g');
      made = made.replace(used, (_, made) => (made ? `new (${name}())` : `${name}()`));
      heads.push(`let ${name}_; function ${name}() { return ${name}_ ??= ${value}; }`);
    }
    // Behind the runtime, which some of them want.
    const last =
      made.match(/^(?:Object\.defineProperty\(exports.*\n|const require_rolldown_runtime.*\n)*/)?.[0]
        .length ?? 0;
    return `${made.slice(0, last)}${heads.join('\n')}\n${made.slice(last)}`;
  },
};
