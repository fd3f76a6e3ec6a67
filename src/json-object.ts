// JSON that somebody else wrote, where only an object will do.

export type JsonObject = Record<string, unknown>;

/** Undefined for what is no JSON, and for JSON of anything else. */
export function parseObject(text: string): JsonObject | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The value itself, if it is an object; a list is none. */
export function asObject(value: unknown): JsonObject | undefined {
  return isObject(value) ? value : undefined;
}

/** A list is none, and null is none. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
