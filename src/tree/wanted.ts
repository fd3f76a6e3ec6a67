// What could stand where the cursor is in a command line that is being typed. Pure: reads the tree of commands, asks nobody.

import type { Command, Option } from 'commander';

export type Wanted = {
  /** Words that are known without asking anybody, each with what it means. */
  words: Proposal[];
  /** What only the configuration or a server knows. */
  from?: 'servers' | 'tools' | 'tool-arguments' | 'resources' | 'prompts' | 'skills' | 'clients';
  /** The tool whose arguments are wanted. */
  tool?: string;
  /** Servers that stand as arguments. */
  servers: string[];
  /** The words before the cursor, without a flag that waits for its value. */
  whole: string[];
};

export type Proposal = { word: string; about: string };

type Source = NonNullable<Wanted['from']>;

/** By the name of an argument, in a group of commands or anywhere. */
const SOURCES: Record<string, Source> = {
  server: 'servers',
  client: 'clients',
  'tools name': 'tools',
  'tools argument': 'tool-arguments',
  'prompts name': 'prompts',
  'skills name': 'skills',
  'resources uri': 'resources',
};

/** `typed` are the words behind the program's name, the last one unfinished, and empty where none is begun. */
export function wantedAt(program: Command, typed: readonly string[]): Wanted {
  const done = typed.slice(0, -1);
  const last = typed.at(-1) ?? '';
  const { command, operands, waiting } = walk(program, done);
  const servers = command.registeredArguments[0]?.name() === 'server' ? operands : [];
  const whole = waiting ? done.slice(0, -1) : done;
  if (waiting) return { ...valuesOf(waiting), servers, whole };
  if (last.startsWith('-') && !done.includes('--')) return { words: flags(program, command), servers, whole };
  const inner = command.commands.filter((each) => each.name() !== 'help' && !hidden(each));
  if (operands.length === 0 && inner.length > 0)
    return { words: inner.map((each) => ({ word: each.name(), about: each.description() })), servers, whole };
  const all = command.registeredArguments;
  const next = all[operands.length] ?? (all.at(-1)?.variadic ? all.at(-1) : undefined);
  const group = command.parent?.name() ?? '';
  const from = next && (SOURCES[`${group} ${next.name()}`] ?? SOURCES[next.name()]);
  const [tool] = operands;
  return { words: [], servers, whole, ...(from && { from }), ...(tool !== undefined && { tool }) };
}

type Walked = { command: Command; operands: string[]; waiting: Option | undefined };

/** Follows the finished words down the tree; `waiting` is a flag that stands there without its value. */
function walk(program: Command, words: readonly string[]): Walked {
  let command = program;
  const operands: string[] = [];
  let waiting: Option | undefined;
  let plain = false;
  for (const word of words) {
    if (waiting) waiting = undefined;
    else if (!plain && word === '--') plain = true;
    else if (!plain && word.startsWith('-')) waiting = valued(program, command, word);
    else {
      const inner = operands.length === 0 && command.commands.find((each) => each.name() === word);
      if (inner) command = inner;
      else operands.push(word);
    }
  }
  return { command, operands, waiting };
}

function valued(program: Command, command: Command, word: string): Option | undefined {
  return [...command.options, ...program.options].find(
    (each) => (each.long === word || each.short === word) && (each.required || each.optional),
  );
}

function valuesOf(option: Option): Pick<Wanted, 'words' | 'from'> {
  const words = (option.argChoices ?? []).map((word) => ({ word, about: '' }));
  return { words, ...(option.long === '--server' && { from: 'servers' }) };
}

function flags(program: Command, command: Command): Proposal[] {
  const all = new Set([...command.options, ...program.options]);
  return [...all].flatMap(({ long, description }) => (long ? [{ word: long, about: description }] : []));
}

/** commander has no public word for it. */
function hidden(command: Command): boolean {
  return !command.parent?.createHelp().visibleCommands(command.parent).includes(command);
}
