import type { Client } from '@modelcontextprotocol/client';
import { ProtocolError } from '../errors.ts';

const SKILLS = 'io.modelcontextprotocol/skills';

type Offer = 'resources' | 'subscriptions' | 'prompts' | 'completions' | 'skills';

/** @throws ProtocolError `not_offered`, which names what the server does offer */
export function requireOffer(client: Client, server: string, what: Offer): void {
  if (!offers(client).includes(what)) throw notOffered(client, server, what);
}

export function notOffered(client: Client, server: string, what: Offer): ProtocolError {
  const there = offers(client).filter((each) => each !== what);
  return new ProtocolError('not_offered', `${server} offers no ${what}`, {
    hint: there.length > 0 ? `it offers: ${there.join(', ')}` : 'it offers nothing that mcp-cli knows of',
    server,
  });
}

function offers(client: Client): string[] {
  const { tools, resources, prompts, completions, logging, extensions } =
    client.getServerCapabilities() ?? {};
  const found: [string, unknown][] = [
    ['tools', tools],
    ['resources', resources],
    ['subscriptions', resources?.subscribe],
    ['prompts', prompts],
    ['completions', completions],
    ['skills', extensions?.[SKILLS]],
    ['logging', logging],
  ];
  return found.flatMap(([name, there]) => (there ? [name] : []));
}
