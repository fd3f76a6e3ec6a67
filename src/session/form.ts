// What a server may ask in a form (MCP elicitation, Requested Schema): a flat object of texts, numbers, yes or no, and
// choices. Pure.

import { nearest } from '../nearest.ts';
import { asSchema, faults, type Schema } from './input-schema.ts';

export type Value = string | number | boolean | string[];
export type Content = Record<string, Value>;

export type Field = {
  name: string;
  /** As the server sent them: to be sanitised. */
  title: string;
  description: string;
  required: boolean;
  kind: 'text' | 'number' | 'boolean' | 'one' | 'many';
  /** Of `one` and `many`. */
  choices: { name: string; value: string }[];
  /** The server's default, if it fits its own schema. */
  initial: Value | undefined;
  /** What is wrong with a value, in one sentence. */
  fault(value: unknown): string | undefined;
};

export function fieldsOf(schema: Schema): Field[] {
  const required = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(asSchema(schema.properties)).map(([name, given]) => {
    const own = plain(asSchema(given));
    const fault = (value: unknown) => faultOf(name, value, own);
    return {
      name,
      title: typeof own.title === 'string' && own.title !== '' ? own.title : name,
      description: typeof own.description === 'string' ? own.description : '',
      required: required.includes(name),
      kind: kindOf(own),
      choices: choicesOf(asSchema(given)),
      initial: own.default === undefined || fault(own.default) ? undefined : (own.default as Value),
      fault,
    };
  });
}

function kindOf(own: Schema): Field['kind'] {
  if (own.type === 'array') return 'many';
  if (Array.isArray(own.enum)) return 'one';
  if (own.type === 'boolean') return 'boolean';
  return own.type === 'number' || own.type === 'integer' ? 'number' : 'text';
}

function choicesOf(given: Schema): Field['choices'] {
  const list = given.type === 'array' ? asSchema(given.items) : given;
  const titled = [list.oneOf, list.anyOf].find(Array.isArray);
  if (titled)
    return titled.map(asSchema).map(({ const: value, title }) => ({
      name: word(title ?? value),
      value: word(value),
    }));
  const names = Array.isArray(list.enumNames) ? list.enumNames : [];
  return (Array.isArray(list.enum) ? list.enum : []).map((value, index) => ({
    name: word(names[index] ?? value),
    value: word(value),
  }));
}

/** An object would be asked for its own idea of a text, and may have none. */
function word(value: unknown): string {
  return typeof value === 'object' && value !== null ? '(an object)' : String(value);
}

/** Choices with titles as plain ones, so that a wrong one is told all of them. */
function plain(given: Schema): Schema {
  if (given.type === 'array') return { ...given, items: plain(asSchema(given.items)) };
  const titled = [given.oneOf, given.anyOf].find(Array.isArray);
  if (!titled) return given;
  const { oneOf: _, anyOf: __, ...rest } = given;
  return { ...rest, enum: titled.map((each) => asSchema(each).const) };
}

function faultOf(name: string, value: unknown, own: Schema): string | undefined {
  const root = { type: 'object', properties: { [name]: own } };
  const [first] = faults(Object.fromEntries([[name, value]]), root);
  if (first !== undefined) return first;
  const format = typeof value === 'string' ? FORMATS.get(word(own.format)) : undefined;
  return format && !format.fits(value as string) ? `${name} must be ${format.words}` : undefined;
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/i;

/** A date that the calendar has: Date takes the 31st of February for the 3rd of March. */
function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return DATE.test(text) && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

const FORMATS = new Map<string, { words: string; fits(text: string): boolean }>([
  ['email', { words: 'an e-mail address', fits: (text) => /^[^\s@]+@[^\s@]+$/.test(text) }],
  ['uri', { words: 'a URL', fits: (text) => /^[a-z][a-z0-9+.-]*:/i.test(text) && URL.canParse(text) }],
  ['date', { words: 'a date such as 2026-07-28', fits: isDay }],
  [
    'date-time',
    {
      words: 'a moment such as 2026-07-28T12:00:00Z',
      fits: (text) => MOMENT.test(text) && isDay(text.slice(0, 10)) && !Number.isNaN(Date.parse(text)),
    },
  ],
]);

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
