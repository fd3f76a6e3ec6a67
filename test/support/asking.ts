// Servers that ask, one of each kind, as the entry of a configuration.
import { fileURLToPath } from 'node:url';
import { modernServer } from './modern-server.ts';
import { notes } from './person.ts';
import { addOlderQuestions, addQuestions } from './questions.mjs';
import type { Typed } from './scene.ts';
import { desk, keep } from './scene.ts';
import { sessionServer } from './session-server.ts';
import { sseServer } from './sse-server.ts';

type Tell = (word: string) => void;

export const stdio = fileURLToPath(new URL('questions-stdio.mjs', import.meta.url));

/** By name: the entry `notes` of a running server. All but the first two speak the older revisions. */
export const ASKERS = {
  '2026-07-28 over HTTP': async (tell?: Tell) => {
    const server = keep(await modernServer({ modernOnly: true, register: (it) => addQuestions(it, tell) }));
    return { url: server.mcpUrl };
  },
  '2026-07-28 over stdio': async () => ({ command: process.execPath, args: [stdio], protocol: 'modern' }),
  '2025 with sessions': async (tell?: Tell) => {
    const server = keep(await sessionServer({ tools: (it) => addOlderQuestions(it, tell) }));
    return { url: server.mcpUrl };
  },
  '2024 over HTTP+SSE': async (tell?: Tell) => {
    const server = keep(await sseServer({ tools: (it) => addOlderQuestions(it, tell) }));
    return { url: server.mcpUrl };
  },
  '2025 over stdio': async () => ({ command: process.execPath, args: [stdio], protocol: 'legacy' }),
};

export type Asker = keyof typeof ASKERS;
export const askers = Object.keys(ASKERS) as Asker[];

/** Whoever types at a configuration with one asking server, called `notes`. */
export async function askedBy(kind: Asker, tell?: Tell): Promise<{ config: string; script: Typed }> {
  const config = notes(await ASKERS[kind](tell));
  return { config, ...desk(config) };
}

/** The words of a call whose tool asks these questions. */
export function call(questions: object[], more: object = {}): string[] {
  return ['tools', 'call', 'ask', '--args', JSON.stringify({ questions, ...more })];
}

/** A form with these fields, all of them required. */
export function form(properties: object, message = 'Which one?'): object {
  return {
    mode: 'form',
    message,
    requestedSchema: { type: 'object', properties, required: Object.keys(properties) },
  };
}
