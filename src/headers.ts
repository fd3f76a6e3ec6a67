// `Headers` and `Response` of the Fetch standard (https://fetch.spec.whatwg.org), as far as the program and its SDKs use
// them. The first word of Node's own loads all of its fetch, which takes longer than Node takes to start.

/** RFC 9110 section 5.6.2, and what may stand in a value (section 5.5). The message repeats no value: it can be a secret. */
const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** From the first to the last that is no space, in one walk: a server can send thousands of spaces, and a header a thousand times. */
const TRIMMED = /^[\t\n\r ]*(.*[^\t\n\r ])?/s;

type Init = Iterable<readonly [string, string]> | Record<string, string | readonly string[]>;

/** Throws TypeError for a name or a value that HTTP cannot carry. */
export class Headers implements Iterable<[string, string]> {
  readonly #values = new Map<string, string>();

  constructor(init: Init | RequestInit['headers'] = []) {
    const pairs =
      Symbol.iterator in Object(init) ? (init as Iterable<[string, string]>) : Object.entries(init);
    for (const [name, value] of pairs) this.append(name, String(value));
  }

  append(name: string, value: string): void {
    const before = this.get(name);
    const next = checked(name, value);
    this.#values.set(name.toLowerCase(), before === null ? next : `${before}, ${next}`);
  }

  set(name: string, value: string): void {
    this.#values.set(name.toLowerCase(), checked(name, value));
  }

  get(name: string): string | null {
    return this.#values.get(name.toLowerCase()) ?? null;
  }

  has(name: string): boolean {
    return this.#values.has(name.toLowerCase());
  }

  delete(name: string): void {
    this.#values.delete(name.toLowerCase());
  }

  forEach(visit: (value: string, name: string) => void): void {
    for (const [name, value] of this) visit(value, name);
  }

  keys(): IterableIterator<string> {
    return this.#values.keys();
  }

  values(): IterableIterator<string> {
    return this.#values.values();
  }

  entries(): IterableIterator<[string, string]> {
    return this.#values.entries();
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.entries();
  }

  get [Symbol.toStringTag](): string {
    return 'Headers';
  }
}

function checked(name: string, value: string): string {
  const trimmed = TRIMMED.exec(value)?.[1] ?? '';
  if (!NAME.test(name)) throw new TypeError('not the name of a header');
  if (!VALUE.test(trimmed)) throw new TypeError(`not a value for the header ${name}`);
  return trimmed;
}
