// URI templates (RFC 6570) with texts as values. The SDK's own expansion leaves the values of `{a,b}` bare, and knows
// neither `{;a}` nor `{a:3}`.

import type { ResourceTemplateType } from '@modelcontextprotocol/client';
import { UsageError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { unknownName } from './input-schema.ts';

type Style = { first: string; between: string; named: boolean; reserved: boolean };

/** RFC 6570, appendix A. */
const STYLES: Record<string, Style> = {
  '': { first: '', between: ',', named: false, reserved: false },
  '+': { first: '', between: ',', named: false, reserved: true },
  '#': { first: '#', between: ',', named: false, reserved: true },
  '.': { first: '.', between: '.', named: false, reserved: false },
  '/': { first: '/', between: '/', named: false, reserved: false },
  ';': { first: ';', between: ';', named: true, reserved: false },
  '?': { first: '?', between: '&', named: true, reserved: false },
  '&': { first: '&', between: '&', named: true, reserved: false },
};

const EXPRESSION = /\{([+#./;?&]?)([^{}]+)\}/g;

export function isTemplate(uri: string): boolean {
  return /\{[^{}]+\}/.test(uri);
}

/** The variables of a template, in order; those of a query, a fragment or a parameter may be left out. */
export function variablesOf(template: string): { name: string; required: boolean }[] {
  return [...template.matchAll(EXPRESSION)].flatMap(([, operator = '', list = '']) =>
    variables(list).map(({ name }) => ({ name, required: !/[?&;#]/.test(operator) })),
  );
}

function variables(list: string): { name: string; length: number }[] {
  return list.split(',').map((each) => {
    const [, name = each, length] = /^(.*?)(?:\*|:(\d+))?$/.exec(each.trim()) ?? [];
    return { name, length: length === undefined ? Number.POSITIVE_INFINITY : Number(length) };
  });
}

/**
 * The URI that a template becomes with these values.
 * @throws UsageError `bad_arguments` that names every variable that is missing or unknown
 */
export function expandTemplate(template: string, given: Record<string, string>): string {
  const known = variablesOf(template);
  const names = [...new Set(known.map(({ name }) => name))];
  const wrong = [
    ...Object.keys(given)
      .filter((name) => !names.includes(name))
      .map((name) => unknownName(name, name, names)),
    ...known
      .filter(({ name, required }) => required && !Object.hasOwn(given, name))
      .map(({ name }) => `${name} is missing`),
  ];
  const uri = template.replace(EXPRESSION, (_, operator: string, list: string) =>
    expand(STYLES[operator] as Style, list, given),
  );
  if (/[{}]/.test(template.replace(EXPRESSION, ''))) wrong.push('it has a brace too many');
  if (wrong.length === 0) return uri;
  throw new UsageError('bad_arguments', `wrong values for ${template}: ${[...new Set(wrong)].join('; ')}`, {
    hint: `give them as ${names.map((name) => `${name}=…`).join(' ')}`,
  });
}

function expand(style: Style, list: string, given: Record<string, string>): string {
  const parts = variables(list).flatMap(({ name, length }) => {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === undefined) return [];
    const text = encode([...value].slice(0, length).join(''), style.reserved);
    if (!style.named) return [text];
    return [text === '' && style.first === ';' ? name : `${name}=${text}`];
  });
  return parts.length === 0 ? '' : style.first + parts.join(style.between);
}

const KEPT = /[A-Za-z0-9\-._~]/;
/** Of one character, or of one that is encoded already. */
const KEPT_RESERVED = /%[0-9A-Fa-f]{2}|[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]/;

/** `reserved`: what has a meaning in a URI stays as it is. */
function encode(text: string, reserved: boolean): string {
  const kept = reserved ? KEPT_RESERVED : KEPT;
  return text.replace(new RegExp(`${kept.source}|[^]`, 'gu'), (piece) =>
    piece.length === 3 || kept.test(piece) ? piece : percent(piece),
  );
}

function percent(character: string): string {
  const hex = Buffer.from(character, 'utf8').toString('hex').toUpperCase();
  return hex.replace(/../g, '%$&');
}

/** The template called `name`. Throws UsageError `unknown_template` with the nearest name. */
export function findTemplate(
  templates: ResourceTemplateType[],
  name: string,
  server: string,
): ResourceTemplateType {
  const found = templates.find((template) => template.name === name);
  if (found) return found;
  const guess = nearest(
    name,
    templates.map((template) => template.name),
  );
  throw new UsageError('unknown_template', `there is no resource template named "${name}" on ${server}`, {
    hint: guess === undefined ? 'see what there is: mcp-cli resources templates' : `did you mean ${guess}?`,
    server,
  });
}
