// Signing in and out, and stored tokens: the commands of the program.

import { UsageError } from '../../errors.ts';
import { splitWords } from '../line.ts';
import type { Slash } from '../state.ts';

/** After these, a session goes on with the token that is stored now. */
const RENEWING = new Set(['login', 'refresh', 'import']);
const AUTH = ['status', 'login', 'refresh', 'logout', 'reset', 'whoami', 'list', 'token', 'doctor'];
const TOKEN = [
  'list',
  'get',
  'set',
  'delete',
  'clear',
  'set-provider',
  'get-provider',
  'delete-provider',
  'list-providers',
  'backends',
];

export const authSlashes: Slash[] = [
  {
    name: 'auth',
    aliases: [],
    usage: '/auth [status|login|logout|reset|whoami…]',
    about: "this session's sign-ins; the words of `mcp-cli auth`",
    details: ['Without a server all servers of the session are meant.', '/auth login --help says more'],
    propose: async ({ links }, words) => (words.length === 0 ? AUTH : links.map(({ name }) => name)),
    async run(shell, rest, signal) {
      const [verb = 'status', ...words] = splitWords(rest);
      if (verb === 'exec') throw alone();
      await shell.command(['auth', verb, ...words], signal);
      if (!RENEWING.has(verb) || signal.aborted || words.includes('--help')) return;
      const named = shell.links.map(({ name }) => name).filter((name) => words.includes(name));
      await shell.renew(named.length > 0 ? named : undefined);
    },
  },
  {
    name: 'token',
    aliases: ['tokens'],
    usage: '/token [list|get|set|delete…]',
    about: 'stored tokens and API keys; the words of `mcp-cli token`',
    details: [
      'A value is asked for, and shown nowhere: /token set NAME',
      'Lines with /token set are in no history.',
    ],
    // Its value may stand in the line.
    keeps: (rest) => !/(?:^|[\s"'])set/i.test(rest),
    propose: async (_, words) => (words.length === 0 ? TOKEN : []),
    run: (shell, rest, signal) =>
      shell.command(['token', ...(rest === '' ? ['list'] : splitWords(rest))], signal),
  },
];

/** Another program with this terminal would fight with the session for its keys. */
function alone(): UsageError {
  return new UsageError('not_in_session', 'auth exec runs another program, and not in a session', {
    hint: 'leave the session, and run it there: mcp-cli auth exec --help',
  });
}
