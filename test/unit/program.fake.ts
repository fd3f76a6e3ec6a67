// A workspace without configuration, network or disk: what the commands see, and what they did to it.

import { PassThrough } from 'node:stream';
import type { CallToolResult, Tool } from '@modelcontextprotocol/client';
import type { AuthContext } from '../../src/auth/context.ts';
import type { HttpEntry, ServerEntry, StdioEntry } from '../../src/config/entry.ts';
import { providedToken } from '../../src/config/provided.ts';
import type { Deps } from '../../src/deps.ts';
import { UsageError } from '../../src/errors.ts';
import { run } from '../../src/program.ts';
import type { Session } from '../../src/session/session.ts';
import type { StoredRecord } from '../../src/store/record.ts';
import type { SecretStore, Secrets } from '../../src/store/store.ts';
import type { Flags } from '../../src/workspace/flags.ts';
import { openQuestions } from '../../src/workspace/questions.ts';
import type { Workspace } from '../../src/workspace/workspace.ts';

export const NOW = Date.UTC(2026, 10, 20, 12);

export function httpEntry(name: string, more: Partial<HttpEntry> = {}): HttpEntry {
  return {
    kind: 'http',
    name,
    origin: `servers.json: mcpServers.${name}`,
    path: `mcpServers.${name}`,
    disabled: false,
    timeout: undefined,
    protocol: 'auto',
    account: undefined,
    url: `https://${name}.example/mcp`,
    transport: undefined,
    headers: {},
    bearerTokenEnv: undefined,
    allowPrivateNetwork: false,
    allowHttp: false,
    oauth: undefined,
    ...more,
  };
}

export function stdioEntry(name: string, more: Partial<StdioEntry> = {}): StdioEntry {
  const { origin, path, disabled, timeout, protocol, account } = httpEntry(name);
  const common = { name, origin, path, disabled, timeout, protocol, account };
  return { kind: 'stdio', ...common, command: 'node', args: ['server.js'], env: {}, cwd: undefined, ...more };
}

export function record(server: string, more: Partial<StoredRecord> = {}): StoredRecord {
  return {
    version: 1,
    server,
    url: `https://${server}.example/mcp`,
    issuer: `https://auth.${server}.example`,
    tokenEndpoint: `https://auth.${server}.example/token`,
    client: { id: 'client-1', source: 'registered', authMethod: 'none', secret: 'sssecret-client' },
    tokens: {
      accessToken: `sssecret-access-${server}`,
      refreshToken: `sssecret-refresh-${server}`,
      tokenType: 'Bearer',
      scope: 'read write',
      issuedAt: NOW - 60_000,
      expiresAt: NOW + 3_600_000,
    },
    ...more,
  };
}

/** A store in memory. `broken` names verbs that throw. */
export function fakeStore(
  values: Record<string, string>,
  broken: Partial<Record<'get' | 'delete' | 'list', Error>> = {},
): SecretStore & { values: Map<string, string>; reads: number } {
  const map = new Map(Object.entries(values));
  const guard = (verb: 'get' | 'delete' | 'list') => {
    if (broken[verb]) throw broken[verb];
  };
  return {
    name: 'encrypted',
    values: map,
    reads: 0,
    ready: async () => undefined,
    async get(key) {
      this.reads++;
      guard('get');
      return map.get(key);
    },
    async set(key, value) {
      map.set(key, value);
    },
    async delete(key) {
      guard('delete');
      return map.delete(key);
    },
    async list() {
      guard('list');
      return [...map.keys()].sort();
    },
    where: (key) => `memory:${key}`,
  };
}

export const ECHO: Tool = {
  name: 'echo',
  description: 'Says it again\nand again',
  inputSchema: {
    type: 'object',
    properties: { text: { type: 'string', description: 'what to say' }, times: { type: 'integer' } },
    required: ['text'],
  },
};

export type FakeSession = Session & { calls: { name: string; args: unknown }[]; closed: number };

export function fakeSession(
  server: string,
  tools: Tool[] = [ECHO],
  answer: (args: Record<string, unknown>) => CallToolResult | Promise<CallToolResult> = (args) => ({
    content: [{ type: 'text', text: `you said ${String(args.text)}` }],
  }),
): FakeSession {
  return {
    server,
    protocol: '2026-07-28',
    serverInfo: { name: `${server} server`, version: '1.0' },
    instructions: undefined,
    capabilities: {},
    calls: [],
    closed: 0,
    listTools: async () => tools,
    async callTool(name, args) {
      this.calls.push({ name, args });
      return answer(args);
    },
    ping: async () => 12.4,
    listResources: async () => [],
    listResourceTemplates: async () => [],
    readResource: async () => ({ contents: [] }),
    watchResource: async () => {},
    listPrompts: async () => [],
    getPrompt: async () => ({ messages: [] }),
    complete: async () => ({ values: [] }),
    listSkills: async () => ({ skills: [], invalid: [] }),
    readSkill: async () => Promise.reject(new Error('no skills here')),
    hear: () => {},
    async close() {
      this.closed++;
    },
  };
}

