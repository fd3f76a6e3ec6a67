// The first words of all commands. What lies behind one is loaded for a command line with that word in it: most of the
// time of `--help`, and some of every command's, went into commands that nobody had named.

import type { Command } from 'commander';
import { group, type Perform } from './branch.ts';

/** `argv`: the command line, where it is about this command for certain. */
type Grow = (
  command: Command,
  perform: Perform,
  program: Command,
  out: (text: string) => void,
  argv: readonly string[] | undefined,
) => void;

type Branch = {
  name: string;
  about: string;
  /** As commander writes them, each with what it is. */
  takes?: [name: string, about?: string][];
  /** Whether it only has commands. */
  isGroup?: true;
  load(): Promise<Grow>;
};

const BRANCHES: readonly Branch[] = [
  {
    name: 'auth',
    about: 'sign in and out, and what is stored',
    isGroup: true,
    load: async () => (await import('./auth.ts')).growAuth,
  },
  {
    name: 'tools',
    about: 'list, describe and call tools',
    isGroup: true,
    load: async () => (await import('./tools.ts')).growTools,
  },
  {
    name: 'resources',
    about: 'list, read and watch resources',
    isGroup: true,
    load: async () => (await import('./resources.ts')).growResources,
  },
  {
    name: 'prompts',
    about: 'list prompts and get their messages',
    isGroup: true,
    load: async () => (await import('./prompts.ts')).growPrompts,
  },
  {
    name: 'skills',
    about: 'list and read skills',
    isGroup: true,
    load: async () => (await import('./skills.ts')).growSkills,
  },
  {
    name: 'servers',
    about: 'what is configured',
    isGroup: true,
    load: async () => (await import('./servers.ts')).growServers,
  },
  {
    name: 'token',
    about: 'tokens and API keys of your own, and the stores that keep them',
    isGroup: true,
    load: async () => (await import('./token.ts')).growToken,
  },
  {
    name: 'ping',
    about: 'connect and measure one round trip',
    takes: [['[server...]']],
    load: async () => (await import('./ping.ts')).growPing,
  },
  {
    name: 'cmd',
    about: 'ask a model that has the tools, or call one tool, and print what comes of it',
    load: async () => (await import('./cmd.ts')).growCmd,
  },
  {
    name: 'proxy',
    about: 'be a stdio MCP server for another client, and forward to a server that is signed in to',
    takes: [['[server]']],
    load: async () => (await import('./proxy.ts')).growProxy,
  },
  {
    name: 'doctor',
    about: 'look at what this machine has for a sign-in; with a server, as auth doctor',
    takes: [['[server]']],
    load: async () => (await import('./doctor.ts')).growDoctor,
  },
  {
    name: 'sandbox',
    about: 'an MCP server that asks for OAuth, on this machine, to learn and to test with',
    load: async () => (await import('./sandbox.ts')).growSandbox,
  },
  {
    name: 'demo',
    about: 'see the whole story in a minute, against a server of its own',
    load: async () => (await import('./demo.ts')).growDemo,
  },
  {
    name: 'schema',
    about: 'print the JSON Schema of what a command prints with --json',
    takes: [['<command...>', 'its words; error is what stderr has then']],
    load: async () => (await import('./schema.ts')).growSchema,
  },
  {
    name: 'completion',
    about: 'print what lets bash, zsh or fish complete commands, servers, tools and their arguments',
    takes: [['<shell>', 'bash, zsh or fish'], ['[words...]']],
    load: async () => (await import('./completion.ts')).growCompletion,
  },
];

export type Trunk = {
  /** Grows what is named in a command line, and gives the program the names of the others, if they matter; without one, all. */
  grow(argv?: readonly string[]): Promise<void>;
};

export function plant(program: Command, perform: Perform, out: (text: string) => void): Trunk {
  const named = new Map<Branch, Command>();
  const grown = new Set<Branch>();
  const name = (branch: Branch) => {
    const made = named.get(branch) ?? addTo(program, branch);
    named.set(branch, made);
    return made;
  };
  return {
    async grow(argv) {
      const { words, isCommand } = argv ? firstWords(argv) : { words: undefined, isCommand: false };
      const wanted = BRANCHES.filter((branch) => words?.includes(branch.name) ?? true);
      // Whoever is answered by one command never sees the names of the others.
      for (const branch of isCommand ? wanted : BRANCHES) name(branch);
      for (const branch of wanted) {
        if (grown.has(branch)) continue;
        grown.add(branch);
        const grow = await branch.load();
        grow(name(branch), perform, program, out, isCommand ? argv : undefined);
      }
    },
  };
}

function addTo(program: Command, { name, about, takes = [], isGroup }: Branch): Command {
  const command = isGroup ? group(program, name, about) : program.command(name).description(about);
  for (const [word, means] of takes) command.argument(word, means);
  return command;
}

/**
 * Every word that could be the command: a word behind a flag may be the flag's value, the first one behind a word is none.
 * `isCommand`: that one is a command.
 */
function firstWords(argv: readonly string[]): { words: readonly string[]; isCommand: boolean } {
  const certain = argv.findIndex((word, at) => !word.startsWith('-') && !argv[at - 1]?.startsWith('-'));
  // These two are about the words behind them.
  if (certain < 0 || argv.includes('help') || argv.includes('completion'))
    return { words: argv, isCommand: false };
  const isCommand = BRANCHES.some(({ name }) => name === argv[certain]);
  return { words: argv.slice(0, certain + 1), isCommand };
}

/** `auth <command>`, `ping [server...]`: how a command is listed. */
export function term(command: Command): string {
  const isGroup = command.parent?.parent == null && isTopGroup(command.name());
  if (isGroup || command.commands.length > 0) return `${command.name()} <command>`;
  const words = command.registeredArguments.map((each) => {
    const text = `${each.name()}${each.variadic ? '...' : ''}`;
    return each.required ? `<${text}>` : `[${text}]`;
  });
  return [command.name(), ...words].join(' ');
}

function isTopGroup(name: string): boolean {
  return BRANCHES.some((each) => each.isGroup && each.name === name);
}
