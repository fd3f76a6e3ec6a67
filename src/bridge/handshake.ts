// Finding the revision of the remote server: the client's own first, so that everything can be passed on as it is.

import { ProtocolError as RpcError } from '@modelcontextprotocol/client';
import type { Protocol } from '../config/entry.ts';
import { isObject } from '../json-object.ts';
import { wantsSignIn } from '../session/quirks.ts';
import { isWrongTransport } from '../session/translate.ts';
import {
  type Answer,
  CLIENT_CAPABILITIES,
  CLIENT_INFO,
  type Fault,
  type Params,
  REVISION,
} from './message.ts';
import type { Remote } from './remote.ts';

/** `older`: begins with `initialize`. `newer`: 2026-07-28 and after, where each request stands for itself. */
export type Era = 'older' | 'newer';

export type Greeting = { era: Era; result: Params };

export const NEWER = '2026-07-28';
const NEWEST_OLDER = '2025-11-25';

/** The remote answered the handshake with an error: the client gets to read it as it is. */
export class Refused extends Error {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.message);
    this.fault = fault;
  }
}

/** What a client of the other era said of itself. */
export type Self = { clientInfo: unknown; capabilities: unknown };

/** Opens a session as `initialize` (its `params`) asks for it. */
export async function initialize(remote: Remote, params: Params): Promise<Greeting> {
  const result = resultOf(await remote.request('initialize', params));
  if (typeof result.protocolVersion === 'string') remote.setRevision(result.protocolVersion);
  return { era: 'older', result };
}

export async function discover(remote: Remote, meta: Params): Promise<Greeting> {
  const result = resultOf(await remote.request('server/discover', { _meta: meta }));
  if (!isObject(result.capabilities))
    throw new Refused({ code: -32603, message: 'the server does not answer server/discover' });
  return { era: 'newer', result };
}

export function initializeParams({ clientInfo, capabilities }: Self): Params {
  return { protocolVersion: NEWEST_OLDER, capabilities: capabilities ?? {}, clientInfo };
}

export function envelope({ clientInfo, capabilities }: Self): Params {
  return {
    [REVISION]: NEWER,
    [CLIENT_CAPABILITIES]: capabilities ?? {},
    ...(clientInfo !== undefined && { [CLIENT_INFO]: clientInfo }),
  };
}

/** The first way, or where the server does not know it the other one, as far as the configuration allows either. */
export async function greetAnew(
  remote: Remote,
  protocol: Protocol,
  first: Era,
  ways: Record<Era, () => Promise<Greeting>>,
): Promise<Greeting> {
  if (protocol !== 'auto') return ways[protocol === 'modern' ? 'newer' : 'older']();
  // HTTP+SSE has no newer revision.
  if (remote.kind === 'sse') return ways.older();
  try {
    return await ways[first]();
  } catch (failure) {
    if (!(failure instanceof Refused || isWrongTransport(failure))) throw failure;
    return await ways[first === 'older' ? 'newer' : 'older']().catch((error: unknown) => {
      // The second way was a guess, unless it says something else than that it is none.
      throw error instanceof Refused || isWrongTransport(error) ? failure : error;
    });
  }
}

function resultOf(answer: Answer): Params {
  if ('result' in answer) return answer.result;
  const { code, message } = answer.error;
  if (wantsSignIn(code, message)) throw new RpcError(code, message);
  throw new Refused(answer.error);
}
