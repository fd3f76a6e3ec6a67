// Conversations that are kept by name, and taken up again.

import { openSessions } from '../../chat/sessions.ts';
import { UsageError } from '../../errors.ts';
import { print } from '../../ui/print.ts';
import { table, tableView } from '../../ui/table.ts';
import { splitWords } from '../line.ts';
import type { Shell, Slash } from '../state.ts';
import { loadFrom, saveAs, tell } from './conversation.ts';
import { chatOf } from './models.ts';

const VERBS = ['list', 'save', 'load', 'delete'];

const kept = ({ workspace: { deps } }: Shell) => openSessions(deps);

export const sessionSlashes: Slash[] = [
  {
    name: 'sessions',
    aliases: ['session'],
    usage: '/sessions [list|save NAME|load NAME|delete NAME]',
    about: 'conversations that are kept by name',
    details: ['They are in ~/.mcp_cli/sessions, for you alone.'],
    async propose(shell, words) {
      if (words.length === 0) return VERBS;
      return words.length === 1 ? (await kept(shell).list()).map(({ name }) => name) : [];
    },
    async run(shell, rest, signal) {
      const [verb = 'list', name] = splitWords(rest);
      if (verb === 'list') return list(shell);
      if (!VERBS.includes(verb) || name === undefined) {
        throw new UsageError('bad_argument', '/sessions takes list, or save, load or delete with a name', {
          hint: 'for example: /sessions save roadmap',
        });
      }
      if (verb === 'delete') {
        await kept(shell).remove(name);
        return tell(shell, `deleted ${name}`);
      }
      const chat = chatOf(shell);
      const path = await kept(shell).place(name);
      if (verb === 'save') return saveAs(shell, chat, path, name);
      await loadFrom(shell, chat, path, signal);
    },
  },
];

async function list(shell: Shell): Promise<void> {
  const { deps, flags } = shell.workspace;
  const rows = (await kept(shell).list()).map(({ name, at }) => ({
    name,
    saved: new Date(at).toISOString(),
  }));
  print(
    { deps, flags },
    {
      json: { sessions: rows },
      items: rows,
      text: () =>
        rows.length === 0
          ? 'No conversation is kept: /sessions save NAME keeps this one.\n'
          : table(
              ['NAME', 'SAVED'],
              rows.map(({ name, saved }) => [name, saved]),
              tableView(deps.stdout, deps.env),
            ),
    },
  );
}
