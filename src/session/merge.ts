// A schema made plain for a form: references followed, `allOf` joined, `null` set apart, titled choices listed. Pure.

import { asSchema, resolve, type Schema } from './input-schema.ts';

export type Plain = {
  own: Schema;
  nullable: boolean;
  /** The names of `own.enum`, one each; absent: they have none. */
  titles?: unknown[];
  /** Of `anyOf` or `oneOf`, each joined with what stands beside it. */
  branches: Schema[];
};

/** Parts of one `allOf`, and all parts that are joined for one field. */
const MOST_PARTS = 20;

export function plainSchema(given: unknown, root: Schema, depth = 0): Plain {
  const own = joined(asSchema(given), root, { left: MOST_PARTS });
  const types = Array.isArray(own.type) ? own.type : undefined;
  const typed = types ? { ...own, type: bare(types.filter((each) => each !== 'null')) } : own;
  const list = [typed.anyOf, typed.oneOf].find(Array.isArray);
  const nullType = types?.includes('null') ?? false;
  if (!list) return { own: typed, nullable: nullType, branches: [] };
  const { anyOf: _, oneOf: __, ...beside } = typed;
  const all = list.slice(0, MOST_PARTS + 1).map((each) => asSchema(each));
  const parts = all.map((each) => ({ short: resolve(each, root), whole: each }));
  const some = parts.filter(({ short }) => !isNull(short));
  const nullable = nullType || some.length < parts.length;
  const consts = list.every((each) => isConst(resolve(asSchema(each), root)));
  if (consts) {
    const every = list.map((each) => resolve(asSchema(each), root));
    return {
      own: { ...beside, enum: every.map((each) => each.const) },
      titles: every.map((each) => each.title),
      nullable: nullType,
      branches: [],
    };
  }
  const branches = some.map(({ whole }) => join(beside, joined(whole, root, { left: MOST_PARTS })));
  const [only] = branches;
  // Two words for one thing: it, or nothing.
  if (only && branches.length === 1 && depth < MOST_PARTS) {
    const inner = plainSchema(only, root, depth + 1);
    const { title = inner.own.title, description = inner.own.description } = beside;
    return { ...inner, own: { ...inner.own, title, description }, nullable: nullable || inner.nullable };
  }
  return { own: beside, nullable, branches };
}

function bare(types: unknown[]): unknown {
  return types.length === 1 ? types[0] : types;
}

function isNull(schema: Schema): boolean {
  return schema.type === 'null' || (isConst(schema) && schema.const === null);
}

function isConst(schema: Schema): boolean {
  return Object.hasOwn(schema, 'const');
}

/** With its reference followed, what stands beside that, and its `allOf`. A cycle ends with the parts that may be joined. */
function joined(given: Schema, root: Schema, parts: { left: number }): Schema {
  const { $ref, ...beside } = given;
  const followed = typeof $ref === 'string' ? { ...resolve(given, root), ...beside } : given;
  const { allOf, ...own } = followed as Record<string, unknown>;
  if (!Array.isArray(allOf)) return followed;
  let all: Schema = own;
  for (const part of allOf) {
    parts.left -= 1;
    if (parts.left < 0) break;
    all = join(all, joined(asSchema(part), root, parts));
  }
  return all;
}

/** Both: names of either, required by either; where both say something else, the part has the last word. */
function join(own: Schema, part: Schema): Schema {
  const both: Record<string, unknown> = { ...own, ...part };
  if (own.properties !== undefined && part.properties !== undefined)
    both.properties = { ...asSchema(own.properties), ...asSchema(part.properties) };
  if (Array.isArray(own.required) && Array.isArray(part.required))
    both.required = [...own.required, ...part.required];
  return both;
}
