import type { Command } from 'commander';
import { UsageError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import type { Workspace } from '../workspace/workspace.ts';

/**
 * Runs a command's work in a workspace. Each action is one lazy import, so that `--help` loads none of them. A number that
 * the work resolves to is the exit code: of a program that was run.
 */
export type Perform = (work: (workspace: Workspace) => Promise<void> | Promise<number>) => Promise<void>;

/** A command that only has commands; without one of them it says which there are. */
export function group(program: Command, name: string, about: string): Command {
  const made = program.command(name).description(about).usage('<command>').helpCommand(false);
  return made.argument('[word...]').action((words: string[]) => {
    if (words[0] !== undefined) throw unknownCommand(made, words[0]);
    throw new UsageError('missing_command', `${name} needs a command: ${commandNames(made).join(', ')}`, {
      hint: `mcp-cli ${name} --help says more`,
    });
  });
}

function commandNames(command: Command): string[] {
  return command.commands.map((each) => each.name());
}

export function unknownCommand(command: Command, word: string): UsageError {
  const path = command.parent ? `${command.name()} ` : '';
  return new UsageError('unknown_command', `there is no command "${path}${word}"`, {
    hint: command.parent ? wayIn(command, path, word) : wayAtTop(command, word),
  });
}

function wayIn(command: Command, path: string, word: string): string {
  const guess = nearest(word, commandNames(command));
  return guess === undefined ? `see: mcp-cli ${path}--help` : `did you mean: mcp-cli ${path}${guess}?`;
}

/** Other clients have `list`, `call` and `login` at the top, and take a server there: neither is a dead end. */
function wayAtTop(program: Command, word: string): string {
  const groups = program.commands.filter((each) => commandNames(each).includes(word));
  if (groups.length > 0)
    return `did you mean: ${groups.map((each) => `mcp-cli ${each.name()} ${word}`).join(', or ')}?`;
  if (nearest(word, commandNames(program)) !== undefined) return wayIn(program, '', word);
  // What a shell would read otherwise, or what may hold a key behind its question mark, is not repeated.
  const server = /^[\w@%+=:,./~-]+$/.test(word) ? word : 'NAME';
  return `if that is a server: mcp-cli --server ${server}\n${wayIn(program, '', word)}`;
}

export function examples(command: Command, lines: string[]): void {
  command.addHelpText('after', `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`);
}
