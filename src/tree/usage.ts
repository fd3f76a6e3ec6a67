// What commander says of a wrong command line, in our words.

import type { Command, CommanderError } from 'commander';
import { UsageError } from '../errors.ts';

/** commander's complaint as ours: its first sentence is the message, what follows or its suggestion the hint. */
export function usageError(error: CommanderError, program: Command, argv: string[]): UsageError {
  const [first = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const code = error.code
    .replace(/^commander\./, '')
    .replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  // "option … argument 'x' is invalid. Allowed choices are …": the last full stop, the value may hold others.
  const [said = first, expected] = first.match(/^(.* is invalid)\. (.+)$/)?.slice(1) ?? [];
  const hint = expected ?? suggestion?.replace(/^\((.*)\)$/, '$1');
  const help = helpFor(program, argv);
  // Other clients turn each argument of a tool into a flag.
  const flag = / (?:tools call|prompts get) /.test(help)
    ? /^unknown option '--([\w-]+)/.exec(said)?.[1]
    : undefined;
  return new UsageError(code, said.replace(/\.$/, ''), {
    hint: hint
      ? hint.charAt(0).toLowerCase() + hint.slice(1)
      : `${flag ? `an argument is written without dashes: ${flag}=VALUE\n` : ''}see: ${help}`,
  });
}

/** The help of the innermost command that was named. */
function helpFor(program: Command, argv: string[]): string {
  let command = program;
  const words = ['mcp-cli'];
  for (const word of argv) {
    const found = command.commands.find((each) => each.name() === word);
    if (!found) continue;
    command = found;
    words.push(word);
  }
  return `${words.join(' ')} --help`;
}
