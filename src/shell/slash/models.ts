// Which model a session talks to.

import type { Chat } from '../../chat/chat.ts';
import { UsageError } from '../../errors.ts';
import { print } from '../../ui/print.ts';
import { sanitize } from '../../ui/sanitize.ts';
import { splitWords } from '../line.ts';
import type { Shell, Slash } from '../state.ts';
import { chooseModel, showModel } from './providers.ts';

/** Lines at once: some services have hundreds. */
const MOST = 200;

/** As they were listed last, for Tab, which asks nobody. */
const listed = new WeakMap<Shell, string[]>();

export const modelSlashes: Slash[] = [
  {
    name: 'model',
    aliases: [],
    usage: '/model [NAME]',
    about: 'the model you talk to, or another one from now on',
    propose: async (shell, words) => (words.length === 0 ? (listed.get(shell) ?? []) : []),
    async run(shell, rest, signal) {
      const [first, ...more] = splitWords(rest);
      if (first === 'list') return models(shell, signal);
      const [name, ...left] = first === 'set' ? more : first === undefined ? [] : [first, ...more];
      if (left.length > 0) {
        throw new UsageError('bad_argument', '/model takes one name', { hint: 'for example: /model gpt-4' });
      }
      if (name === undefined || name === 'show') return showModel(shell);
      await chooseModel(shell, { model: name }, signal);
    },
  },
  {
    name: 'models',
    aliases: [],
    usage: '/models',
    about: 'the models that the provider has',
    run: (shell, _, signal) => models(shell, signal),
  },
];

async function models(shell: Shell, signal: AbortSignal): Promise<void> {
  const { deps, flags } = shell.workspace;
  const found = (await shell.extras.talk?.models(signal)) ?? [];
  listed.set(shell, found);
  if (signal.aborted) return;
  const now = shell.extras.talk?.service()?.model;
  print(
    { deps, flags },
    {
      json: { models: found },
      items: found,
      text: () => {
        const rows = found.slice(0, MOST).map((each) => `${each === now ? '*' : ' '} ${sanitize(each)}\n`);
        const left = found.length - rows.length;
        return rows.join('') + (left > 0 ? `  and ${left} more\n` : '');
      },
    },
  );
}

/** Throws UsageError `no_provider` where no conversation has begun. */
export function chatOf({ extras }: Shell): Chat {
  const chat = extras.talk?.chat();
  if (chat) return chat;
  throw new UsageError('no_provider', 'there is no model to talk to', {
    hint: 'choose one: /provider openai gpt-4, or start with --provider and --model',
  });
}
