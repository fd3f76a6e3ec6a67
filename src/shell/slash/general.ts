import { table, tableView } from '../../ui/table.ts';
import { unknownSlash, wordOf } from '../line.ts';
import type { Shell, Slash } from '../state.ts';

export const generalSlashes: Slash[] = [
  {
    name: 'clear',
    aliases: ['cls'],
    usage: '/clear',
    about: 'clear the screen',
    async run({ workspace: { deps } }) {
      // The screen, and what was scrolled away.
      if (deps.stdout.isTTY) deps.out('\u001b[H\u001b[2J\u001b[3J');
    },
  },
  {
    name: 'interrupt',
    aliases: ['stop', 'cancel'],
    usage: '/interrupt',
    about: 'stop what is running, as Ctrl-C does',
    // While something runs, the session takes this line before any other.
    async run({ workspace: { deps } }) {
      deps.err('nothing is running\n');
    },
  },
  {
    name: 'new',
    aliases: [],
    usage: '/new',
    about: 'begin anew: forget the conversation, connect all servers again',
    details: ['Those that are away are tried again.'],
    async run(shell) {
      shell.extras.talk?.forget();
      shell.calls.length = 0;
      await shell.renew();
    },
  },
  {
    name: 'help',
    aliases: ['h', '?'],
    usage: '/help [COMMAND]',
    about: 'show this, or one command',
    propose: async ({ slashes }, words) => (words.length === 0 ? slashes.map(({ name }) => name) : []),
    async run(shell, rest) {
      shell.workspace.deps.out(rest === '' ? overview(shell) : one(shell, rest));
    },
  },
  {
    name: 'exit',
    aliases: ['quit', 'q', 'bye'],
    usage: '/exit',
    about: 'leave; Ctrl-D does the same',
    async run(shell) {
      shell.left = true;
    },
  },
];

function overview({ slashes, workspace: { deps } }: Shell): string {
  const rows = slashes.map(({ usage, about }) => [usage, about]);
  return table(['COMMAND', 'WHAT IT DOES'], rows, tableView(deps.stdout, deps.env));
}

function one({ slashes }: Shell, rest: string): string {
  const { slash, word } = wordOf(rest, slashes);
  if (!slash) throw unknownSlash(word, slashes);
  const { usage, about, aliases, details = [] } = slash;
  const also = aliases.length > 0 ? [`also: ${aliases.map((each) => `/${each}`).join(', ')}`] : [];
  return `${usage}\n${[about, ...details, ...also].map((each) => `  ${each}\n`).join('')}`;
}
