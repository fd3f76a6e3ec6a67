import type { ConfirmMode } from '../../chat/approval.ts';
import { UsageError } from '../../errors.ts';
import type { Slash } from '../state.ts';

const MODES: ConfirmMode[] = ['always', 'never', 'smart'];

export const settingSlashes: Slash[] = [
  {
    name: 'verbose',
    aliases: [],
    usage: '/verbose [on|off]',
    about: 'say more of what happens, or less',
    propose: async (_, words) => (words.length === 0 ? ['on', 'off'] : []),
    async run({ workspace: { deps, flags } }, rest) {
      if (rest !== '' && rest !== 'on' && rest !== 'off') throw oneOf('/verbose', ['on', 'off']);
      flags.verbose = rest === '' ? !flags.verbose : rest === 'on';
      deps.err(`verbose is ${flags.verbose ? 'on' : 'off'}\n`);
    },
  },
  {
    name: 'confirm',
    aliases: [],
    usage: '/confirm [always|never|smart]',
    about: 'when you are asked before a model calls a tool',
    details: ['What you type yourself is never asked about.'],
    propose: async (_, words) => (words.length === 0 ? MODES : []),
    async run({ workspace: { deps }, settings }, rest) {
      const mode = MODES.find((each) => each === rest);
      if (rest !== '' && !mode) throw oneOf('/confirm', MODES);
      settings.confirm = mode ?? settings.confirm;
      deps.err(`calls of a model are confirmed: ${settings.confirm}\n`);
    },
  },
];

function oneOf(command: string, words: string[]): UsageError {
  return new UsageError('bad_argument', `${command} takes ${words.join(', ')}, or nothing`, {
    hint: `for example: ${command} ${words[0]}`,
  });
}
