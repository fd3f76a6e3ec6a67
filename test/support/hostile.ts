// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is what a configuration holds.
// Inputs that a hostile party would try, by the hundred thousand for each parser.
import fc from 'fast-check';
import { CliError } from '../../src/errors.ts';

/** The same inputs in every run, so that a change is judged by itself; `MCP_CLI_TEST_SEED=<seed>` tries others. */
export const SEED = Number(process.env.MCP_CLI_TEST_SEED ?? 20_261_121);
process.stderr.write(`inputs of the seed ${SEED}\n`);
const RUNS = 100_000;
/** Milliseconds that no input of a few kilobytes may take, on a machine that is busy with other things. */
const LONGEST = 5_000;

/** What is put in the place of a text. */
const TEXTS = [
  '',
  ' ',
  'x',
  '0',
  'null',
  '__proto__',
  'constructor',
  'a\r\nX: y',
  'a\u0000b',
  '\u001b[2J',
  '\u202e',
  '\ud800',
  'ä',
  '💥',
  '"',
  '\\',
  "' OR 1=1",
  '${HOME}',
  '{{token:a}}',
  '../../etc/passwd',
  'https://evil.example/',
  'https://mcp.example/mcp',
  'https://as.example',
  'https://as.example/',
  'https://as.example/token',
  'http://127.0.0.1/',
  'http://[::1]:80',
  'https://u:p@as.example/',
  'https://as.example/#x',
  'javascript:alert(1)',
  'file:///etc/passwd',
  'data:,x',
  '//as.example',
  'https://',
  'Bearer',
  'dpop',
  'a'.repeat(5_000),
  'https://as.example/'.repeat(300),
];
const ODD: unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  0.5,
  1e308,
  -1e308,
  8.64e15 + 1,
  [],
  {},
  [[]],
  [null],
  { toString: 1, valueOf: 1 },
  ['a', 'a'],
  { length: 3, 0: 'a' },
];

const text = fc.oneof(fc.constantFrom(...TEXTS), fc.string({ unit: 'binary', maxLength: 12 }));
const value = fc.oneof(fc.constantFrom<unknown>(...TEXTS, ...ODD), text, fc.double());
export const hostileText = text;

/** Copies of `good` with up to three members, named by their paths, changed or gone. */
export function damaged<T extends object>(good: T, more: string[] = []): fc.Arbitrary<T> {
  const paths = [...pathsOf(good), ...more];
  const edit = fc.tuple(fc.constantFrom(...paths), value, fc.nat(9));
  return fc.array(edit, { maxLength: 3 }).map((edits) => {
    const copy = copyOf(good);
    for (const [path, given, chance] of edits) {
      // A later edit may change what an earlier one has put in.
      put(copy, path.split('.'), copyOf(given), chance === 0);
    }
    return copy;
  });
}

/** Texts of these pieces, some of them many times over. */
export function pieced(...pieces: string[]): fc.Arbitrary<string> {
  const piece = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...pieces) },
    { weight: 1, arbitrary: text },
  );
  const many = fc.tuple(piece, fc.nat(99)).map(([each, count]) => (count > 97 ? each.repeat(200) : each));
  return fc.array(many, { maxLength: 10 }).map((all) => all.join('').slice(0, 16_384));
}

/** Every input ends in what `judge` looks at, or in an error of ours, and soon. */
export function hold<T>(inputs: fc.Arbitrary<T>, judge: (input: T) => void): void {
  let taken = 0;
  const property = fc.property(inputs, (input) => {
    const before = performance.now();
    try {
      judge(input);
      taken += 1;
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      sound(error);
    }
    const took = performance.now() - before;
    if (took > LONGEST) throw new Error(`took ${Math.round(took)} ms`);
  });
  const settings = { numRuns: RUNS, seed: SEED };
  const { failed, counterexamplePath } = withoutTraces(() => fc.check(property, settings));
  // The one that failed once more, so that the failure says where.
  if (failed) fc.assert(property, { ...settings, path: counterexamplePath ?? '' });
  if (failed) throw new Error(`failed once at ${counterexamplePath}, and not again`);
  // Inputs that are all refused at the door would show nothing.
  if (taken < RUNS / 100) throw new Error(`only ${taken} of ${RUNS} inputs were taken`);
}

/** Most inputs end in an error: what its trace costs is a third of the whole. */
function withoutTraces<T>(work: () => T): T {
  const usual = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = usual;
  }
}

/** The same for streams, a twentieth as often: their turns of the loop cost more than the work. */
export async function holdAsync<T>(
  inputs: fc.Arbitrary<T>,
  judge: (input: T) => Promise<void>,
): Promise<void> {
  await fc.assert(fc.asyncProperty(inputs, judge), { numRuns: RUNS / 20, seed: SEED });
}

/** A failure that can be told: what it is called, one line, and a way on. */
function sound({ code, message, hint }: CliError): void {
  if (!/^[a-z_]+$/.test(code)) throw new Error(`the code ${code}`);
  if (typeof message !== 'string' || message === '') throw new Error('no message');
  if (typeof hint !== 'string' || hint === '') throw new Error(`no hint: ${message}`);
}

/** A deep copy of what JSON can say, at a fraction of the time of structuredClone. */
function copyOf<T>(of: T): T {
  if (typeof of !== 'object' || of === null) return of;
  if (Array.isArray(of)) return of.map(copyOf) as T;
  return Object.fromEntries(Object.entries(of).map(([name, inner]) => [name, copyOf(inner)])) as T;
}

function pathsOf(of: object, before = ''): string[] {
  return Object.entries(of).flatMap(([name, inner]) => {
    const path = `${before}${name}`;
    return typeof inner === 'object' && inner !== null ? [path, ...pathsOf(inner, `${path}.`)] : [path];
  });
}

function put(whole: object, steps: string[], instead: unknown, gone: boolean): void {
  const last = steps.pop() ?? '';
  let at = whole as Record<string, unknown>;
  for (const step of steps) {
    const next = at[step];
    if (typeof next !== 'object' || next === null) return;
    at = next as Record<string, unknown>;
  }
  // No parser of JSON makes a list with holes.
  if (gone && Array.isArray(at)) at.splice(Number(last), 1);
  else if (gone) delete at[last];
  else
    Object.defineProperty(at, last, { value: instead, enumerable: true, configurable: true, writable: true });
}
