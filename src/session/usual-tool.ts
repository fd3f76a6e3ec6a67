import { isObject } from '../json-object.ts';
import { asSchema } from './input-schema.ts';

/**
 * Whether a tool is one at first sight, as most are: the SDK's schema of a tool would say the same of it, and takes as long
 * to make as a short list to fetch. Of any other, that one has to be asked. For
 * what `isShallow` has let through.
 */
export function isUsual(tool: unknown): boolean {
  const {
    name,
    title,
    description,
    inputSchema,
    outputSchema = {},
    annotations = {},
    _meta = {},
    ...more
  } = asSchema(tool);
  const { type, properties = {}, required = [] } = asSchema(inputSchema);
  const { title: shown, ...hints } = asSchema(annotations);
  return (
    type === 'object' &&
    typeof name === 'string' &&
    [title, description, shown, asSchema(outputSchema).$schema].every(isText) &&
    [properties, outputSchema, annotations, _meta].every(isObject) &&
    Array.isArray(required) &&
    required.every((each) => typeof each === 'string') &&
    Object.values(hints).every((hint) => typeof hint === 'boolean') &&
    Object.keys(more).length === 0 &&
    isJson(properties)
  );
}

/** `1e999` is JSON, and Infinity when it was read, which no schema has a place for. */
function isJson(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.values(value).every(isJson);
}

function isText(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}
