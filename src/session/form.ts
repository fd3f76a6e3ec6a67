// What a server may ask in a form (MCP elicitation, Requested Schema): an object of texts, numbers, yes or no, and
// choices; and how answers that are there already fill it. Pure.

import { nearest } from '../nearest.ts';
import { childFields, type Field } from './field.ts';
import type { Schema } from './input-schema.ts';

type Value = string | number | boolean | string[];
export type Content = Record<string, Value>;

export function fieldsOf(schema: Schema): Field[] {
  return childFields(schema, schema);
}

export type Filled = {
  content: Content;
  /** Required, with neither an answer nor a default. */
  missing: string[];
  /** What is wrong with the answers that were given. */
  wrong: string[];
};

/**
 * A form filled from `answers` and the defaults of the server. Names that the form does not have are for another
 * question, unless `strict` says that the answers are for this one; or unless one is nearly a field left open.
 */
export function fill(fields: Field[], answers: Readonly<Record<string, unknown>>, strict: boolean): Filled {
  const known = new Set(fields.map(({ name }) => name));
  const open = fields.flatMap(({ name }) => (Object.hasOwn(answers, name) ? [] : [name]));
  const content: [string, Value][] = [];
  const filled: Filled = { content: {}, missing: [], wrong: [] };
  for (const field of fields) {
    const given = Object.hasOwn(answers, field.name);
    const value = given ? answers[field.name] : field.initial;
    const fault = given ? field.fault(value) : undefined;
    if (fault) filled.wrong.push(fault);
    else if (value !== undefined) content.push([field.name, value as Value]);
    else if (field.required) filled.missing.push(field.name);
  }
  for (const name of Object.keys(answers).filter((each) => !known.has(each))) {
    const guess = nearest(name, open);
    if (guess !== undefined) filled.wrong.push(`there is no ${name} (did you mean ${guess}?)`);
    else if (strict) filled.wrong.push(`there is no ${name}`);
  }
  filled.content = Object.fromEntries(content);
  return filled;
}

// Servers must not ask for these in a form (MCP elicitation, Security Considerations).
const SECRET =
  /pass(word|phrase|wd|code)|secret|credential|token|api.?key|private.?key|\bpin\b|\bcv[cv]\b|card.?number/i;

/** The fields that by their names are secrets. */
export function secretFields(fields: Field[]): string[] {
  const spaced = (text: string) => text.replace(/([a-z])([A-Z])/g, '$1 $2').replace(/[_-]+/g, ' ');
  return fields
    .filter(({ name, title }) => [name, title].some((each) => SECRET.test(spaced(each))))
    .map(({ name }) => name);
}
