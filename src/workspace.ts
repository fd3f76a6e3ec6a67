import type { HttpEntry, ServerEntry } from './config/entry.ts';
import type { AuthContext } from './auth/context.ts';
import type { Deps } from './deps.ts';
import type { Session } from './session/session.ts';
import type { SecretStore } from './store/store.ts';

/** The root flags, parsed. Everything a command needs from outside its own arguments. */
export type Flags = {
  configFile: string | undefined;
  /** From `--server a,b`: names, or URLs. */
  servers: string[];
  account: string | undefined;
  format: 'text' | 'json' | 'ndjson';
  yes: boolean;
  quiet: boolean;
  verbose: boolean;
  browser: boolean;
  nonInteractive: boolean;
  tokenBackend: string | undefined;
  /** Milliseconds. */
  timeout: number | undefined;
  protocol: 'auto' | 'legacy' | 'modern' | undefined;
  caFile: string | undefined;
};

/**
 * What a command works with: configuration, store, network, sessions, each opened on first use and closed once.
 * Commands get this and nothing else.
 */
export type Workspace = {
  deps: Deps;
  flags: Flags;
  /** Every configured server's name, in the file's order. */
  names(): Promise<string[]>;
  /** Expanded and checked; throws UsageError `unknown_server` with the nearest name. Accepts URLs. */
  entry(name: string): Promise<ServerEntry>;
  store(): Promise<SecretStore>;
  auth(entry: HttpEntry): Promise<AuthContext>;
  connect(entry: ServerEntry): Promise<Session>;
  close(): Promise<void>;
};

export function openWorkspace(_deps: Deps, _flags: Flags): Workspace {
  throw new Error('not here yet');
}
