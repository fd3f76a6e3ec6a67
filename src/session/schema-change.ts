// Whether what was written against a schema still holds for the one that a server sends today. Pure. It errs on the side of
// saying so: what it does not understand, and what has changed, has changed incompatibly.
import { isDeepStrictEqual } from 'node:util';
import { asSchema, resolve, type Schema } from './input-schema.ts';

/** Of arguments, what was accepted has to be; of results, what was promised. */
type Of = 'arguments' | 'result';

type Compare = {
  of: Of;
  before: Schema;
  after: Schema;
  left: number;
  /** What came of each pair; of one that is still being compared: nothing yet, as schemas refer to themselves. */
  known: Map<Schema, Map<Schema, string[]>>;
};

/** Pairs of schemas that are looked at, and how deep: a server's schema can refer to itself. */
const WORK = 5_000;
const DEPTH = 32;
/** JSON has seven. */
const TYPES = 16;

/** Each change that breaks what was written against `before`, one phrase each. Empty: none does. */
export function schemaChanges(of: Of, before: Schema, after: Schema): string[] {
  const compare: Compare = { of, before, after, left: WORK, known: new Map() };
  return [...new Set(changes(compare, before, after, '', 0))];
}

function changes(compare: Compare, was: Schema, is: Schema, path: string, depth: number): string[] {
  if (depth > DEPTH || --compare.left < 0) return [`${label(compare, path)} is too deep to be compared`];
  const old = resolve(was, compare.before);
  const now = resolve(is, compare.after);
  const known = compare.known.get(old) ?? new Map<Schema, string[]>();
  const before = known.get(now);
  if (before) return before;
  compare.known.set(old, known.set(now, []));
  const found = [
    ...typeChanges(compare, old, now, path),
    ...(compare.of === 'arguments' ? narrowed(compare, old, now, path) : []),
    ...branchChanges(compare, old, now, path, depth),
    ...memberChanges(compare, old, now, path, depth),
    ...itemChanges(compare, old, now, path, depth),
  ];
  known.set(now, found);
  return found;
}

function label({ of }: Compare, path: string): string {
  if (path === '') return of === 'arguments' ? 'the arguments' : 'the result';
  return of === 'arguments' ? path : `${path} of the result`;
}

function typeChanges(compare: Compare, old: Schema, now: Schema, path: string): string[] {
  // Each branch of a choice has types of its own.
  if (choiceOf(old) || choiceOf(now)) return [];
  const before = typesOf(old);
  const after = typesOf(now);
  // Arguments may be given as ever; a result may be nothing else than ever.
  const [given, taken] = compare.of === 'arguments' ? [before, after] : [after, before];
  if (taken.length === 0 || (given.length > 0 && given.every((type) => isAmong(type, taken)))) return [];
  return [`${label(compare, path)} was ${said(before)}, and is ${said(after)}`];
}

/** Its own; empty: any. */
function typesOf({ type }: Schema): string[] {
  return (Array.isArray(type) ? type : [type]).filter((each) => typeof each === 'string').slice(0, TYPES);
}

function isAmong(type: string, types: string[]): boolean {
  return types.includes(type) || (type === 'integer' && types.includes('number'));
}

function said(types: string[]): string {
  return types.length === 0 ? 'anything' : types.join(' or ');
}

/** A higher bound of these, or a lower one, takes less. */
const LEAST = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'];
const MOST = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'];
/** Whatever else they say, they take less than nothing said. */
const OPAQUE = [
  'pattern',
  'multipleOf',
  'uniqueItems',
  'allOf',
  'not',
  'if',
  'then',
  'else',
  'contains',
  'prefixItems',
  'propertyNames',
  'patternProperties',
  'dependentRequired',
  'dependentSchemas',
];

