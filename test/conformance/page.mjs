// What docs/conformance.md names: tests as `e2e/headers` “title”, scenarios as suite `auth/dpop`.

/** @type {import('./page.d.mts').namedTests} */
export function namedTests(page) {
  return [...page.matchAll(/`((?:unit|e2e|contract)\/[\w.-]+)` “([^”]+)”/g)].map(([, file, title]) => ({
    file: `test/${file}.test.ts`,
    title,
  }));
}

/** @type {import('./page.d.mts').namedScenarios} */
export function namedScenarios(page) {
  return [...page.matchAll(/suite `([^`]+)`/g)].map(([, scenario]) => scenario);
}

/** @type {import('./page.d.mts').isTestOf} */
export function isTestOf(source, title) {
  return [`'`, '`', '"'].some((quote) =>
    source.includes(`${quote}${title.replaceAll(quote, `\\${quote}`)}${quote}`),
  );
}
