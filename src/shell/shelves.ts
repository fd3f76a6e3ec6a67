// The lists of one server, fetched once and again when they are another: Tab asks for them with every key.

import type { Prompt, Resource, ResourceTemplateType, Tool } from '@modelcontextprotocol/client';
import type { Session } from '../session/session.ts';

export type Shelves = {
  tools(): Promise<Tool[]>;
  prompts(): Promise<Prompt[]>;
  resources(): Promise<{ resources: Resource[]; templates: ResourceTemplateType[] }>;
  /** The next look asks the server. */
  forget(what: Shelf): void;
};

type Shelf = 'tools' | 'prompts' | 'resources';

export function shelvesOf(session: Session): Shelves {
  const kept = new Map<Shelf, Promise<unknown>>();
  const once = <T>(what: Shelf, ask: () => Promise<T>): Promise<T> => {
    const known = kept.get(what) as Promise<T> | undefined;
    if (known) return known;
    const asked = ask();
    kept.set(what, asked);
    // A failure is not kept, and not the failure of whoever forgot it.
    asked.catch(() => kept.get(what) === asked && kept.delete(what));
    return asked;
  };
  return {
    tools: () => once('tools', () => session.listTools()),
    prompts: () => once('prompts', () => session.listPrompts()),
    resources: () =>
      once('resources', async () => {
        const [resources, templates] = await Promise.all([
          session.listResources(),
          session.listResourceTemplates(),
        ]);
        return { resources, templates };
      }),
    forget: (what) => void kept.delete(what),
  };
}
