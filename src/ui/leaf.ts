// The questions of a form that have nothing below them. What a server wrote is shown sanitised and cut.

import type { Choice, Form } from '../deps.ts';
import type { Field } from '../session/field.ts';
import { label } from './label.ts';

export type Asking = {
  prompt: Form;
  err(text: string): void;
  signal: AbortSignal;
  /** Leaves the whole form. */
  leave(): void;
};

export type Of<K extends Field['kind']> = Extract<Field, { kind: K }>;

export function question({ description, required }: Field, name: string): string {
  return `${name}${description ? `: ${label(description)}` : ''}${required ? '' : ' (may be left out)'}`;
}

export function choice<T>(name: string, value: T): Choice<T> {
  return { name, value };
}

export function choicesOf(given: { name: string; value: unknown }[]): Choice<unknown>[] {
  return given.map(({ name, value }) => choice(label(name), value));
}

export function shown(value: unknown): string {
  return label(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
}

/** One of several, or null, or none, as the field allows. */
export async function pick(
  { prompt, signal, leave }: Asking,
  field: Field,
  message: string,
  choices: Choice<unknown>[],
  initial: unknown,
): Promise<unknown> {
  const all = [
    ...choices,
    ...(field.nullable ? [choice<unknown>('(null)', null)] : []),
    ...(field.required ? [] : [choice<unknown>('(leave out)', undefined)]),
  ];
  // By their numbers: objects that look alike are not the same.
  const numbers = all.map((each, index) => choice(each.name, index));
  const at = initial === undefined ? -1 : all.findIndex(({ value }) => alike(value, initial));
  const chosen = await prompt.select(message, numbers, {
    signal,
    leave,
    ...(at >= 0 && { initial: at }),
  });
  return all[chosen]?.value;
}

function alike(one: unknown, other: unknown): boolean {
  return one === other || (typeof one === 'object' && JSON.stringify(one) === JSON.stringify(other));
}

export async function askLine(
  { prompt, signal, leave }: Asking,
  field: Of<'line'>,
  initial: unknown,
  name: string,
): Promise<unknown> {
  const { required, nullable } = field;
  const line = initial === undefined ? undefined : field.write(initial);
  const check = (text: string) => {
    if (text === '') return required && !nullable ? 'this has to be answered' : undefined;
    const taken = field.take(text);
    return 'fault' in taken ? label(taken.fault) : undefined;
  };
  const text = await prompt.text(question(field, name), {
    // What a terminal would not show as it is cannot be changed on a line.
    ...(line !== undefined && label(line) === line && { initial: line }),
    hint: nullable ? `${field.hint}; nothing for null` : field.hint,
    check,
    signal,
    leave,
  });
  if (text === '') return required && nullable ? null : undefined;
  const taken = field.take(text);
  return 'value' in taken ? taken.value : undefined;
}

export async function askMany(
  { prompt, signal, leave }: Asking,
  field: Of<'many'>,
  initial: unknown,
  name: string,
): Promise<unknown> {
  const values = field.choices.map(({ value }) => value);
  const numbers = field.choices.map((each, index) => choice(label(each.name), index));
  const wanted = Array.isArray(initial) ? initial : [];
  const of = (chosen: number[]) => chosen.map((index) => values[index]);
  const chosen = await prompt.checkbox(question(field, name), numbers, {
    initial: numbers.flatMap(({ value }) =>
      wanted.some((each) => alike(values[value], each)) ? [value] : [],
    ),
    check(some) {
      if (some.length === 0 && !field.required) return undefined;
      const fault = field.fault(of(some));
      return fault === undefined ? undefined : label(fault);
    },
    signal,
    leave,
  });
  return chosen.length === 0 && !field.required ? undefined : of(chosen);
}
