// What a server's refusal is called in our words.

import type { UrlElicitationRequiredError } from '@modelcontextprotocol/client';
import { loginCommand, statusCommand } from '../auth/required.ts';
import type { ServerEntry } from '../config/entry.ts';
import { AuthError, type CliError, NetworkError, ProtocolError } from '../errors.ts';
import { isSafeBrowserUrl } from '../url.ts';

export function noCommonRevision(server: string, cause: unknown): ProtocolError {
  return new ProtocolError('negotiation_failed', `${server} and mcp-cli share no protocol revision`, {
    hint: 'check the url; with --protocol auto the revision is found out, and some older servers need --protocol legacy',
    server,
    cause,
  });
}

export function refusedToken(entry: ServerEntry, cause: unknown): AuthError {
  const { name: server } = entry;
  return new AuthError('token_rejected', `${server} refuses the token although it is fresh`, {
    hint: `check the account and the scopes; sign in again with: ${loginCommand(entry)} --force`,
    server,
    cause,
  });
}

export function httpError(status: number, entry: ServerEntry, cause: unknown): CliError {
  const { name: server } = entry;
  if (status === 401) return refusedToken(entry, cause);
  if (status === 403) {
    return new AuthError('forbidden', `${server} forbids this (HTTP 403)`, {
      hint: `the account may lack a permission; see: ${statusCommand(entry)}`,
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

/** The older way to send a person to a page: the call fails, and works once they were there. */
export function visitNeeded(server: string, error: UrlElicitationRequiredError): AuthError {
  const safe = error.elicitations.map(({ url }) => url).filter((url) => isSafeBrowserUrl(url));
  const pages = safe.length > 0 ? safe.map((url) => `open ${url}`) : ['tell the operator of the server'];
  return new AuthError('visit_needed', `${server} wants you to visit a page first`, {
    hint: [...pages, 'then run it again'].join('\n'),
    server,
  });
}

export function notMcp(server: string, cause: unknown, answer = 'something else'): ProtocolError {
  return new ProtocolError('not_mcp', `${server} answered ${answer}, not MCP`, {
    hint: 'check the url: it must be the MCP endpoint, often ending in /mcp or /sse',
    server,
    cause,
  });
}

export function notSupported(server: string, cause: unknown): ProtocolError {
  return new ProtocolError('not_supported', `${server} does not offer this`, {
    hint: 'another protocol revision may have it: try --protocol legacy or modern',
    server,
    cause,
  });
}

/** It asks for what this program has not said that it has. */
export function notDeclared(server: string, method: string, cause: unknown): ProtocolError {
  const isRoots = method === 'roots/list';
  const what = isRoots ? 'folders of yours' : 'an answer of a model';
  return new ProtocolError('not_declared', `${server} wants ${what}, which it was not offered`, {
    hint: isRoots ? 'name them with --root PATH' : 'name a model with --provider and --model, at a terminal',
    server,
    cause,
  });
}
