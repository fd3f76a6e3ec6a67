// A way through a proxy to a server (RFC 9110 section 9.3.6).
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Socket } from 'node:net';
import { proxyFailure } from '../session/between.ts';
import { proxyCredentials } from '../session/proxy.ts';
import { bareHost } from '../url.ts';
import { portOf } from './case.ts';

/** Rejects with what `requestFailure` knows as the proxy's failure. */
export function throughProxy(
  proxy: URL,
  target: URL,
  ca: string[] | undefined,
  signal: AbortSignal,
): Promise<Socket> {
  const credentials = proxyCredentials(proxy);
  const authority = `${target.hostname}:${portOf(target)}`;
  const options = {
    method: 'CONNECT',
    host: bareHost(proxy.hostname),
    port: portOf(proxy),
    path: authority,
    headers: { host: authority, ...(credentials !== undefined && { 'proxy-authorization': credentials }) },
    agent: false as const,
    signal,
  };
  const secure = { rejectUnauthorized: true, ...(ca && { ca }) };
  const request =
    proxy.protocol === 'https:' ? requestHttps({ ...options, ...secure }) : requestHttp(options);
  return new Promise((resolve, reject) => {
    request.once('connect', ({ statusCode }, socket: Socket) => {
      if (statusCode === 200) return resolve(socket);
      socket.destroy();
      reject(Object.assign(refused(new Error(`the proxy answered ${statusCode}`)), { statusCode }));
    });
    request.once('response', (response) => {
      response.destroy();
      reject(refused(new Error('the proxy opened no way')));
    });
    request.once('error', (cause) => reject(signal.aborted ? signal.reason : refused(cause)));
    request.end();
  });
}

function refused(cause: Error): Error {
  return Object.assign(new Error('no connection through the proxy', { cause }), { code: proxyFailure });
}
