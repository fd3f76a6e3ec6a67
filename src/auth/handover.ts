// A URL for the person's browser that stands in no argument list: those can be read by every user of the machine, and
// what a server puts into a URL may be meant for one person only.

import { setTimeout } from 'node:timers/promises';
import type { Deps } from '../deps.ts';
import { CancelledError } from '../errors.ts';
import { bindLoopback } from './bind.ts';
import { isPrefetch, refusal, sendReply, targetOf } from './reply.ts';

const HOST = '127.0.0.1';
/** Milliseconds that a browser has to start and come. */
const PATIENCE = 30_000;
const LOOK = 'Look at the terminal.';

/**
 * Opens a loopback URL that redirects to `url` once. True as soon as the browser has come for it; false if none could be
 * started, or none came within half a minute. Throws CancelledError when `signal` is aborted, ConfigError `no_loopback`.
 */
export async function handOver(
  url: string,
  { openUrl, random, signal }: Pick<Deps, 'openUrl' | 'random' | 'signal'>,
): Promise<boolean> {
  const bound = await bindLoopback([HOST], 0);
  const path = `/${Buffer.from(random(16)).toString('base64url')}`;
  const came = new AbortController();
  const over = AbortSignal.any([signal, came.signal]);
  bound.serve((request, response) => {
    // A page of another site can make its own name mean 127.0.0.1, but cannot choose this header.
    const ours = request.headers.host === `${HOST}:${bound.port}` && targetOf(request).path === path;
    if (!ours || request.method !== 'GET') return sendReply(response, refusal(404, 'Nothing here', LOOK));
    if (isPrefetch(request)) return sendReply(response, refusal(503, 'Not now', LOOK));
    if (came.signal.aborted) return sendReply(response, refusal(410, 'This link was used before', LOOK));
    sendReply(response, { status: 303, headers: { Location: url } });
    came.abort();
  });
  try {
    const started = openUrl(`http://${HOST}:${bound.port}${path}`);
    await Promise.race([
      setTimeout(PATIENCE, undefined, { signal: over }),
      // One that could not be started ends the wait; one that was started is waited for.
      started.then(() => new Promise<never>(() => {})),
    ]);
  } catch {
    if (signal.aborted) throw new CancelledError();
  } finally {
    await bound.close();
  }
  return came.signal.aborted;
}
