import type { Outcome } from '../adopt/outcome.ts';
import { sanitize } from './sanitize.ts';
import { type TableView, table } from './table.ts';
import { relative } from './time.ts';

type View = { title: string; places: string[]; now: number; view: TableView };

/** The result of `auth import` for a person: a row each, and below it what has to be added to the configuration. */
export function importText(outcomes: Outcome[], { title, places, now, view }: View): string {
  if (outcomes.length === 0)
    return `${sanitize(`Nothing to import: no sign-in of ${title} in ${places.join(', ')}`)}\n`;
  const rows = outcomes.map((each) => [
    each.server ?? each.name ?? '?',
    words(each, title),
    renewal(each),
    each.expiresAt === undefined ? '' : relative(Date.parse(each.expiresAt), now),
    each.url ?? each.source,
  ]);
  const additions = outcomes.flatMap(({ add }) => (add ? [add.mcpServers] : []));
  const wanted = Object.assign({}, ...additions) as Record<string, unknown>;
  return [
    table(['SERVER', 'WHAT', 'RENEWAL', 'EXPIRES', 'URL'], rows, view),
    ...outcomes.flatMap((each) => {
      const why = each.error?.message ?? each.why;
      return why === undefined ? [] : [`${sanitize(`${each.server ?? each.name ?? each.source}: ${why}`)}\n`];
    }),
    ...(additions.length > 0
      ? [`To import the rest, add to mcpServers: ${sanitize(JSON.stringify(wanted))}\n`]
      : []),
  ].join('');
}

function words({ state }: Outcome, title: string): string {
  switch (state) {
    case 'moved':
      return `moved from ${title}`;
    case 'copied':
      return `copied from ${title}`;
    case 'shared':
      return `shared with ${title}`;
    case 'would_import':
      return 'would be imported';
    case 'signed_in':
      return 'signed in already';
    case 'not_configured':
      return 'not configured';
    case 'ambiguous':
      return 'not clear';
    case 'not_named':
      return 'to be named';
    case 'refused':
      return 'left alone';
  }
}

function renewal({ rotates }: Outcome): string {
  switch (rotates) {
    case 'assumed':
      return 'by a token that changes';
    case 'possible':
      return 'by a token that may change';
    case 'none':
      return 'none';
    default:
      return '';
  }
}
