// One field of a form, at the terminal, with all that is in it. What a server wrote is shown sanitised and cut.

import { isObject } from '../json-object.ts';
import type { Field } from '../session/field.ts';
import { label } from './label.ts';
import { type Asking, askLine, askMany, choice, choicesOf, type Of, pick, question, shown } from './leaf.ts';

/** So many that may be left out are asked one by one; of more, a person says which. */
const ONE_BY_ONE = 8;

/** The value of a field; undefined: left out. `proposed` is offered where it fits, else the server's default. */
export async function askField(
  asking: Asking,
  field: Field,
  proposed: unknown,
  name = label(field.title),
): Promise<unknown> {
  const initial =
    proposed === undefined || (field.kind !== 'group' && field.fault(proposed)) ? field.initial : proposed;
  switch (field.kind) {
    case 'line':
      return askLine(asking, field, initial, name);
    case 'boolean':
      return pick(asking, field, question(field, name), [choice('yes', true), choice('no', false)], initial);
    case 'one':
      return pick(asking, field, question(field, name), choicesOf(field.choices), initial);
    case 'fixed':
      return field.required
        ? field.value
        : pick(asking, field, question(field, name), [choice(shown(field.value), field.value)], initial);
    case 'many':
      return askMany(asking, field, initial, name);
    case 'group':
      return askGroup(asking, field, initial, name);
    case 'list':
      return askList(asking, field, initial, name);
    case 'either':
      return askEither(asking, field, initial, name);
  }
}

const GIVE = [choice<unknown>('yes', true)];

async function askGroup(
  asking: Asking,
  field: Of<'group'>,
  initial: unknown,
  name: string,
): Promise<unknown> {
  const given = isObject(initial) ? initial : {};
  if (name !== '') {
    asking.err(`\n${question(field, name)}\n`);
    if (!field.required || field.nullable) {
      const wanted = await pick(asking, field, `Give ${name}?`, GIVE, isObject(initial) ? true : undefined);
      if (wanted !== true) return wanted;
    }
  }
  const fields = await wantedFields(asking, field, given);
  const content: [string, unknown][] = [];
  for (const each of fields) {
    const own = Object.hasOwn(given, each.name) ? given[each.name] : undefined;
    const value = await askField(asking, each, own);
    if (value !== undefined) content.push([each.name, value]);
  }
  return Object.fromEntries(content);
}

async function wantedFields(
  { prompt, err, signal, leave }: Asking,
  field: Of<'group'>,
  given: Record<string, unknown>,
): Promise<Field[]> {
  const fields = field.fields();
  const free = fields.filter(({ required }) => !required);
  if (field.more > 0) err(`   ${field.more} more may be left out, and are not asked for\n`);
  if (free.length <= ONE_BY_ONE) return fields;
  const numbers = free.map((each, index) => choice(label(each.title), index));
  const chosen = await prompt.checkbox('Which of these do you want to give?', numbers, {
    initial: numbers.flatMap(({ value }) => (Object.hasOwn(given, free[value]?.name ?? '') ? [value] : [])),
    signal,
    leave,
  });
  const wanted = new Set(chosen.map((index) => free[index]));
  return fields.filter((each) => each.required || wanted.has(each));
}

async function askList(asking: Asking, field: Of<'list'>, initial: unknown, name: string): Promise<unknown> {
  const { prompt, signal, leave } = asking;
  const given = Array.isArray(initial) ? initial : [];
  const values: unknown[] = [];
  asking.err(`\n${question(field, name)}\n`);
  while (values.length < field.most) {
    if (values.length >= field.least) {
      const message = `Add ${values.length === 0 ? 'one' : 'another one'} to ${name}?`;
      const more = await prompt.select(message, [choice('yes', true), choice('no', false)], {
        initial: values.length < given.length || (values.length === 0 && field.required),
        signal,
        leave,
      });
      if (!more) break;
    }
    const item = field.item(values.length);
    values.push(await askField(asking, item, given[values.length], `${name} ${values.length + 1}`));
  }
  return values.length === 0 && !field.required ? undefined : values;
}

async function askEither(
  asking: Asking,
  field: Of<'either'>,
  initial: unknown,
  name: string,
): Promise<unknown> {
  const branches = field.branches();
  const ways = branches.map((each) => choice<unknown>(label(each.title), each));
  const fitting = initial === undefined ? undefined : branches.find((each) => !each.fault(initial));
  const way = await pick(asking, field, question(field, name || 'Which of these?'), ways, fitting);
  const chosen = branches.find((each) => each === way);
  // Null, or left out.
  if (!chosen) return way;
  return askField(asking, chosen, chosen === fitting ? initial : undefined, name);
}
