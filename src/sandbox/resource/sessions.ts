// The MCP endpoint in both eras: requests of 2026-07-28 stand for themselves, those before it live in sessions.
import {
  createMcpHandler,
  isLegacyRequest,
  McpServer,
  WebStandardStreamableHTTPServerTransport as SessionTransport,
} from '@modelcontextprotocol/server';
import { addLibrary } from './library.ts';
import { openNotebook } from './notes.ts';
import { addTools } from './tools.ts';

export type Endpoint = {
  handle(request: Request): Promise<Response>;
  /** Whether a request names a session that is not there. */
  isLost(request: Request): boolean;
  /** The first time only: a server that always forgets is of no use to anybody. */
  forgetSessions(): void;
  close(): Promise<void>;
};

const LIMIT = 200;

export function openEndpoint(options: {
  legacy: boolean;
  modern: boolean;
  random(bytes: number): Uint8Array;
}): Endpoint {
  const notebook = openNotebook();
  const sessions = new Map<string, { transport: SessionTransport; server: McpServer }>();
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

  async function begin(request: Request): Promise<Response> {
    const server = build();
    const transport: SessionTransport = new SessionTransport({
      sessionIdGenerator: () => Buffer.from(options.random(16)).toString('hex'),
      onsessioninitialized: (id) => {
        sessions.set(id, { transport, server });
        const [oldest] = sessions.keys();
        if (sessions.size > LIMIT && oldest !== undefined) sessions.delete(oldest);
      },
      onsessionclosed: (id) => void sessions.delete(id),
    });
    await server.connect(transport as never);
    return transport.handleRequest(request);
  }

  async function older(request: Request): Promise<Response> {
    const id = request.headers.get('mcp-session-id');
    if (id === null) return begin(request);
    const session = sessions.get(id);
    return session
      ? session.transport.handleRequest(request)
      : new Response('no such session', { status: 404 });
  }

  return {
    async handle(request) {
      const isOlder = await isLegacyRequest(request.clone());
      if (isOlder ? options.legacy : options.modern) return isOlder ? older(request) : modern.fetch(request);
      // What the SDK says of an era that it does not serve.
      return isOlder ? modern.fetch(request) : begin(request);
    },
    isLost({ headers }) {
      const id = headers.get('mcp-session-id');
      return id !== null && !sessions.has(id);
    },
    forgetSessions() {
      if (!hasForgotten) sessions.clear();
      hasForgotten = true;
    },
    async close() {
      await modern.close();
      await Promise.all([...sessions.values()].map(({ server }) => server.close()));
    },
  };
}
