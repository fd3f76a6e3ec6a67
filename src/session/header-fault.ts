// Arguments that a tool wants repeated in headers (`x-mcp-header`, MCP 2026-07-28, Streamable HTTP). A tool that asks
// for it in a wrong way has to be left out, and the SDK would write the tool's name to the terminal as it came.
import { asSchema, type Schema } from './input-schema.ts';

const MARK = 'x-mcp-header';
/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const TYPES = ['string', 'integer', 'boolean'];

/** Where there are schemas that no chain of `properties` leads to: as they are, in a list, or by name. */
const BESIDE = [
  ...[
    'items',
    'prefixItems',
    'contains',
    'additionalProperties',
    'unevaluatedProperties',
    'unevaluatedItems',
  ],
  ...['propertyNames', 'oneOf', 'anyOf', 'allOf', 'not', 'if', 'then', 'else'],
];
const BESIDE_BY_NAME = ['patternProperties', 'dependentSchemas', '$defs', 'definitions'];

/** What is wrong with a tool's wishes for headers, if something is. The schema must not be deep (see `shallow`). */
export function headerFault(inputSchema: unknown): string | undefined {
  const names = new Set<string>();

  function own(schema: Schema, within: boolean): string | undefined {
    if (!(MARK in schema)) return undefined;
    const name = schema[MARK];
    if (!within) return `${MARK} stands where no argument is`;
    if (typeof name !== 'string' || !TOKEN.test(name)) return `${MARK} is not the name of a header`;
    if (typeof schema.type !== 'string' || !TYPES.includes(schema.type))
      return `${MARK} is at an argument that fits into no header`;
    if (names.has(name.toLowerCase())) return `two arguments have the same ${MARK}`;
    names.add(name.toLowerCase());
    return undefined;
  }

  function visit(value: unknown, within: boolean, isRoot = false): string | undefined {
    if (typeof value !== 'object' || value === null) return undefined;
    const schema = value as Schema;
    return (
      own(schema, within && !isRoot) ??
      firstOf(valuesOf(asSchema(schema.properties)), within) ??
      firstOf(besideOf(schema), false)
    );
  }

  function firstOf(values: unknown[], within: boolean): string | undefined {
    for (const each of values) {
      const fault = visit(each, within);
      if (fault) return fault;
    }
    return undefined;
  }

  return visit(inputSchema, true, true);
}

/** Hardly a schema has any of these, and a list may have thousands of schemas. */
function besideOf(schema: Schema): unknown[] {
  let found: unknown[] = [];
  for (const key of BESIDE) if (schema[key] !== undefined) found = found.concat(schema[key]);
  for (const key of BESIDE_BY_NAME)
    if (schema[key] !== undefined) found = found.concat(valuesOf(schema[key]));
  return found;
}

function valuesOf(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}
