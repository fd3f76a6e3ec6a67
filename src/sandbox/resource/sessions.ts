// The MCP endpoint in both eras: requests of 2026-07-28 stand for themselves, those before it live in sessions.
import {
  type AuthInfo,
  createMcpHandler,
  isLegacyRequest,
  McpServer,
  WebStandardStreamableHTTPServerTransport as SessionTransport,
} from '@modelcontextprotocol/server';
import type { Holder } from './gate.ts';
import { addLibrary } from './library.ts';
import { openNotebook } from './notes.ts';
import { addTools } from './tools.ts';

export type Endpoint = {
  handle(request: Request, holder: Holder | undefined): Promise<Response>;
  /** Whether a request names a session that is not there, or not theirs. */
  isLost(request: Request, holder: Holder | undefined): boolean;
  /** The first time only: a server that always forgets is of no use to anybody. */
  forgetSessions(): void;
  close(): Promise<void>;
};

type Session = {
  transport: SessionTransport;
  server: McpServer;
  /** The subject of whose token it began with. */
  owner: string | undefined;
};

/** Sessions; the oldest go first. */
const LIMIT = 200;

export function openEndpoint(options: {
  legacy: boolean;
  modern: boolean;
  random(bytes: number): Uint8Array;
}): Endpoint {
  const notebook = openNotebook();
  const sessions = new Map<string, Session>();
  /** Those that no request finds any more, and whose last answer may still be under way. */
  let forgotten: Session[] = [];
  const modern = createMcpHandler(build, { legacy: 'reject' });
  let hasForgotten = false;

  function build(): McpServer {
    const server = new McpServer(
      { name: 'sandbox', title: 'The sandbox of mcp-cli', version: '1.0.0' },
      { instructions: 'Notes to try things out with.', capabilities: { logging: {} } },
    );
    addTools(server, notebook, () => {
      modern.notify.resourceUpdated('notes://about');
      for (const { server: other } of sessions.values())
        void other.server.sendResourceUpdated({ uri: 'notes://about' }).catch(() => undefined);
    });
    addLibrary(server, notebook);
    return server;
  }

  async function begin(request: Request, holder: Holder | undefined): Promise<Response> {
    const server = build();
    const transport: SessionTransport = new SessionTransport({
      sessionIdGenerator: () => Buffer.from(options.random(16)).toString('hex'),
      onsessioninitialized: (id) => {
        sessions.set(id, { transport, server, owner: holder?.subject });
        const [oldest] = sessions;
        if (sessions.size <= LIMIT || !oldest) return;
        sessions.delete(oldest[0]);
        // Its streams would stay open for a client that nobody listens to.
        void oldest[1].server.close().catch(() => undefined);
      },
      onsessionclosed: (id) => void sessions.delete(id),
    });
    await server.connect(transport as never);
    return transport.handleRequest(request, authOf(holder));
  }

  /** Whoever knows an id is not whose session it is (MCP, security best practices, session hijacking). */
  function find({ headers }: Request, holder: Holder | undefined): Session | undefined {
    const session = sessions.get(headers.get('mcp-session-id') ?? '');
    // One that began before anybody signed in is theirs who sign in first.
    if (session) session.owner ??= holder?.subject;
    return session?.owner === holder?.subject ? session : undefined;
  }

  async function older(request: Request, holder: Holder | undefined): Promise<Response> {
    if (!request.headers.has('mcp-session-id')) return begin(request, holder);
    const session = find(request, holder);
    return session
      ? session.transport.handleRequest(request, authOf(holder))
      : new Response('no such session', { status: 404 });
  }

  return {
    async handle(request, holder) {
      const isOlder = await isLegacyRequest(request.clone());
      if (isOlder ? options.legacy : options.modern)
        return isOlder ? older(request, holder) : modern.fetch(request, authOf(holder));
      // What the SDK says of an era that it does not serve.
      return isOlder ? modern.fetch(request) : begin(request, holder);
    },
    isLost: (request, holder) => request.headers.has('mcp-session-id') && !find(request, holder),
    forgetSessions() {
      if (hasForgotten) return;
      hasForgotten = true;
      forgotten = [...sessions.values()];
      sessions.clear();
    },
    async close() {
      await modern.close();
      await Promise.all([...sessions.values(), ...forgotten].map(({ server }) => server.close()));
    },
  };
}

/** What tools may know of who calls them. The token itself is none of their business. */
function authOf(holder: Holder | undefined): { authInfo?: AuthInfo } {
  if (!holder) return {};
  const { subject, clientId, scopes, expires } = holder;
  return { authInfo: { token: '', clientId, scopes, expiresAt: expires, extra: { subject } } };
}
