// Which scopes to ask for (MCP authorization, Scope Selection Strategy and Step-Up).

export function scopeList(scope: string | undefined): string[] {
  return scope ? scope.split(' ').filter(Boolean) : [];
}

/** Union in order of first appearance. Clients need not know that one scope contains another. */
export function unionScopes(...lists: readonly (readonly string[])[]): string[] {
  return [...new Set(lists.flat())];
}

/**
 * Configured, else the challenge's, else all that the resource lists, else none; with what a step-up adds.
 * `offline_access` is added when the authorization server lists it: without it many never issue a refresh token. Not
 * alone: whoever names one scope does without those that the server gives by default (RFC 6749 section 3.3).
 */
export function chooseScopes(facts: {
  configured: readonly string[];
  challenged: readonly string[];
  resource: readonly string[];
  server: readonly string[];
  stepUp: readonly string[];
  withoutOffline: boolean;
}): { scopes: string[]; addedOffline: boolean } {
  const base = [facts.configured, facts.challenged, facts.resource].find((list) => list.length > 0) ?? [];
  const scopes = unionScopes(base, facts.stepUp);
  const mayAdd = scopes.length > 0 && !facts.withoutOffline;
  const addedOffline =
    mayAdd && facts.server.includes('offline_access') && !scopes.includes('offline_access');
  return { scopes: addedOffline ? [...scopes, 'offline_access'] : scopes, addedOffline };
}

/** True if every wanted scope was granted. An unknown grant is taken as granting nothing. */
export function coversScopes(granted: string | undefined, wanted: readonly string[]): boolean {
  const have = new Set(scopeList(granted));
  return wanted.every((scope) => have.has(scope));
}
