// What a shell proposes. Nobody is waiting for an error here: what cannot be known now is not proposed.

import type { Session } from '../session/session.ts';
import { sanitize } from '../ui/sanitize.ts';
import { askAll } from '../workspace/lists.ts';
import { CLIENTS } from '../workspace/snippets.ts';
import { targets } from '../workspace/target.ts';
import type { Workspace } from '../workspace/workspace.ts';

export type Asked = {
  from: 'servers' | 'tools' | 'tool-arguments' | 'resources' | 'prompts' | 'skills' | 'clients';
  tool?: string;
  servers: string[];
};

export type Proposal = { word: string; about: string };

/** The names that the configuration, or a server that is signed in to, has. Never throws; none is an empty list. */
export async function proposalsFrom(workspace: Workspace, asked: Asked): Promise<Proposal[]> {
  try {
    if (asked.from === 'servers') return (await workspace.names()).map((word) => ({ word, about: '' }));
    if (asked.from === 'clients') return Object.keys(CLIENTS).map((word) => ({ word, about: '' }));
    const names = await targets(workspace, asked.servers);
    const outcomes = await askAll(workspace, names, (session) => listed(session, asked));
    // A server's name for something could else be a flag of ours.
    return outcomes.flatMap(({ value }) => value ?? []).filter(({ word }) => !word.startsWith('-'));
  } catch {
    return [];
  }
}

async function listed(session: Session, { from, tool }: Asked): Promise<Proposal[]> {
  switch (from) {
    case 'tools':
      return (await session.listTools()).map((each) => proposal(each.name, each.description));
    case 'tool-arguments': {
      const found = (await session.listTools()).find((each) => each.name === tool);
      const properties = Object.entries(found?.inputSchema.properties ?? {});
      return properties.map(([name, schema]) =>
        proposal(`${name}=`, (schema as { description?: unknown })?.description),
      );
    }
    case 'resources':
      return (await session.listResources()).map((each) => proposal(each.uri, each.title ?? each.name));
    case 'prompts':
      return (await session.listPrompts()).map((each) => proposal(each.name, each.description));
    case 'skills':
      return (await session.listSkills()).skills.map((each) =>
        proposal(each.frontmatter.name, each.frontmatter.description),
      );
    default:
      return [];
  }
}

function proposal(word: string, about: unknown): Proposal {
  const [line = ''] = typeof about === 'string' ? about.trim().split('\n') : [];
  return { word, about: sanitize(line.slice(0, 80)) };
}
