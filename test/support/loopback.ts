import { readFileSync } from 'node:fs';
import { createServer, IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { registerRequest, watchResponse } from './traffic.ts';

/** One request as it arrived. `params` merges the query with a form-encoded or flat JSON body. */
export type Hit = {
  method: string;
  path: string;
  params: Record<string, string>;
  headers: IncomingMessage['headers'];
  /** The body as text, and parsed where it is JSON. */
  text: string;
  json: unknown;
};

export type Handler = (request: IncomingMessage, response: ServerResponse, hit: Hit) => unknown;

/** Looks at a request before the counterpart does; true means it has answered (see faults.ts). */
export type Intercept = (hit: Hit, response: ServerResponse) => boolean | Promise<boolean>;

/** What every counterpart in this folder is at least. */
export type Loopback = {
  /** The origin, without a slash at the end. */
  url: string;
  port: number;
  log: Hit[];
  /** How many requests went to this path; with a method, only those. */
  count(path: string | RegExp, method?: string): number;
  intercept: Intercept | undefined;
  close(): Promise<void>;
};

/** The certificate of every counterpart that speaks TLS; its own authority, for `--ca-file`. */
export const certificateFile = fileURLToPath(new URL('tls/certificate.pem', import.meta.url));
/** One that ended in 2020, of the same key. */
export const expiredCertificateFile = fileURLToPath(new URL('tls/expired.pem', import.meta.url));
const keyFile = fileURLToPath(new URL('tls/key.pem', import.meta.url));

/** `origin`: what the world calls it, where a proxy leads there. With `clients` it takes their certificates alone. */
export type Tls = boolean | 'expired' | { origin: string; key: string; cert: string; clients?: string };

function secure(tls: Exclude<Tls, false>): ServerOptions {
  if (typeof tls === 'object') {
    const { key, cert, clients } = tls;
    return { key, cert, ...(clients && { ca: clients, requestCert: true, rejectUnauthorized: true }) };
  }
  const certificate = tls === 'expired' ? expiredCertificateFile : certificateFile;
  return { key: readFileSync(keyFile), cert: readFileSync(certificate) };
}

/**
 * Starts a server on 127.0.0.1 that logs each request, registers the secrets in it, and then asks `handler`.
 * With `tls` it is `https:` with a certificate that nobody trusts, or with the one that is over.
 */
export async function listen(
  handler: Handler,
  { tls = false, port: wanted = 0 }: { tls?: Tls; port?: number } = {},
): Promise<Loopback> {
  const sockets = new Set<Socket>();
  const log: Hit[] = [];
  const serve: RequestListener = (request, response) => {
    void (async () => {
      const hit = await read(request);
      log.push(hit);
      registerRequest(hit);
      watchResponse(response);
      if (await loopback.intercept?.(hit, response)) return;
      await handler(replay(request, hit.text), response, hit);
    })().catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else answer(response, 500, `the counterpart failed: ${String(error)}`, 'text/plain');
    });
  };
  const server = tls ? createSecureServer(secure(tls), serve) : createServer(serve);
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(wanted, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  const loopback: Loopback = {
    url: typeof tls === 'object' ? tls.origin : `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    log,
    count: (path, method) =>
      log.filter((hit) => matches(hit, path) && (method ?? hit.method) === hit.method).length,
    intercept: undefined,
    async close() {
      // Event streams stay open for as long as their client likes: they are cut.
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return loopback;
}

/** Answers in one call: an object as JSON, a string as it is. */
export function answer(
  response: ServerResponse,
  status: number,
  body: unknown = '',
  type = typeof body === 'string' ? 'text/html' : 'application/json',
): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

export function redirect(response: ServerResponse, location: string, status = 302): void {
  response.writeHead(status, { location }).end();
}

/** Whether a request went to this path. */
export function matches(hit: Hit, path: string | RegExp): boolean {
  return typeof path === 'string' ? hit.path === path : path.test(hit.path);
}

async function read(request: IncomingMessage): Promise<Hit> {
  const chunks: Buffer[] = [];
  for await (const chunk of request.iterator({ destroyOnReturn: false })) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  // Joined, not resolved: a path such as `//token` is a path and no host.
  const url = new URL(`http://127.0.0.1${request.url ?? '/'}`);
  const params = Object.fromEntries(url.searchParams);
  const type = request.headers['content-type'] ?? '';
  let json: unknown;
  if (type.includes('x-www-form-urlencoded'))
    Object.assign(params, Object.fromEntries(new URLSearchParams(text)));
  if (type.includes('json') && text !== '') {
    json = JSON.parse(text);
    for (const [name, value] of Object.entries(json as object))
      if (typeof value === 'string') params[name] = value;
  }
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    params,
    headers: request.headers,
    text,
    json,
  };
}

/** The same request with its body unread, for handlers that want to read it themselves. */
function replay(request: IncomingMessage, text: string): IncomingMessage {
  const copy = new IncomingMessage(request.socket);
  const { method, url, headers, rawHeaders, httpVersion, httpVersionMajor, httpVersionMinor } = request;
  Object.assign(copy, {
    method,
    url,
    rawHeaders,
    httpVersion,
    httpVersionMajor,
    httpVersionMinor,
    complete: true,
  });
  Object.assign(copy.headers, headers);
  if (text !== '') copy.push(text);
  copy.push(null);
  return copy;
}
