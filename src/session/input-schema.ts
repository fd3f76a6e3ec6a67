// A small judge of tool arguments. It knows the part of JSON Schema that tools use for their arguments and says
// nothing about the rest: what it does not understand is the server's to refuse. `pattern` is left out on
// purpose, because a server's expression could keep this program busy for ever.
import { nearest } from '../nearest.ts';

export type Schema = Readonly<Record<string, unknown>>;

const DEPTH = 32;
/** Steps of one judgement. A schema that branches into itself would otherwise take longer than anybody waits. */
const STEPS = 20_000;

type Judge = { root: Schema; left: number };

export function asSchema(value: unknown): Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Schema) : {};
}

/** Follows local references (`#/$defs/x`). A foreign or broken one is a schema that allows everything. */
export function resolve(schema: Schema, root: Schema): Schema {
  let found = schema;
  for (let step = 0; typeof found.$ref === 'string' && step < DEPTH; step++) {
    if (!found.$ref.startsWith('#')) return {};
    let target: unknown = root;
    for (const part of found.$ref.slice(1).split('/').filter(Boolean)) {
      target = asSchema(target)[decode(part)];
    }
    found = asSchema(target);
  }
  return typeof found.$ref === 'string' ? {} : found;
}

function decode(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** The JSON types a schema names, through `anyOf` and `oneOf`. Empty: any. */
export function typesOf(schema: Schema, root: Schema): string[] {
  return named(schema, { root, left: STEPS }, 0);
}

function named(schema: Schema, judge: Judge, depth: number): string[] {
  if (depth > DEPTH || judge.left-- <= 0) return [];
  const own = resolve(schema, judge.root);
  if (typeof own.type === 'string') return [own.type];
  if (Array.isArray(own.type)) return own.type.filter((each) => typeof each === 'string');
  return [...new Set(branches(own).flatMap((each) => named(each, judge, depth + 1)))];
}

function branches(own: Schema): Schema[] {
  const found: unknown = [own.anyOf, own.oneOf].find(Array.isArray) ?? [];
  return (found as unknown[]).map(asSchema);
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value;
}

function fits(value: unknown, type: string): boolean {
  if (type === 'integer') return Number.isInteger(value);
  return typeOf(value) === type;
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** What is wrong with `value`, one sentence each, with the path of what is meant. Empty: nothing. */
export function faults(value: unknown, root: Schema): string[] {
  return judged(value, root, { root, left: STEPS }, '', 0);
}

function judged(value: unknown, schema: Schema, judge: Judge, path: string, depth: number): string[] {
  if (depth > DEPTH || judge.left-- <= 0) return [];
  const own = resolve(schema, judge.root);
  const label = path === '' ? 'the arguments' : path;
  const types = own.type === undefined ? [] : typesOf(own, judge.root);
  if (types.length > 0 && !types.some((type) => fits(value, type))) {
    return [`${label} must be ${article(types)}, not ${article([typeOf(value)])}`];
  }
  if (Array.isArray(own.enum) && !own.enum.some((each) => same(each, value))) {
    return [`${label} must be one of ${own.enum.slice(0, 20).map(shown).join(', ')}`];
  }
  if ('const' in own && !same(own.const, value)) return [`${label} must be ${shown(own.const)}`];
  const tried = branches(own).map((each) => judged(value, each, judge, path, depth + 1));
  if (tried.length > 0 && tried.every((each) => each.length > 0)) {
    return tried.reduce((least, each) => (each.length < least.length ? each : least));
  }
  const every = Array.isArray(own.allOf) ? own.allOf.map(asSchema) : [];
  return [
    ...every.flatMap((each) => judged(value, each, judge, path, depth + 1)),
    ...limits(value, own, label),
    ...inside(value, own, judge, path, depth),
  ];
}

function limits(value: unknown, own: Schema, label: string): string[] {
  const found: string[] = [];
  const bound = (key: string, broken: (limit: number) => boolean, words: string) => {
    const limit = own[key];
    if (typeof limit === 'number' && broken(limit)) found.push(`${label} must ${words} ${limit}`);
  };
  if (typeof value === 'number') {
    bound('minimum', (limit) => value < limit, 'be at least');
    bound('maximum', (limit) => value > limit, 'be at most');
  }
  if (typeof value === 'string') {
    // Characters, not UTF-16 units (JSON Schema validation, section 6.3).
    const length = [...value].length;
    bound('minLength', (limit) => length < limit, 'have a length of at least');
    bound('maxLength', (limit) => length > limit, 'have a length of at most');
  }
  if (Array.isArray(value)) {
    bound('minItems', (limit) => value.length < limit, 'have a length of at least');
    bound('maxItems', (limit) => value.length > limit, 'have a length of at most');
  }
  return found;
}

function inside(value: unknown, own: Schema, judge: Judge, path: string, depth: number): string[] {
  if (Array.isArray(value)) {
    if (typeof own.items !== 'object') return [];
    return value.flatMap((each, index) =>
      judged(each, asSchema(own.items), judge, `${path}[${index}]`, depth + 1),
    );
  }
  if (typeOf(value) !== 'object') return [];
  const given = value as Record<string, unknown>;
  const properties = asSchema(own.properties);
  const at = (name: string) => (path === '' ? name : `${path}.${name}`);
  const required = Array.isArray(own.required) ? own.required.filter((each) => typeof each === 'string') : [];
  const found = required
    .filter((name) => !Object.hasOwn(given, name))
    .map((name) => `${at(name)} is missing`);
  for (const [name, each] of Object.entries(given)) {
    if (Object.hasOwn(properties, name)) {
      found.push(...judged(each, asSchema(properties[name]), judge, at(name), depth + 1));
    } else if (own.additionalProperties === false && own.patternProperties === undefined) {
      found.push(unknownName(at(name), name, Object.keys(properties)));
    }
  }
  return found;
}

/** `at` is not an argument, and what may have been meant. */
export function unknownName(at: string, name: string, known: string[]): string {
  const guess = nearest(name, known);
  return `there is no ${at}${guess === undefined ? '' : ` (did you mean ${guess}?)`}`;
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? 'undefined';
}

function article(types: string[]): string {
  const words = types.map((type) => (type === 'null' ? type : `${/^[aio]/.test(type) ? 'an' : 'a'} ${type}`));
  return words.join(' or ');
}
