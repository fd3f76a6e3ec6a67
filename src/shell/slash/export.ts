// The conversation for people, and what it has used.

import { UsageError } from '../../errors.ts';
import { print } from '../../ui/print.ts';
import { sanitize } from '../../ui/sanitize.ts';
import { writeOutput } from '../../workspace/deliver.ts';
import { splitWords } from '../line.ts';
import type { Shell, Slash } from '../state.ts';
import { conversationOf, tell } from './conversation.ts';
import { chatOf } from './models.ts';

const FORMATS = ['markdown', 'json'];

export const exportSlashes: Slash[] = [
  {
    name: 'export',
    aliases: ['save-chat'],
    usage: '/export [markdown|json] [FILE]',
    about: 'the conversation as a page, shown or written into a file',
    propose: async (_, words) => (words.length === 0 ? FORMATS : []),
    run: exported,
  },
  {
    name: 'usage',
    aliases: ['cost'],
    usage: '/usage',
    about: 'the tokens that the conversation has used',
    async run(shell) {
      const { deps, flags } = shell.workspace;
      const { wire, usage, messages } = chatOf(shell);
      const { provider, model } = wire;
      print(
        { deps, flags },
        {
          json: { provider, model, messages: messages.length, usage },
          text: () =>
            `${usage.input} tokens in, ${usage.output} out, ${messages.length} messages (${sanitize(model)}, ${sanitize(provider)})\n`,
        },
      );
    },
  },
];

async function exported(shell: Shell, rest: string): Promise<void> {
  const { deps } = shell.workspace;
  const words = splitWords(rest);
  const [first = ''] = words;
  const format = FORMATS.includes(first) ? first : 'markdown';
  const [path, ...more] = FORMATS.includes(first) ? words.slice(1) : words;
  if (more.length > 0) {
    throw new UsageError('bad_argument', '/export takes a format and a file', {
      hint: 'for example: /export markdown pages.md',
    });
  }
  const conversation = conversationOf(chatOf(shell));
  const [{ markdownOf }, { conversationText }] = await Promise.all([
    import('../../chat/export.ts'),
    import('../../chat/saved.ts'),
  ]);
  const text = format === 'json' ? conversationText(conversation) : markdownOf(conversation);
  if (path === undefined) return deps.out(text);
  await writeOutput(deps, path, text);
  tell(shell, `wrote ${sanitize(path)}`);
}
