import type { IncomingMessage, ServerResponse } from 'node:http';
import { failurePage, pagePolicy } from './page.ts';

/** What the loopback listener answers one request with. */
export type Reply = { status: number; page?: string; headers?: Record<string, string> };

/** The wait for the real answer goes on. */
export function refusal(status: number, title: string, text = 'The sign-in goes on in the terminal.'): Reply {
  return { status, page: failurePage(title, text) };
}

/** Nothing of it is kept by caches, told to other sites, framed, or taken for anything but HTML. */
export function sendReply(response: ServerResponse, reply: Reply): void {
  response.writeHead(reply.status, {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'no-referrer',
    'Content-Security-Policy': pagePolicy,
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    Connection: 'close',
    ...reply.headers,
  });
  response.end(reply.page);
}

/** The request's path and query, byte for byte: no decoding, so one path has one spelling. */
export function targetOf(request: IncomingMessage): { path: string; query: string } {
  const target = request.url ?? '';
  const mark = target.indexOf('?');
  return mark === -1
    ? { path: target, query: '' }
    : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

/** A browser that loads a page before anybody asked for it says so in one of these. */
export function isPrefetch(request: IncomingMessage): boolean {
  const { headers } = request;
  return ['purpose', 'sec-purpose', 'x-purpose', 'x-moz'].some((name) =>
    /prefetch|prerender|preview/i.test(String(headers[name] ?? '')),
  );
}
