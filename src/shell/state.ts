// What a session is made of, and what other rooms may bring into it.

import type { CallToolResult, Tool } from '@modelcontextprotocol/client';
import type { ConfirmMode } from '../chat/approval.ts';
import type { Chat } from '../chat/chat.ts';
import type { Service } from '../chat/provider.ts';
import type { Session } from '../session/session.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { Shelves } from './shelves.ts';

/** A server that is connected. */
export type Link = {
  /** As the person named it. */
  name: string;
  session: Session;
  shelves: Shelves;
  /** What an approval of its tools is bound to (`addressOf`). */
  address: string;
};

/** A tool call of this session, for `/toolhistory`. Arguments stay in memory. */
export type Call = {
  /** Milliseconds since the epoch. */
  at: number;
  server: string;
  tool: string;
  args: Record<string, unknown>;
  /** Characters of the arguments, as JSON. */
  size: number;
  /** How long it took, milliseconds. */
  ms: number;
  outcome: 'ok' | 'error' | 'failed';
};

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
  /** The line that runs until Ctrl-C, while it does. */
  endless?: string | undefined;
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
  /** A conversation with a model: once it has begun it gets each line that is no command. */
  talk?: Talk;
  /** Asks a person for the arguments of a tool, where a line gives none. */
  form?: ArgumentForm;
  /** Shows a tool's answer to a person; absent: it is printed. */
  view?: (result: CallToolResult) => Promise<void>;
  /** Further commands; one with a name that is there takes its place. */
  slashes?: Slash[];
};

export type Talk = {
  /** Undefined until a model is chosen. */
  chat(): Chat | undefined;
  /** Whose model is asked, or would be if one were chosen. */
  service(): Service | undefined;
  /**
   * Which model is asked from now on; what was said stays. Without a model's name only the provider is settled. Throws
   * UsageError `unknown_provider`, `no_provider`, `invalid_url`, AuthError `key_missing`, StoreError.
   */
  choose(named: { provider?: string | undefined; model?: string | undefined }): Promise<void>;
  /** The models that there are. Rejects with a CliError. */
  models(signal: AbortSignal): Promise<string[]>;
  /** Answers a line. Rejects with what the session then reports; `signal` is aborted by Ctrl-C. */
  say(text: string, shell: Shell, signal: AbortSignal): Promise<void>;
  /** `/new`: forgets what was said. */
  forget(): void;
  close(): Promise<void>;
};

/** Undefined: there is nothing that the person has to say. Rejects with CancelledError if they leave the form. */
type ArgumentForm = (
  tool: Tool,
  about: { server: string; signal: AbortSignal },
) => Promise<Record<string, unknown> | undefined>;
