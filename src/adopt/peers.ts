// The programs whose sign-ins can be taken over, and where they keep them.
import { join, resolve } from 'node:path';
import type { Env } from '../deps.ts';
import { createLock } from '../store/lock.ts';
import type { SecretStore } from '../store/store.ts';
import { codex } from './codex.ts';
import { type Dialect, openDocument } from './document.ts';
import type { FileDeps } from './file.ts';
import type { Source } from './found.ts';
import { gemini } from './gemini.ts';
import { openRemote } from './mcp-remote.ts';
import { mcporter } from './mcporter.ts';
import { whileLocked } from './mcporter-lock.ts';
import { opencode } from './opencode.ts';
import { openPython, pythonName } from './python.ts';

export const PEERS = ['python', 'mcp-remote', 'mcporter', 'opencode', 'gemini', 'codex'] as const;
export type Peer = (typeof PEERS)[number];

export const TITLES: Record<Peer, string> = {
  python: 'the Python mcp-cli',
  'mcp-remote': 'mcp-remote',
  mcporter: 'mcporter',
  opencode: 'opencode',
  gemini: 'Gemini CLI',
  codex: 'Codex',
};

/** Milliseconds. */
const LOCK_WAIT = 10_000;

type Options = FileDeps & {
  env: Env;
  home: string;
  cwd: string;
  /** `--path`: instead of the usual place. */
  path: string | undefined;
  now(): number;
  password(): Promise<string>;
  vault: SecretStore | undefined;
  signal: AbortSignal;
};

const DOCUMENTS: Record<Exclude<Peer, 'python' | 'mcp-remote'>, Dialect> = {
  mcporter,
  opencode,
  gemini,
  codex,
};

/** Opens nothing yet. */
export function openSource(peer: Peer, options: Options): Source {
  const [first = '', ...more] = options.path === undefined ? places(peer, options) : [given(options)];
  if (peer === 'python') return openPython({ ...options, folders: [first, ...more] });
  if (peer === 'mcp-remote') return openRemote(first, options);
  const locked = <T>(work: () => Promise<T>) =>
    peer === 'mcporter' ? whileLocked(first, options.signal, work) : whileOurs(first, options, work);
  return openDocument(DOCUMENTS[peer], { ...options, path: first, locked });
}

/** These programs have no lock. It keeps two imports apart: one would put back what the other has taken out. */
function whileOurs<T>(path: string, { home, signal, ...deps }: Options, work: () => Promise<T>): Promise<T> {
  const withLock = createLock({ ...deps, dir: join(home, '.mcp_cli', 'tokens') });
  return withLock(`\0import ${path}`, { wait: LOCK_WAIT, signal }, work);
}

/** How the program writes a server's name where it keeps no URL. */
export function spelling(peer: Peer): (name: string) => string {
  return peer === 'python' ? pythonName : (name) => name;
}

function given({ path = '', cwd }: Options): string {
  return resolve(cwd, path);
}

function places(peer: Peer, { env, home }: Options): string[] {
  switch (peer) {
    case 'python':
      return [join(home, '.mcp_cli', 'tokens'), join(home, '.chuk_oauth', 'tokens')];
    case 'mcp-remote':
      return [env.MCP_REMOTE_CONFIG_DIR || join(home, '.mcp-auth')];
    case 'mcporter': {
      const data = env.XDG_DATA_HOME?.startsWith('/') ? join(env.XDG_DATA_HOME, 'mcporter') : undefined;
      return [join(data ?? join(home, '.mcporter'), 'credentials.json')];
    }
    case 'opencode':
      return [join(env.XDG_DATA_HOME || join(home, '.local', 'share'), 'opencode', 'mcp-auth.json')];
    case 'gemini':
      return [join(env.GEMINI_CLI_HOME || home, '.gemini', 'mcp-oauth-tokens.json')];
    case 'codex':
      return [join(env.CODEX_HOME || join(home, '.codex'), '.credentials.json')];
  }
}
