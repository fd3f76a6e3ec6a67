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
import { AuthError, CancelledError, CliError, NetworkError, ProtocolError } from '../errors.ts';
import { isSafeBrowserUrl } from '../url.ts';
import { tooManyQuestions } from './elicit.ts';

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

/** @returns what is thrown for an error of a session with `server`; anything unknown is returned as it is. */
export function translate(error: unknown, server: string, signal: AbortSignal): unknown {
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
  if (UnauthorizedError.isInstance(error)) return refusedToken(server, error);
  if (InsufficientScopeError.isInstance(error)) {
    return new AuthError('insufficient_scope', `${server} wants a further scope after every sign-in`, {
      hint: 'the account may lack a permission; see: mcp-cli auth status',
      server,
    });
  }
  if (refusesRevision(error)) return noCommonRevision(server, error);
  const status = statusOf(error);
  if (status !== undefined) return httpError(status, server, error);
  // An event stream that is none: the SDK names neither a status nor a class.
  if (SseError.isInstance(error)) return notMcp(server, error);
  if (SdkError.isInstance(error)) return sdkError(error, server);
  if (isUnreadable(error)) return notMcp(server, error);
  if (error instanceof UrlElicitationRequiredError) return visitNeeded(server, error);
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
export function refusesRevision(error: unknown): boolean {
  if (!SdkHttpError.isInstance(error) || error.status !== 400) return false;
  try {
    const { text } = error.data as { text?: string };
    const body = JSON.parse(text ?? '') as { error?: { code?: unknown } } | null;
    return body?.error?.code === UNSUPPORTED_REVISION;
  } catch {
    return false;
  }
}

function noCommonRevision(server: string, cause: unknown): ProtocolError {
  return new ProtocolError('negotiation_failed', `${server} and mcp-cli share no protocol revision`, {
    hint: 'check the url; with --protocol auto the revision is found out, and some older servers need --protocol legacy',
    server,
    cause,
  });
}

function refusedToken(server: string, cause: unknown): AuthError {
  return new AuthError('token_rejected', `${server} refuses the token although it is fresh`, {
    hint: `check the account and the scopes; sign in again with: mcp-cli auth login ${server}`,
    server,
    cause,
  });
}

function httpError(status: number, server: string, cause: unknown): CliError {
  if (status === 401) return refusedToken(server, cause);
  if (status === 403) {
    return new AuthError('forbidden', `${server} forbids this (HTTP 403)`, {
      hint: 'the account may lack a permission; see: mcp-cli auth status',
      server,
      cause,
    });
  }
  if (status >= 500 || status === 429) {
    return new NetworkError('server_error', `${server} answered HTTP ${status}`, {
      hint:
        status === 500
          ? 'if it works with other clients, try --protocol legacy: some older servers fail on unknown methods'
          : 'the server is in trouble; try again later',
      server,
      cause,
    });
  }
  return notMcp(server, cause, `HTTP ${status}`);
}

function notMcp(server: string, cause: unknown, answer = 'something else'): ProtocolError {
  return new ProtocolError('not_mcp', `${server} answered ${answer}, not MCP`, {
    hint: 'check the url: it must be the MCP endpoint, often ending in /mcp or /sse',
    server,
    cause,
  });
}

/** The older way to send a person to a page: the call fails, and works once they were there. */
function visitNeeded(server: string, error: UrlElicitationRequiredError): AuthError {
  const safe = error.elicitations.map(({ url }) => url).filter((url) => isSafeBrowserUrl(url));
  const pages = safe.length > 0 ? safe.map((url) => `open ${url}`) : ['tell the operator of the server'];
  return new AuthError('visit_needed', `${server} wants you to visit a page first`, {
    hint: [...pages, 'then run it again'].join('\n'),
    server,
  });
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
    case SdkErrorCode.CapabilityNotSupported:
    case SdkErrorCode.MethodNotSupportedByProtocolVersion:
      return new ProtocolError('not_supported', `${server} does not offer this`, {
        hint: 'another protocol revision may have it: try --protocol legacy or modern',
        ...details,
      });
    default:
      return new ProtocolError('invalid_answer', `${server} broke the protocol: ${error.message}`, {
        hint: 'tell the operator of the server; --verbose shows the cause',
        ...details,
      });
  }
}
