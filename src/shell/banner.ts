// The first lines of a session: who answers, as whom, for how long, and what there is.

import type { Session } from '../session/session.ts';
import { sanitize } from '../ui/sanitize.ts';
import { type Standing, words } from '../ui/standings.ts';
import { relative } from '../ui/time.ts';
import type { Link } from './state.ts';

/** `standing` and `counts` are undefined where they are not known, or not yet. Whole lines, made safe. Pure. */
export function banner(
  session: Session,
  standing: Standing | undefined,
  counts: string | undefined,
  now: number,
): string {
  const { serverInfo } = session;
  const who = serverInfo ? `${serverInfo.name} ${serverInfo.version}, ` : '';
  const first = sanitize(`Connected to ${session.server} (${who}MCP ${session.protocol})`);
  const more = [standing && signIn(standing, now), counts].flatMap((each) => (each ? [each] : []));
  return `${first}\n${more.length > 0 ? `  ${sanitize(more.join('; '))}\n` : ''}`;
}

/** `signed in as ada@example.com for 59 min`; nothing where no sign-in is used. */
function signIn(standing: Standing, now: number): string | undefined {
  const { state, account, expiresAt, refreshable } = standing;
  if (state === 'signed_out' || state === 'registered' || state === 'stdio') return undefined;
  const whose = account === undefined ? words(standing) : `${words(standing)} (account ${account})`;
  if (state !== 'signed_in' || expiresAt === undefined) return whose;
  return `${whose}, ${refreshable ? 'renewed by itself' : `expires ${relative(Date.parse(expiresAt), now)}`}`;
}

/** `5 tools, 2 prompts`: asked side by side, and only for what the server says that it has. Never rejects. */
export async function countsOf({ session, shelves }: Link): Promise<string | undefined> {
  const { tools, resources, prompts } = session.capabilities;
  const counts = await Promise.all([
    tools ? count(shelves.tools(), 'tool') : undefined,
    resources
      ? count(
          shelves.resources().then((found) => [...found.resources, ...found.templates]),
          'resource',
        )
      : undefined,
    prompts ? count(shelves.prompts(), 'prompt') : undefined,
  ]);
  return counts.filter((each) => each !== undefined).join(', ') || undefined;
}

async function count(list: Promise<unknown[]>, what: string): Promise<string | undefined> {
  const length = await list.then(
    (items) => items.length,
    () => undefined,
  );
  return length === undefined ? undefined : `${length} ${what}${length === 1 ? '' : 's'}`;
}
