// What was said to a model, and by it: shown, kept in a file, taken from one.

import { resolve } from 'node:path';
import type { Chat } from '../../chat/chat.ts';
import type { Message } from '../../chat/message.ts';
import type { Conversation } from '../../chat/saved.ts';
import { UsageError } from '../../errors.ts';
import { print } from '../../ui/print.ts';
import { sanitize } from '../../ui/sanitize.ts';
import { table, tableView } from '../../ui/table.ts';
import { cut } from '../../ui/width.ts';
import { splitWords } from '../line.ts';
import type { Shell, Slash } from '../state.ts';
import { chatOf } from './models.ts';

const VERBS = ['list', 'show', 'save', 'load', 'clear'];
/** Cells of a message in the list. */
const LONGEST = 120;

export const conversationSlashes: Slash[] = [
  {
    name: 'conversation',
    aliases: ['history', 'ch'],
    usage: '/conversation [list|show|clear|save FILE|load FILE]',
    about: 'what was said to the model, and by it',
    details: [
      'A file is for you alone (0600). What is in one that is loaded counts as said by nobody you trust.',
    ],
    propose: async (_, words) => (words.length === 0 ? VERBS : []),
    async run(shell, rest, signal) {
      const [verb = 'list', path] = splitWords(rest);
      const chat = chatOf(shell);
      switch (verb) {
        case 'list':
          return list(shell, chat);
        case 'show':
          return show(shell, chat);
        case 'clear':
          shell.extras.talk?.forget();
          return tell(shell, 'nothing has been said any more');
        case 'save':
          return saveAs(shell, chat, resolve(shell.workspace.deps.cwd, needed(path)), needed(path));
        case 'load':
          return loadFrom(shell, chat, resolve(shell.workspace.deps.cwd, needed(path)), signal);
        default:
          throw new UsageError('bad_argument', `/conversation takes ${VERBS.join(', ')}`, {
            hint: 'for example: /conversation save pages.json',
          });
      }
    },
  },
];

export function conversationOf({ wire, usage, messages }: Chat): Conversation {
  return { provider: wire.provider, model: wire.model, usage, messages };
}

/** `name` is how the person knows the place. Throws UsageError `file_exists`, StoreError. */
export async function saveAs(shell: Shell, chat: Chat, path: string, name: string): Promise<void> {
  const { saveConversation } = await import('../../chat/saved.ts');
  await saveConversation(path, conversationOf(chat), shell.workspace.deps);
  tell(shell, `saved ${count(chat.messages)} in ${sanitize(name)}`);
}

/** In place of what was said. Throws UsageError `unreadable_file`, `bad_conversation`. */
export async function loadFrom(shell: Shell, chat: Chat, path: string, signal: AbortSignal): Promise<void> {
  const { loadConversation } = await import('../../chat/saved.ts');
  const { messages, usage } = await loadConversation(path, shell.workspace.deps);
  if (signal.aborted) return;
  shell.extras.talk?.forget();
  Object.assign(chat, { messages, usage });
  tell(shell, `loaded ${count(messages)}`);
}

export function tell({ workspace: { deps, flags } }: Shell, line: string): void {
  if (!flags.quiet) deps.err(`${line}\n`);
}

function count({ length }: Message[]): string {
  return `${length} ${length === 1 ? 'message' : 'messages'}`;
}

function needed(path: string | undefined): string {
  if (path !== undefined) return path;
  throw new UsageError('missing_argument', '/conversation needs a file', {
    hint: 'for example: /conversation save pages.json',
  });
}

async function show({ workspace: { deps } }: Shell, chat: Chat): Promise<void> {
  const { markdownOf } = await import('../../chat/export.ts');
  deps.out(markdownOf(conversationOf(chat)));
}

function list({ workspace: { deps, flags } }: Shell, { messages }: Chat): void {
  const rows = messages.map((message, index) => ({ row: index + 1, ...lineOf(message) }));
  print(
    { deps, flags },
    {
      json: { messages: rows },
      items: rows,
      text: () =>
        rows.length === 0
          ? 'Nothing has been said yet.\n'
          : table(
              ['ROW', 'WHO', 'WHAT'],
              rows.map(({ row, who, what }) => [String(row), who, what]),
              tableView(deps.stdout, deps.env),
            ),
    },
  );
}

function lineOf(message: Message): { who: string; what: string } {
  const short = (text: string) => cut(sanitize(text.slice(0, 4 * LONGEST).replace(/\s+/g, ' ')), LONGEST);
  switch (message.role) {
    case 'user':
      return { who: 'you', what: short(message.text) };
    case 'assistant':
      return {
        who: 'model',
        what: short([message.text, ...message.calls.map(({ name }) => `[calls ${name}]`)].join(' ').trim()),
      };
    case 'tool':
      return { who: 'tools', what: short(message.answers.map(({ text }) => text).join(' ')) };
  }
}
