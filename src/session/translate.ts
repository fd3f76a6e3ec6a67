// What the SDK throws, in our words: by class and code, never by text. Loaded only after the SDK.

import {
  InsufficientScopeError,
  ProtocolError as RpcError,
  SdkError,
  SdkErrorCode,
  SdkHttpError,
  SseError,
  UnauthorizedError,
  UrlElicitationRequiredError,
} from '@modelcontextprotocol/client';
import { statusCommand } from '../auth/required.ts';
import type { ServerEntry } from '../config/entry.ts';
import { AuthError, CancelledError, CliError, NetworkError, ProtocolError } from '../errors.ts';
import { tooManyQuestions } from './elicit.ts';
import {
  httpError,
  noCommonRevision,
  notDeclared,
  notMcp,
  notSupported,
  refusedToken,
  visitNeeded,
} from './refusals.ts';

/** The server knows nothing of the session any more. */
export class SessionLost extends Error {}

/** The first error of ours in a chain of causes: the HTTP layer and the auth room already said what is wrong. */
export function ownError(error: unknown): CliError | undefined {
  for (let current = error, depth = 0; current instanceof Error && depth < 8; depth++) {
    if (current instanceof CliError) return current;
    if (SdkError.isInstance(current) && current.data instanceof CliError) return current.data;
    current = current.cause;
  }
  return undefined;
}

/** @returns what is thrown for an error of a session with `entry`; anything unknown is returned as it is. */
export function translate(error: unknown, entry: ServerEntry, signal: AbortSignal): unknown {
  const { name: server } = entry;
  if (signal.aborted) return new CancelledError();
  const own = ownError(error);
  if (own) {
    own.server ??= server;
    return own;
  }
  if (error instanceof SessionLost) {
    return new NetworkError('session_lost', `${server} loses its sessions at once`, {
      hint: 'the server is in trouble; try again later',
      server,
    });
  }
  if (UnauthorizedError.isInstance(error)) return refusedToken(entry, error);
  if (InsufficientScopeError.isInstance(error)) {
    return new AuthError('insufficient_scope', `${server} wants a further scope after every sign-in`, {
      hint: `the account may lack a permission; see: ${statusCommand(entry)}`,
      server,
    });
  }
  if (refusesRevision(error)) return noCommonRevision(server, error);
  const status = statusOf(error);
  if (status !== undefined) return httpError(status, entry, error);
  // An event stream that is none: the SDK names neither a status nor a class.
  if (SseError.isInstance(error)) return notMcp(server, error);
  if (SdkError.isInstance(error)) return sdkError(error, server);
  if (isUnreadable(error)) return notMcp(server, error);
  if (error instanceof UrlElicitationRequiredError) return visitNeeded(server, error);
  // The SDK puts pages together in a way that ends in a stack overflow for pages of a hundred thousand things.
  if (error instanceof RangeError) {
    return new ProtocolError('too_large', `${server} lists more than can be put together`, {
      hint: 'tell the operator of the server',
      server,
      cause: error,
    });
  }
  if (RpcError.isInstance(error)) {
    return new ProtocolError('rpc_error', `${server} answered with error ${error.code}: ${error.message}`, {
      hint: "the words are the server's own; its documentation may say more",
      server,
      cause: error,
    });
  }
  return error;
}

/** The status of the HTTP answer that made this error, on either transport. */
export function statusOf(error: unknown): number | undefined {
  if (SdkHttpError.isInstance(error)) return error.status;
  return SseError.isInstance(error) ? error.code : undefined;
}

/** UnsupportedProtocolVersionError of the 2026-07-28 revision. */
const UNSUPPORTED_REVISION = -32022;

/** A 400 that is about the revision, and not about the transport. */
function refusesRevision(error: unknown): boolean {
  if (!SdkHttpError.isInstance(error) || error.status !== 400) return false;
  try {
    const { text } = error.data as { text?: string };
    const body = JSON.parse(text ?? '') as { error?: { code?: unknown } } | null;
    return body?.error?.code === UNSUPPORTED_REVISION;
  } catch {
    return false;
  }
}

/** The other transport is tried on 400, 404 and 405 only: what the first one says about tokens is final. */
export function isWrongTransport(error: unknown): boolean {
  const status = refusesRevision(error) ? undefined : statusOf(error);
  return status !== undefined && [400, 404, 405].includes(status);
}

/** What the SDK lets through of an answer that it could not read: JSON that is none, or no JSON-RPC. */
function isUnreadable(error: unknown): error is Error {
  return error instanceof SyntaxError || (error instanceof Error && error.name === 'ZodError');
}

function sdkError(error: SdkError, server: string): CliError {
  const details = { server, cause: error };
  switch (error.code) {
    case SdkErrorCode.RequestTimeout:
      return new NetworkError('timeout', `${server} did not answer in time`, {
        hint: 'a larger --timeout waits longer',
        ...details,
      });
    case SdkErrorCode.ConnectionClosed:
      return new NetworkError('closed', `${server} closed the connection before it answered`, {
        hint: 'what was asked for may have been done all the same',
        ...details,
      });
    case SdkErrorCode.SendFailed:
    case SdkErrorCode.NotConnected:
      return new NetworkError('closed', `${server} closed the connection`, {
        hint: 'try again; see whether the server is well',
        ...details,
      });
    case SdkErrorCode.ClientHttpUnexpectedContent:
      return notMcp(server, error);
    case SdkErrorCode.EraNegotiationFailed:
      // The question that finds out the revision got an answer that is none.
      if (SdkError.isInstance(error.cause)) return sdkError(error.cause, server);
      return error.cause instanceof Error ? notMcp(server, error) : noCommonRevision(server, error);
    case SdkErrorCode.InputRequiredRoundsExceeded:
      return tooManyQuestions(server, error);
    case SdkErrorCode.CapabilityNotSupported: {
      const { method } = (error.data ?? {}) as { method?: unknown };
      if (typeof method === 'string') return notDeclared(server, method, error);
      return notSupported(server, error);
    }
    case SdkErrorCode.MethodNotSupportedByProtocolVersion:
      return notSupported(server, error);
    case SdkErrorCode.InvalidResult: {
      // What does not fit is a page of JSON: it is the cause, for --verbose.
      const { method } = (error.data ?? {}) as { method?: unknown };
      const which = typeof method === 'string' ? ` to ${method}` : '';
      return new ProtocolError(
        'invalid_answer',
        `${server} broke the protocol: its answer${which} does not fit`,
        {
          hint: 'tell the operator of the server; --verbose shows the cause',
          ...details,
        },
      );
    }
    default:
      return new ProtocolError('invalid_answer', `${server} broke the protocol: ${error.message}`, {
        hint: 'tell the operator of the server; --verbose shows the cause',
        ...details,
      });
  }
}