function narrowed(compare: Compare, old: Schema, now: Schema, path: string): string[] {
  const name = label(compare, path);
  const values = valuesOf(now);
  const before = valuesOf(old);
  const kept = new Set(values?.map((each) => JSON.stringify(each)));
  const lost = values && before?.filter((each) => !kept.has(JSON.stringify(each)));
  const bound = (key: string, worse: (was: number, is: number) => boolean) => {
    const [was, is] = [old[key], now[key]];
    if (typeof is !== 'number' || (typeof was === 'number' && !worse(was, is))) return [];
    return [`${name} has ${key} ${is}${typeof was === 'number' ? `, not ${was}` : ''}`];
  };
  return [
    ...(values && !before ? [`${name} takes only ${values.map(shown).slice(0, 10).join(', ')}`] : []),
    ...(lost?.length ? [`${name} takes no ${lost.map(shown).slice(0, 10).join(', ')} any more`] : []),
    ...LEAST.flatMap((key) => bound(key, (was, is) => is > was)),
    ...MOST.flatMap((key) => bound(key, (was, is) => is < was)),
    ...OPAQUE.filter((key) => now[key] !== undefined && !isDeepStrictEqual(now[key], old[key])).map(
      (key) => `${name} has another ${key}`,
    ),
  ];
}

function valuesOf(schema: Schema): unknown[] | undefined {
  if (Object.hasOwn(schema, 'const')) return [schema.const];
  return Array.isArray(schema.enum) ? schema.enum : undefined;
}

function shown(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 100) ?? 'undefined';
}

/** Each way in that there was has to be open, each way out that there is has to have been there. */
function branchChanges(compare: Compare, old: Schema, now: Schema, path: string, depth: number): string[] {
  if (!choiceOf(old) && !choiceOf(now)) return [];
  const [before, after] = [branchesOf(old), branchesOf(now)];
  const fits = (was: Schema, is: Schema) => changes(compare, was, is, path, depth + 1).length === 0;
  const kept =
    compare.of === 'arguments'
      ? before.every((was) => after.some((is) => fits(was, is)))
      : after.every((is) => before.some((was) => fits(was, is)));
  return kept ? [] : [`${label(compare, path)} has another choice of shapes`];
}

function choiceOf({ anyOf, oneOf }: Schema): unknown[] | undefined {
  return [anyOf, oneOf].find(Array.isArray);
}

/** A schema without a choice is its own only branch, and one with several types a branch for each. */
function branchesOf(schema: Schema): Schema[] {
  const choice = choiceOf(schema);
  if (choice) return choice.map(asSchema);
  const types = typesOf(schema);
  return types.length > 1 ? types.map((type) => ({ ...schema, type })) : [{ ...schema }];
}

function memberChanges(compare: Compare, old: Schema, now: Schema, path: string, depth: number): string[] {
  const before = asSchema(old.properties);
  const after = asSchema(now.properties);
  const at = (name: string) => (path === '' ? name : `${path}.${name}`);
  const kept = Object.keys(before).filter((name) => Object.hasOwn(after, name));
  const gone = Object.keys(before).filter((name) => !Object.hasOwn(after, name));
  const [must, musts] = [requiredOf(old), requiredOf(now)];
  const ofArguments = compare.of === 'arguments';
  const changed = ofArguments
    ? [...musts].filter((name) => !must.has(name)).map((name) => `${at(name)} is required now`)
    : [...must]
        .filter((name) => !musts.has(name) && Object.hasOwn(after, name))
        .map((name) => `${label(compare, at(name))} is not promised any more`);
  const others = old.additionalProperties;
  const open = others === true || (typeof others === 'object' && others !== null);
  return [
    ...gone.map((name) => `${label(compare, at(name))} is gone`),
    ...changed,
    ...(ofArguments && open && now.additionalProperties === false
      ? [`${label(compare, path)} takes no other names any more`]
      : []),
    ...(open && typeof now.additionalProperties === 'object'
      ? changes(compare, asSchema(others), asSchema(now.additionalProperties), at('*'), depth + 1)
      : []),
    ...kept.flatMap((name) =>
      changes(compare, asSchema(before[name]), asSchema(after[name]), at(name), depth + 1),
    ),
  ];
}

function requiredOf({ required }: Schema): Set<string> {
  return new Set(Array.isArray(required) ? required.filter((each) => typeof each === 'string') : []);
}

function itemChanges(compare: Compare, old: Schema, now: Schema, path: string, depth: number): string[] {
  if (old.items === undefined && now.items === undefined) return [];
  return changes(compare, asSchema(old.items), asSchema(now.items), `${path}[]`, depth + 1);
}
