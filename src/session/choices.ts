import type { Schema } from './input-schema.ts';

/** Names as the server sent them. */
export type Choices = { name: string; value: unknown }[];

/** The values of `enum` with their titles: those of `oneOf`, or the older `enumNames`. Pure. */
export function choicesOf(own: Schema, titles: unknown[] = []): Choices {
  const values = Array.isArray(own.enum) ? own.enum : [];
  const older = Array.isArray(own.enumNames) ? own.enumNames : [];
  return values.map((value, index) => ({ name: word(titles[index] ?? older[index] ?? value), value }));
}

/** An object would be asked for its own idea of a text, and may have none. */
function word(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return (JSON.stringify(value) ?? '').slice(0, 200);
}
