// `filter.status=open`: a value that belongs into an object. Pure.
import { isObject } from '../json-object.ts';
import { nearest } from '../nearest.ts';
import { asSchema, resolve, type Schema, typesOf, unknownName } from './input-schema.ts';

/** The names from the outside in, what the schema says of a value there, and why there is no such place. */
export type Place = { path: string[]; schema: Schema; fault?: string };

/** Branches of `anyOf` that are looked at: an object or null is two. */
const MOST = 16;

/**
 * Where the value of a key belongs. A name that the schema lists is itself, dots and all; otherwise a dot leads into
 * the object of that name. What is not listed where anything may stand is one name, as labels have it.
 */
export function placeOf(key: string, root: Schema): Place {
  const path: string[] = [];
  let inside = resolve(root, root);
  let rest = key;
  for (;;) {
    const properties = asSchema(inside.properties);
    if (Object.hasOwn(properties, rest)) return { path: [...path, rest], schema: asSchema(properties[rest]) };
    const names = Object.keys(properties);
    const outer = longest(
      names.filter((name) => rest.startsWith(`${name}.`) && rest.length > name.length + 1),
    );
    if (outer === undefined) {
      const place = { path: [...path, rest], schema: asSchema(inside.additionalProperties) };
      return isClosed(inside, names) ? { ...place, fault: slip(path, rest, names) } : place;
    }
    path.push(outer);
    rest = rest.slice(outer.length + 1);
    const next = objectOf(asSchema(properties[outer]), root);
    if (next === undefined) {
      const types = typesOf(asSchema(properties[outer]), root).join(' or ');
      return { path, schema: {}, fault: `${path.join('.')} is ${types}: there is no ${rest} in it` };
    }
    inside = next;
  }
}

/** A schema that says nothing of other names allows them, but a typed name that is not there is a slip of the finger. */
function isClosed(schema: Schema, names: string[]): boolean {
  return names.length > 0 && schema.additionalProperties === undefined && !schema.patternProperties;
}

function slip(path: string[], rest: string, names: string[]): string {
  const [first = ''] = rest.split('.', 1);
  const name = nearest(rest, names) === undefined && nearest(first, names) !== undefined ? first : rest;
  return unknownName([...path, name].join('.'), name, names);
}

function longest(names: string[]): string | undefined {
  return names.reduce<string | undefined>(
    (most, each) => (each.length > (most?.length ?? 0) ? each : most),
    undefined,
  );
}

/** What an object of this schema is like; undefined: it is none. Of a choice, the first branch that is one. */
function objectOf(schema: Schema, root: Schema): Schema | undefined {
  const own = resolve(schema, root);
  const choice = [own.anyOf, own.oneOf].find(Array.isArray) ?? [];
  const all = [own, ...choice.slice(0, MOST).map((each) => resolve(asSchema(each), root))];
  const listed = all.find((each) => each.properties !== undefined);
  if (listed) return listed;
  const types = typesOf(own, root);
  return types.length === 0 || types.includes('object') ? all.find(mayBeObject) : undefined;
}

function mayBeObject({ type, anyOf, oneOf }: Schema): boolean {
  if (anyOf !== undefined || oneOf !== undefined) return false;
  return type === undefined || type === 'object' || (Array.isArray(type) && type.includes('object'));
}

/** The object at the end of all names but the last, made where there is none; undefined where something else stands. */
export function holderOf(
  given: Record<string, unknown>,
  path: readonly string[],
): Record<string, unknown> | undefined {
  let inside = given;
  for (const name of path.slice(0, -1)) {
    const before = Object.hasOwn(inside, name) ? inside[name] : {};
    if (!isObject(before)) return undefined;
    // No prototype, as for the whole; and what was given with --args is another's object.
    const copy: Record<string, unknown> = Object.assign(Object.create(null), before);
    inside[name] = copy;
    inside = copy;
  }
  return inside;
}