export type World = {
  entries?: (ServerEntry | Error)[];
  sessions?: Record<string, Session | Error>;
  store?: SecretStore;
  env?: Record<string, string>;
  /** Is there a person? */
  terminal?: boolean;
  input?: string | PassThrough;
  confirm?: boolean;
  signal?: AbortSignal;
  opened?: (flags: Flags) => void;
};

export type Ran = { exit: number; stdout: string; stderr: string; closed: number; questions: string[] };

/** Runs the real program with the words of one line, split at spaces, over a fake workspace. */
export async function go(line: string | string[], world: World = {}): Promise<Ran> {
  const ran: Ran = { exit: -1, stdout: '', stderr: '', closed: 0, questions: [] };
  const input = world.input instanceof PassThrough ? world.input : new PassThrough();
  if (!(world.input instanceof PassThrough)) input.end(world.input ?? '');
  const terminal = world.terminal ?? false;
  const deps: Deps = {
    fetch: () => Promise.reject(new Error('no network here')),
    now: () => NOW,
    random: (bytes) => new Uint8Array(bytes),
    openUrl: () => Promise.reject(new Error('no browser here')),
    prompt: {
      available: terminal,
      async confirm(question) {
        ran.questions.push(question);
        return world.confirm ?? false;
      },
      secret: () => Promise.reject(new Error('no secrets here')),
      listen: () => {},
      text: () => Promise.reject(new Error('no forms here')),
      select: () => Promise.reject(new Error('no forms here')),
      checkbox: () => Promise.reject(new Error('no forms here')),
      more: () => Promise.reject(new Error('no forms here')),
    },
    out: (text) => {
      ran.stdout += text;
    },
    err: (text) => {
      ran.stderr += text;
    },
    stdin: Object.assign(input, { isTTY: terminal }) as unknown as NodeJS.ReadStream,
    stdout: { isTTY: terminal, columns: terminal ? 80 : 0, stream: new PassThrough() },
    stderr: { isTTY: false, columns: 0 },
    env: world.env ?? {},
    cwd: import.meta.dirname,
    home: '/nowhere',
    platform: 'linux',
    signal: world.signal ?? new AbortController().signal,
  };
  const open = (_: Deps, flags: Flags): Workspace => {
    world.opened?.(flags);
    return fakeWorkspace(deps, flags, world, ran);
  };
  ran.exit = await run(typeof line === 'string' ? line.split(' ').filter(Boolean) : line, deps, open);
  return ran;
}

function nameOf(entry: ServerEntry | Error): string {
  return entry instanceof Error ? entry.message : entry.name;
}

function asSecrets(store: SecretStore): Secrets {
  return { ...store, prepare: async () => {}, holder: async () => store };
}

function fakeWorkspace(given: Deps, flags: Flags, world: World, ran: Ran): Workspace {
  const { prompt, secretOnce, unasked } = openQuestions(given.prompt, flags.nonInteractive);
  const deps = { ...given, prompt };
  const entries = world.entries ?? [];
  return {
    deps,
    flags,
    ways: [],
    names: async () => entries.map(nameOf),
    async entry(name) {
      const found = entries.find((each) => nameOf(each) === name);
      if (found === undefined) throw new UsageError('unknown_server', `there is no server named "${name}"`);
      // The error's message is the server's name; what went wrong is its cause.
      if (found instanceof Error) throw found.cause;
      return found;
    },
    provided: async (entry) => providedToken(entry, [], deps.env),
    store: async () => asSecrets(world.store ?? fakeStore({})),
    secretOnce,
    unasked,
    usualStore: async () => asSecrets(world.store ?? fakeStore({})),
    stores: () => Promise.reject(new Error('no stores here')),
    usualStores: () => Promise.reject(new Error('no stores here')),
    auth: async (entry) => ({ entry, signal: deps.signal, now: deps.now }) as unknown as AuthContext,
    async connect(entry) {
      const session = world.sessions?.[entry.name];
      if (session === undefined) throw new Error(`no session for ${entry.name}`);
      if (session instanceof Error) throw session;
      return session;
    },
    attach: (make) => void make?.(deps.err),
    nextCommand: async () => {},
    async close() {
      ran.closed++;
    },
  };
}
