// Whether a document has the shape of an example: keys and types, not values.

/** In an example: any value; as a key, more keys than are shown. */
const MORE = '…';

/** `$ mcp-cli …` in the fences of a page, and the document below it, in the order of the page. */
export function examplesOf(page: string): { line: string; json: string }[] {
  return [...page.matchAll(/^```text\n([\s\S]*?)^```/gm)]
    .flatMap(([, block = '']) => block.split(/^\$ mcp-cli /m).slice(1))
    .map((text) => {
      const [line = '', ...rest] = text.split('\n');
      return { line, json: rest.join('\n') };
    });
}

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/**
 * What is different, and where; undefined if nothing is. Each element of a list must have the shape of one that the
 * example shows, and each that it shows must be there.
 */
export function difference(example: unknown, actual: unknown, at = '$'): string | undefined {
  if (example === MORE) return undefined;
  if (kind(example) !== kind(actual)) return `${at} is ${kind(actual)}, not ${kind(example)}`;
  if (Array.isArray(example)) return listDifference(example, actual as unknown[], at);
  if (typeof example === 'object' && example !== null)
    return keyDifference(example as Record<string, unknown>, actual as Record<string, unknown>, at);
  return undefined;
}

function kind(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string' && MOMENT.test(value)) return 'a moment';
  return typeof value;
}

function listDifference(example: unknown[], actual: unknown[], at: string): string | undefined {
  const fits = (shown: unknown, element: unknown) => difference(shown, element) === undefined;
  const odd = actual.findIndex((element) => !example.some((shown) => fits(shown, element)));
  if (odd >= 0) {
    const told = example.map((shown) => difference(shown, actual[odd], `${at}[${odd}]`));
    return told[0] ?? `${at} is not empty`;
  }
  const missing = example.findIndex((shown) => !actual.some((element) => fits(shown, element)));
  return missing < 0 ? undefined : `${at} has nothing like its element ${missing}`;
}

function keyDifference(
  example: Record<string, unknown>,
  actual: Record<string, unknown>,
  at: string,
): string | undefined {
  for (const [key, value] of Object.entries(example)) {
    if (key === MORE) continue;
    if (!Object.hasOwn(actual, key)) return `${at}.${key} is missing`;
    const told = difference(value, actual[key], `${at}.${key}`);
    if (told !== undefined) return told;
  }
  if (MORE in example) return undefined;
  const more = Object.keys(actual).find((key) => !Object.hasOwn(example, key));
  return more === undefined ? undefined : `${at}.${more} is not shown`;
}
