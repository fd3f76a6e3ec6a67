// A small judge of tool arguments. It knows the part of JSON Schema that tools use for their arguments and says
// nothing about the rest: what it does not understand is the server's to refuse. `pattern` is left out on
// purpose, because a server's expression could keep this program busy for ever.
import { asObject } from '../json-object.ts';
import { nearest } from '../nearest.ts';
import { limits } from './schema-limits.ts';

export type Schema = Readonly<Record<string, unknown>>;

const DEPTH = 32;
/**
 * Work of one judgement, in list items and tenths of characters that are looked at: about a second. A schema that is
 * small to send can be long to judge, and no Ctrl-C reaches a program inside a loop.
 */
const WORK = 2_000_000;
/** What one schema costs, however small it is. */
const STEP = 100;
/** Characters of a reference, and types that a schema may name: no real one has more. */
const LONGEST_REFERENCE = 300;
const MOST_TYPES = 16;

type Judged = 'the arguments' | 'the result';

type Judge = { root: Schema; left: number; whole: Judged };

/** False if there is no work left to do this with: what was not judged is the server's to refuse. */
function may(judge: Judge, work: number): boolean {
  judge.left -= work;
  return judge.left > 0;
}

export function asSchema(value: unknown): Schema {
  return asObject(value) ?? {};
}

/** Follows local references (`#/$defs/x`). A foreign or broken one is a schema that allows everything. */
export function resolve(schema: Schema, root: Schema): Schema {
  let found = schema;
  for (let step = 0; typeof found.$ref === 'string' && step < DEPTH; step++) {
    if (!found.$ref.startsWith('#') || found.$ref.length > LONGEST_REFERENCE) return {};
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
  return named(schema, { root, left: WORK, whole: 'the arguments' }, 0);
}

function named(schema: Schema, judge: Judge, depth: number): string[] {
  if (depth > DEPTH || !may(judge, STEP)) return [];
  const own = resolve(schema, judge.root);
  if (typeof own.type === 'string') return [own.type];
  if (Array.isArray(own.type))
    return own.type.slice(0, MOST_TYPES).filter((each) => typeof each === 'string');
  return [...new Set(branches(own, judge).flatMap((each) => named(each, judge, depth + 1)))];
}

function branches(own: Schema, judge: Judge): Schema[] {
  return schemas([own.anyOf, own.oneOf].find(Array.isArray), judge);
}

function schemas(list: unknown, judge: Judge): Schema[] {
  return Array.isArray(list) && may(judge, list.length) ? list.map(asSchema) : [];
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

/** Whether `value` is one of `list`; true as well where that would be too much work to find out. */
function among(list: unknown[], value: unknown, judge: Judge): boolean {
  if (!may(judge, list.length)) return true;
  if (typeof value !== 'object' || value === null) return list.includes(value);
  const text = JSON.stringify(value);
  if (!may(judge, text.length / 10)) return true;
  return list.some((each) => {
    if (typeof each !== 'object' || each === null) return false;
    const other = JSON.stringify(each);
    return !may(judge, other.length / 10) || other === text;
  });
}

/** What is wrong with `value`, one sentence each, with the path of what is meant. Empty: nothing. */
export function faults(value: unknown, root: Schema, whole: Judged = 'the arguments'): string[] {
  return judged(value, root, { root, left: WORK, whole }, '', 0);
}

/**
 * The same for a part of it, which is called `path`. While somebody types a tenth of the work has to do: it is judged
 * again with each key.
 */
export function faultsAt(value: unknown, schema: Schema, root: Schema, path: string): string[] {
  return judged(value, schema, { root, left: WORK / 10, whole: 'the arguments' }, path, 0);
}

function judged(value: unknown, schema: Schema, judge: Judge, path: string, depth: number): string[] {
  if (depth > DEPTH || !may(judge, STEP)) return [];
  const own = resolve(schema, judge.root);
  const label = path === '' ? judge.whole : path;
  const types = own.type === undefined ? [] : typesOf(own, judge.root);
  if (types.length > 0 && !types.some((type) => fits(value, type))) {
    return [`${label} must be ${article(types)}, not ${article([typeOf(value)])}`];
  }
  if (Array.isArray(own.enum) && !among(own.enum, value, judge)) {
    return [`${label} must be one of ${own.enum.slice(0, 20).map(shown).join(', ')}`];
  }
  if (Object.hasOwn(own, 'const') && !among([own.const], value, judge))
    return [`${label} must be ${shown(own.const)}`];
  const tried = branches(own, judge).map((each) => judged(value, each, judge, path, depth + 1));
  if (tried.length > 0 && tried.every((each) => each.length > 0)) {
    return tried.reduce((least, each) => (each.length < least.length ? each : least));
  }
  return [
    ...schemas(own.allOf, judge).flatMap((each) => judged(value, each, judge, path, depth + 1)),
    ...limits(value, own, label, (work) => may(judge, work)),
    ...inside(value, own, judge, path, depth),
  ];
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
  const found = (may(judge, required.length) ? required : [])
    .filter((name) => !Object.hasOwn(given, name))
    .map((name) => `${at(name)} is missing`);
  for (const [name, each] of Object.entries(given)) {
    if (Object.hasOwn(properties, name)) {
      found.push(...judged(each, asSchema(properties[name]), judge, at(name), depth + 1));
    } else if (own.additionalProperties === false && own.patternProperties === undefined) {
      const known = Object.keys(properties);
      // To guess what a person meant costs more than to judge.
      const guess = judge.whole === 'the arguments' && may(judge, STEP * known.length);
      found.push(guess ? unknownName(at(name), name, known) : `there is no ${at(name)}`);
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
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? '[…]' : '{…}';
  return JSON.stringify(typeof value === 'string' ? value.slice(0, 100) : value) ?? 'undefined';
}

function article(types: string[]): string {
  const words = types.map((type) => (type === 'null' ? type : `${/^[aio]/.test(type) ? 'an' : 'a'} ${type}`));
  return words.join(' or ');
}
