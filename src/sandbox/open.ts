import { type Ask, askOverLoopback } from './ask.ts';
import { authorizationHalf } from './authorization/half.ts';
import { type Listening, listen } from './listen.ts';
import type { Half, Origins, SandboxOptions, Seen } from './options.ts';
import { resourceHalf } from './resource/half.ts';

export type Sandbox = {
  /** Of the MCP server. */
  url: string;
  /** The issuer. */
  authorization: string;
  close(): Promise<void>;
};

export type OpenOptions = SandboxOptions & {
  /** Of the MCP server; 0 takes any free one. */
  port: number;
  /** Two origins: the authorization server gets any free port. */
  split: boolean;
  /** Told of each request, once it is answered. */
  see(seen: Seen): void;
};

/**
 * An OAuth-protected MCP server on this machine, and its authorization server. It is for trying things out and for
 * tests: it lets in whoever asks.
 * @throws ConfigError `port_in_use`
 */
export async function openSandbox(options: OpenOptions): Promise<Sandbox> {
  const internal = Buffer.from(options.random(32)).toString('base64url');
  let origins: Origins = { authorization: '', resource: '' };
  const authorization = authorizationHalf(options, () => origins, internal);
  const within: Ask = async (request) => (await authorization.handle(request)) ?? notFound();
  const ask = options.split ? askOverLoopback : within;
  const resource = resourceHalf(options, () => origins, internal, ask);
  const listening: Listening[] = [];
  const serve = async (port: number, halves: Half[]) => {
    const one = await listen(port, (request) => answer(request, halves, options.see));
    listening.push(one);
    return one.origin;
  };
  try {
    const own = await serve(options.port, options.split ? [resource] : [authorization, resource]);
    origins = { resource: own, authorization: options.split ? await serve(0, [authorization]) : own };
  } catch (error) {
    await Promise.all(listening.map((one) => one.close()));
    throw error;
  }
  return {
    url: `${origins.resource}/mcp`,
    authorization: origins.authorization,
    async close() {
      await Promise.all([authorization.close(), resource.close()]);
      await Promise.all(listening.map((one) => one.close()));
    },
  };
}

async function answer(request: Request, halves: Half[], see: OpenOptions['see']): Promise<Response> {
  const { pathname: path } = new URL(request.url);
  const told: Seen = { method: request.method, path, status: 500 };
  let response = new Response('Internal Server Error\n', { status: told.status });
  try {
    const grant = await grantOf(request.clone());
    if (grant) told.grant = grant;
    response = await firstAnswer(request, halves);
    told.status = response.status;
  } catch (error) {
    told.trouble = String(error);
  }
  // The halves ask each other: nobody needs to see that.
  if (path !== '/introspect') see(told);
  return response;
}

async function firstAnswer(request: Request, halves: Half[]): Promise<Response> {
  for (const half of halves) {
    const response = await half.handle(request.clone());
    if (response) return response;
  }
  return notFound();
}

function notFound(): Response {
  return new Response('Not Found\n', { status: 404, headers: { 'content-type': 'text/plain' } });
}

/** Known words alone: whoever watches is shown them. */
async function grantOf(request: Request): Promise<Seen['grant']> {
  if (request.method !== 'POST' || new URL(request.url).pathname !== '/token') return undefined;
  const grant = new URLSearchParams(await request.text()).get('grant_type');
  return grant === 'authorization_code' || grant === 'refresh_token' ? grant : 'other';
}
