import { UsageError } from '../../errors.ts';
import { nearest } from '../../nearest.ts';
import { prose } from '../../ui/label.ts';
import { print } from '../../ui/print.ts';
import { errorJson } from '../../ui/report.ts';
import { sanitize } from '../../ui/sanitize.ts';
import { table, tableView } from '../../ui/table.ts';
import { banner, countsOf } from '../banner.ts';
import { standingOf } from '../connect.ts';
import { splitWords } from '../line.ts';
import type { Link, Shell, Slash } from '../state.ts';

const proposed = async ({ links, away }: Shell) => [...links.map(({ name }) => name), ...away.keys()];

export const serverSlashes: Slash[] = [
  {
    name: 'servers',
    aliases: [],
    usage: '/servers',
    about: 'the servers of this session',
    run: async (shell) => showServers(shell),
  },
  {
    name: 'server',
    aliases: [],
    usage: '/server [NAME]',
    about: 'one server: who it says it is, your sign-in, what it offers',
    propose: proposed,
    async run(shell, rest) {
      const [name] = splitWords(rest);
      const [only, ...more] = shell.links;
      if (name === 'list' || (name === undefined && more.length > 0)) return showServers(shell);
      const link = name === undefined ? only : findLink(shell, name);
      if (link) await showServer(shell, link);
    },
  },
  {
    name: 'ping',
    aliases: ['health'],
    usage: '/ping [SERVER…]',
    about: 'measure a round trip to each server',
    propose: proposed,
    run: (shell, rest, signal) => shell.command(['ping', ...splitWords(rest)], signal),
  },
];

/** Throws UsageError `unknown_server` with the nearest name, or what kept the server away. */
export function findLink({ links, away }: Shell, name: string): Link {
  const found = links.find((each) => each.name === name || each.session.server === name);
  if (found) return found;
  if (away.has(name)) throw away.get(name);
  const known = [...links.map((each) => each.name), ...away.keys()];
  const guess = nearest(name, known);
  throw new UsageError('unknown_server', `there is no server ${name} in this session`, {
    hint: guess === undefined ? `there are: ${known.join(', ')}` : `did you mean ${guess}?`,
  });
}

function showServers({ workspace: { deps, flags }, links, away }: Shell): void {
  const servers = [
    ...links.map(({ name, session: { protocol, serverInfo } }) => ({
      server: name,
      state: 'connected',
      protocol,
      serverInfo,
    })),
    ...[...away].map(([server, error]) => ({ server, state: 'away', error: errorJson(error) })),
  ];
  print(
    { deps, flags },
    {
      json: { servers },
      items: servers,
      text: () => {
        const rows = servers.map((each) =>
          'error' in each
            ? [each.server, 'away', each.error.message, '']
            : [
                each.server,
                'connected',
                each.serverInfo ? `${each.serverInfo.name} ${each.serverInfo.version}` : '',
                each.protocol,
              ],
        );
        const note = away.size > 0 ? '/new tries those again that are away\n' : '';
        return `${table(['SERVER', 'STATE', 'WHAT IT IS', 'PROTOCOL'], rows, tableView(deps.stdout, deps.env))}${note}`;
      },
    },
  );
}

async function showServer({ workspace }: Shell, link: Link): Promise<void> {
  const { deps, flags } = workspace;
  const { session, name } = link;
  const { protocol, serverInfo, capabilities, instructions } = session;
  const [whose, counts] = await Promise.all([standingOf(workspace, name), countsOf(link)]);
  print(
    { deps, flags },
    {
      json: { server: name, protocol, serverInfo, capabilities, instructions, signIn: whose },
      text: () =>
        [
          banner(session, whose, counts, deps.now()),
          `  offers: ${sanitize(Object.keys(capabilities).join(', ')) || 'nothing that it says'}\n`,
          instructions ? `\n${prose(instructions, deps.stdout)}` : '',
        ].join(''),
    },
  );
}
