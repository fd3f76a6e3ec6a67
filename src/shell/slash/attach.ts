// Files that go to the model with the next line.

import { UsageError } from '../../errors.ts';
import { sanitize } from '../../ui/sanitize.ts';
import { splitWords } from '../line.ts';
import type { Slash } from '../state.ts';
import { tell } from './conversation.ts';
import { chatOf } from './models.ts';

export const attachSlashes: Slash[] = [
  {
    name: 'attach',
    aliases: ['file', 'image'],
    usage: '/attach [FILE…|list|clear]',
    about: 'files and images that go with your next line',
    details: ['Text up to 256 kB; PNG, JPEG, GIF and WebP up to 4 MB; ten at most.'],
    propose: async (_, words) => (words.length === 0 ? ['list', 'clear'] : []),
    async run(shell, rest) {
      const { deps } = shell.workspace;
      const chat = chatOf(shell);
      const words = splitWords(rest);
      const [first = 'list'] = words;
      if (words.length <= 1 && first === 'clear') {
        chat.attachments = [];
        return tell(shell, 'nothing is attached any more');
      }
      if (words.length > 1 || first !== 'list') {
        const { attachFile } = await import('../../chat/attach.ts');
        // All of them or none.
        const all = [...chat.attachments];
        for (const path of words) all.push(await attachFile(deps.cwd, path, all));
        chat.attachments = all;
      }
      if (chat.attachments.length === 0) {
        throw new UsageError('missing_argument', 'nothing is attached', {
          hint: 'for example: /attach report.md chart.png',
        });
      }
      for (const each of chat.attachments) {
        const what = 'image' in each ? each.image.type : `${each.text.length} characters`;
        tell(shell, `attached: ${sanitize(each.name)} (${what})`);
      }
    },
  },
];
