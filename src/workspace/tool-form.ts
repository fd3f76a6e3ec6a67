// A tool's arguments, asked for at the terminal: the form, the line that would make the same call, and a last question.

import type { Tool } from '@modelcontextprotocol/client';
import type { Deps } from '../deps.ts';
import { CancelledError } from '../errors.ts';
import { asObject } from '../json-object.ts';
import { formOf } from '../session/field.ts';
import { asSchema, faults, resolve } from '../session/input-schema.ts';
import { askField } from '../ui/field.ts';
import { untilEscape } from '../ui/form.ts';
import { label } from '../ui/label.ts';
import type { Flags } from './flags.ts';
import { repeatLine } from './repeat.ts';

type Wanted = {
  /** As the person named it. */
  server: string;
  tool: Tool;
  /** Proposed where it fits. */
  given?: Readonly<Record<string, unknown>>;
  /** Further flags for the line that repeats the call, as words. */
  flags?: string[];
  /** Takes the form back. */
  signal: AbortSignal;
};

/** Whether a tool wants arguments that are not there. */
export function lacksArguments(
  tool: Pick<Tool, 'inputSchema'>,
  args: Readonly<Record<string, unknown>>,
): boolean {
  const root = asSchema(tool.inputSchema);
  const { required } = resolve(root, root);
  return Array.isArray(required) && required.some((name) => !Object.hasOwn(args, String(name)));
}

/**
 * Asks for the arguments of a tool field by field, shows the call, and lets it be changed. Nothing is called here.
 * Resolves to arguments that the schema accepts. Throws CancelledError on Escape, on Ctrl-C and if the person leaves it.
 */
export async function toolForm(
  { prompt, err }: Pick<Deps, 'prompt' | 'err'>,
  { server, tool, given = {}, flags = [], signal }: Wanted,
): Promise<Record<string, unknown>> {
  const root = asSchema(tool.inputSchema);
  const form = formOf(root);
  const about = tool.description ? `: ${label(tool.description)}` : '';
  err(`\n${label(tool.name)} of ${label(server)}${about}\n(Escape leaves without a call)\n`);
  const args = await untilEscape<Record<string, unknown> | undefined>(
    signal,
    undefined,
    async (own, leave) => {
      const asking = { prompt, err, signal: own, leave };
      let proposed: unknown = given;
      for (;;) {
        const answers = await askField(asking, form, proposed, '');
        proposed = answers;
        const wrong = faults(answers, root);
        const whole = wrong.length === 0 ? asObject(answers) : undefined;
        err(whole ? `\n${repeating({ server, tool, args: whole, flags })}` : `\n${notYet(wrong)}`);
        const then = await prompt.select(
          'What now?',
          [
            ...(whole ? [{ name: 'Call it', value: 'call' }] : []),
            { name: 'Change', value: 'change' },
            { name: 'Leave', value: 'leave' },
          ],
          asking,
        );
        if (then === 'call' && whole) return whole;
        if (then === 'leave') return undefined;
      }
    },
  );
  if (!args) throw new CancelledError();
  return args;
}

function notYet(wrong: string[]): string {
  return `warning: this cannot be sent yet: ${wrong.slice(0, 5).map(label).join('; ')}\n`;
}

/** The line that makes a call again, and what has to be piped into it. */
function repeating(call: Parameters<typeof repeatLine>[0]): string {
  const { line, piped } = repeatLine(call);
  const names = piped.slice(0, 10).map(label).join(', ');
  const rest = names === '' ? '' : `   with ${names} as a JSON object on standard input\n`;
  return `The same call again:\n   ${line}\n${rest}`;
}

/** The flags without which the same line would be another call. */
export function repeated({ configFile, account }: Pick<Flags, 'configFile' | 'account'>): string[] {
  return [
    ...(configFile === undefined ? [] : ['--config-file', configFile]),
    ...(account === undefined ? [] : ['--account', account]),
  ];
}
