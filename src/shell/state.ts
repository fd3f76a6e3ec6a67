// What a session is made of, and what other rooms may bring into it.

import type { CallToolResult, Tool } from '@modelcontextprotocol/client';
import type { Session } from '../session/session.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { Shelves } from './shelves.ts';

/** A server that is connected. */
export type Link = {
  /** As the person named it. */
  name: string;
  session: Session;
  shelves: Shelves;
};

/** A tool call of this session, for `/toolhistory`. Arguments stay in memory. */
export type Call = {
  /** Milliseconds since the epoch. */
  at: number;
  server: string;
  tool: string;
  args: Record<string, unknown>;
  /** How long it took, milliseconds. */
  ms: number;
  outcome: 'ok' | 'error' | 'failed';
};

export type ConfirmMode = 'always' | 'never' | 'smart';

export type Shell = {
  workspace: Workspace;
  /** In the order they were named. */
  links: Link[];
  /** Named, and not there: why. */
  away: Map<string, unknown>;
  slashes: Slash[];
  calls: Call[];
  settings: { confirm: ConfirmMode };
  extras: Extras;
  /** Runs a command of the program on the servers of this session, and on others if it names them. */
  command(words: string[], signal: AbortSignal): Promise<void>;
  /** Connects servers anew, those that are away as well. Without names: all. */
  renew(names?: string[]): Promise<void>;
  /** Set by `/exit`. */
  left: boolean;
};

/** One command of the session. A table of them is all that help, parsing, Tab and the history know. */
export type Slash = {
  name: string;
  aliases: string[];
  usage: string;
  about: string;
  /** More lines for `/help NAME`. */
  details?: string[];
  /** Whether a line with this behind the name may be kept in the history; absent: it may. */
  keeps?(rest: string): boolean;
  /** It goes on until Ctrl-C, which is then no failure. */
  endless?: true;
  /** What the last word may become; `words` are those before it. What does not begin like it is left out later. */
  propose?(shell: Shell, words: string[], last: string): Promise<string[]>;
  run(shell: Shell, rest: string, signal: AbortSignal): Promise<void>;
};

/** What other rooms bring into a session. Everything may be absent. */
export type Extras = {
  /** A conversation with a model: it gets each line that is no command. */
  talk?: Talk;
  /** Asks a person for the arguments of a tool, where a line gives none. */
  form?: ArgumentForm;
  /** How a tool's answer is shown; whole lines, made safe. */
  view?: (result: CallToolResult) => string;
  /** Further commands; one with a name that is there takes its place. */
  slashes?: Slash[];
};

export type Talk = {
  /** Answers a line. Rejects with what the session then reports; `signal` is aborted by Ctrl-C. */
  say(text: string, shell: Shell, signal: AbortSignal): Promise<void>;
  /** `/new`: forgets what was said. */
  forget(): Promise<void>;
};

/** Rejects with CancelledError if the person leaves the form. */
export type ArgumentForm = (
  tool: Tool,
  about: { server: string; signal: AbortSignal },
) => Promise<Record<string, unknown>>;
