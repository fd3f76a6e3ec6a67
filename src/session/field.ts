// A schema as a tree of questions, made level by level while it is asked: one that contains itself has no end. Pure.

import { isObject } from '../json-object.ts';
import { type Choices, choicesOf } from './choices.ts';
import { asSchema, faultsAt, type Schema } from './input-schema.ts';
import { type LineShape, lineOf } from './line-field.ts';
import { type Plain, plainSchema } from './merge.ts';
import { textRules } from './text-rules.ts';

export type Field = {
  /** The property that it is the value of. */
  name: string;
  /** As the server sent them: to be sanitised, and cut. */
  title: string;
  description: string;
  required: boolean;
  /** It may be null: left empty it is, if it cannot be left out. */
  nullable: boolean;
  /** The server's default, if it fits its own schema. */
  initial: unknown;
  /** What is wrong with a value, in one sentence. */
  fault(value: unknown): string | undefined;
} & Shape;

type Shape =
  | LineShape
  | { kind: 'boolean' }
  | { kind: 'one'; choices: Choices }
  | { kind: 'many'; choices: Choices }
  /** There is only one value. */
  | { kind: 'fixed'; value: unknown }
  /** `more`: so many that nobody would want to be asked for. */
  | { kind: 'group'; fields(): Field[]; more: number }
  | { kind: 'list'; least: number; most: number; item(index: number): Field }
  | { kind: 'either'; branches(): Field[] };

/** Where a field stands: its path as faults name it, and how deep. */
type Place = { root: Schema; path: string; depth: number; required: boolean };

/** Levels of a form, fields of one level, branches, and choices in a list. Beyond that a line of JSON is asked for. */
const DEEPEST = 5;
const MOST_FIELDS = 200;
const MOST_REQUIRED = 100;
const MOST_BRANCHES = 20;
const MOST_CHOICES = 200;

/** The fields of an object: those it requires, and of the others as many as a form has. In the server's order. */
export function childFields(given: unknown, root: Schema, path = '', depth = 0): Field[] {
  const { own } = plainSchema(given, root);
  const required = new Set(Array.isArray(own.required) ? own.required : []);
  const all = Object.entries(asSchema(own.properties));
  let room = MOST_FIELDS - all.filter(([name]) => required.has(name)).length;
  const shown = all.filter(([name]) => required.has(name) || room-- > 0);
  return shown.map(([name, schema]) => {
    const below = path === '' ? name : `${path}.${name}`;
    return fieldOf(name, schema, { root, path: below, depth: depth + 1, required: required.has(name) });
  });
}

/** The form of a whole schema, such as that of a tool's arguments: a group of fields, or what can be asked instead. */
export function formOf(schema: Schema): Field {
  // MCP has them be an object; a server that forgets to say so means one.
  const whole = { ...schema, type: 'object' };
  return fieldOf('', whole, { root: schema, path: '', depth: 0, required: true });
}

function fieldOf(name: string, given: unknown, place: Place): Field {
  const plain = plainSchema(given, place.root);
  const { own, nullable, branches } = plain;
  const judge = branches.length > 0 ? asSchema(given) : own;
  const rules = textRules(own, place.path);
  const fault = (value: unknown) => {
    if (nullable && value === null) return undefined;
    const [first] = faultsAt(value, judge, place.root, place.path);
    return first ?? (typeof value === 'string' ? rules(value) : undefined);
  };
  return {
    name,
    title: typeof own.title === 'string' && own.title !== '' ? own.title : name,
    description: typeof own.description === 'string' ? own.description : '',
    required: place.required,
    nullable,
    initial: own.default === undefined || fault(own.default) ? undefined : own.default,
    fault,
    ...shapeOf(plain, place, fault),
  };
}

function shapeOf(plain: Plain, place: Place, fault: Field['fault']): Shape {
  const { own, branches } = plain;
  const line = () => lineOf(own, fault);
  if (Object.hasOwn(own, 'const')) return { kind: 'fixed', value: own.const };
  if (Array.isArray(own.enum)) {
    // Nobody looks through thousands: what is typed is held against them.
    return own.enum.length > MOST_CHOICES || own.enum.length === 0
      ? line()
      : { kind: 'one', choices: choicesOf(own, plain.titles) };
  }
  const deep = place.depth > DEEPEST;
  const ways = branches.length > 0 ? branches : typeBranches(own);
  if (ways.length > 1) return deep || ways.length > MOST_BRANCHES ? line() : either(ways, place);
  switch (typeNamed(own)) {
    case 'boolean':
      return { kind: 'boolean' };
    case 'object':
      return (deep ? undefined : groupOf(own, place)) ?? line();
    case 'array':
      return (deep ? undefined : listOf(own, place)) ?? line();
    default:
      return line();
  }
}

function typeNamed(own: Schema): unknown {
  if (own.type !== undefined) return own.type;
  if (own.properties !== undefined) return 'object';
  return own.items === undefined ? undefined : 'array';
}

/** A list of types is a choice between them. */
function typeBranches(own: Schema): Schema[] {
  const { type } = own;
  return Array.isArray(type) ? type.slice(0, MOST_BRANCHES + 1).map((each) => ({ ...own, type: each })) : [];
}

function either(ways: Schema[], place: Place): Shape {
  return {
    kind: 'either',
    branches: () =>
      ways.map((each) => {
        const { title: _, default: __, ...rest } = each;
        // The parent's title would be that of each branch.
        const own = each.title === undefined ? rest : { ...rest, title: each.title };
        return fieldOf(wayName(own, place.root), own, { ...place, depth: place.depth + 1, required: true });
      }),
  };
}

function wayName(way: Schema, root: Schema): string {
  const { own } = plainSchema(way, root);
  const names = Object.keys(asSchema(own.properties)).slice(0, 4);
  if (names.length > 0) return names.join(', ');
  if (Object.hasOwn(own, 'const')) return JSON.stringify(own.const)?.slice(0, 100) ?? 'JSON';
  const words: Record<string, string> = { string: 'text', array: 'list', boolean: 'yes or no' };
  return typeof own.type === 'string' ? (words[own.type] ?? own.type) : 'JSON';
}

/** Undefined: its names are not known, or too many of them are wanted. */
function groupOf(own: Schema, { root, path, depth }: Place): Shape | undefined {
  const count = Object.keys(asSchema(own.properties)).length;
  if (count === 0 && own.additionalProperties !== false && depth > 0) return undefined;
  if (Array.isArray(own.required) && own.required.length > MOST_REQUIRED) return undefined;
  const fields = () => childFields(own, root, path, depth);
  return { kind: 'group', fields, more: Math.max(0, count - MOST_FIELDS) };
}

function listOf(own: Schema, place: Place): Shape | undefined {
  const { items } = own;
  if (!isObject(items) || own.prefixItems !== undefined) return undefined;
  if (typeof own.minItems === 'number' && own.minItems > MOST_REQUIRED) return undefined;
  const item = plainSchema(items, place.root);
  const choices = Array.isArray(item.own.enum) ? item.own.enum.length : 0;
  if (choices > 0 && choices <= MOST_CHOICES)
    return { kind: 'many', choices: choicesOf(item.own, item.titles) };
  const bound = (value: unknown, without: number) =>
    typeof value === 'number' && value >= 0 ? value : without;
  return {
    kind: 'list',
    least: bound(own.minItems, 0),
    most: bound(own.maxItems, Number.POSITIVE_INFINITY),
    item(index) {
      const path = `${place.path}[${index}]`;
      return fieldOf(`${index + 1}`, items, { ...place, path, depth: place.depth + 1, required: true });
    },
  };
}
