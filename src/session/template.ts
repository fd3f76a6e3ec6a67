import { type ResourceTemplateType, UriTemplate } from '@modelcontextprotocol/client';
import { UsageError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { unknownName } from './input-schema.ts';

/** `{name}`, `{+path}`, `{?a,b}`: an expression of RFC 6570. */
const EXPRESSION = /\{([+#./;?&]?)([^{}]*)\}/g;

export function isTemplate(uri: string): boolean {
  return UriTemplate.isTemplate(uri);
}

/** The variables of a template, in order; those of a query may be left out. */
export function variablesOf(template: string): { name: string; required: boolean }[] {
  return [...template.matchAll(EXPRESSION)].flatMap(([, operator = '', names = '']) =>
    names.split(',').map((name) => ({
      name: name.replace(/(\*|:\d+)$/, '').trim(),
      required: !/[?&;#]/.test(operator) || operator === '',
    })),
  );
}

/**
 * The URI that a template (RFC 6570) becomes with these values.
 * @throws UsageError `bad_arguments` that names every variable that is missing or unknown
 */
export function expandTemplate(template: string, given: Record<string, string>): string {
  const known = variablesOf(template);
  const names = known.map(({ name }) => name);
  const wrong = [
    ...Object.keys(given)
      .filter((name) => !names.includes(name))
      .map((name) => unknownName(name, name, names)),
    ...known
      .filter(({ name, required }) => required && !Object.hasOwn(given, name))
      .map(({ name }) => `${name} is missing`),
  ];
  if (wrong.length > 0) throw badTemplate(template, wrong.join('; '), names);
  try {
    return new UriTemplate(template).expand(given);
  } catch (cause) {
    // It says only in words what it does not take.
    throw badTemplate(template, 'the template cannot be filled in', names, cause);
  }
}

function badTemplate(template: string, what: string, names: string[], cause?: unknown): UsageError {
  return new UsageError('bad_arguments', `wrong values for ${template}: ${what}`, {
    hint: `give them as ${names.map((name) => `${name}=…`).join(' ')}`,
    cause,
  });
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
