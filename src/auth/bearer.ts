// The token of one server during one command: fresh, refreshed, or signed in for, and what to do when it is refused.

import { AuthError, NetworkError } from '../errors.ts';
import { isFresh, type StoredRecord } from '../store/record.ts';
import { requireEnabled } from './binding.ts';
import type { Challenge } from './challenge.ts';
import type { AuthContext } from './context.ts';
import { findRecord } from './keep.ts';
import { signIn } from './login.ts';
import { renew } from './renew.ts';
import { loginCommand, loginRequired } from './required.ts';
import { coversScopes, scopeList, unionScopes } from './scope.ts';

export type Bearer = {
  /** The token for the next request; undefined if the server is to be asked without one. */
  current(): Promise<string | undefined>;
  /** The server said 401 to `token`: afterwards `current` gives another one, or this throws. */
  rejected(token: string | undefined, challenge: Challenge | undefined): Promise<void>;
  /** The server said 403 `insufficient_scope`. */
  stepUp(challenge: Challenge | undefined): Promise<void>;
};

/** One bearer a server and command. Concurrent calls share one refresh and one sign-in. */
export function openBearer(ctx: AuthContext): Bearer {
  const { fixedToken } = ctx;
  if (fixedToken) return fixedBearer(ctx, fixedToken);
  let known: StoredRecord | undefined;
  let flight: Promise<StoredRecord | undefined> | undefined;
  /** A refreshed token that is refused as well needs a person: refreshing again would go on for ever. */
  let refreshed = false;
  const once = (work: () => Promise<StoredRecord | undefined>): Promise<StoredRecord | undefined> => {
    flight ??= work().finally(() => {
      flight = undefined;
    });
    return flight;
  };
  const isCurrent = () => known?.tokens !== undefined && isFresh(known.tokens, ctx.now());
  return {
    async current() {
      if (!isCurrent()) known = await once(() => obtain(ctx));
      return known?.tokens?.accessToken;
    },
    async rejected(token, challenge) {
      if (isCurrent() && known?.tokens?.accessToken !== token) return;
      const mayRefresh = !refreshed;
      refreshed = true;
      known = await once(() => replace(ctx, token, challenge, mayRefresh));
    },
    async stepUp(challenge) {
      known = await once(() => widen(ctx, known, challenge));
    },
  };
}

/** Before a request. An entry with an `oauth` block signs in first: some servers never answer 401. */
async function obtain(ctx: AuthContext): Promise<StoredRecord | undefined> {
  const { oauth } = ctx.entry;
  if (oauth?.enabled === false) return undefined;
  const { key, record } = await findRecord(ctx);
  const tokens = record?.tokens;
  if (tokens && isFresh(tokens, ctx.now())) return record;
  if (!tokens) return oauth || record ? signIn(ctx) : undefined;
  const alive = tokens.expiresAt !== undefined && tokens.expiresAt > ctx.now();
  if (!tokens.refreshToken && alive) return record;
  try {
    return tokens.refreshToken ? await renew(ctx, key) : await signIn(ctx);
  } catch (error) {
    // Early refreshes are a courtesy: while the token lives, trouble at the authorization server is not ours.
    if (alive && (error instanceof NetworkError || isLoginRequired(error))) return record;
    if (isLoginRequired(error) && ctx.interactive) return signIn(ctx);
    throw error;
  }
}

/** After a 401: what another process saved, a refresh, or a sign-in that reads the metadata again. */
async function replace(
  ctx: AuthContext,
  token: string | undefined,
  challenge: Challenge | undefined,
  mayRefresh: boolean,
): Promise<StoredRecord> {
  requireEnabled(ctx.entry);
  const { key, record } = await findRecord(ctx);
  const refreshable = mayRefresh && token !== undefined && record?.tokens?.refreshToken !== undefined;
  if (refreshable) {
    try {
      return await renew(ctx, key, token);
    } catch (error) {
      if (!isLoginRequired(error) || !ctx.interactive) throw error;
    }
  }
  return signIn(ctx, { challenge, rejected: token });
}

/** Union of what was granted and what is asked for now: asking for the new scope alone would lose the others. */
async function widen(
  ctx: AuthContext,
  known: StoredRecord | undefined,
  challenge: Challenge | undefined,
): Promise<StoredRecord> {
  const granted = scopeList(known?.tokens?.scope);
  const wanted = scopeList(challenge?.scope);
  if (wanted.length > 0 && coversScopes(known?.tokens?.scope, wanted)) {
    throw new AuthError(
      'insufficient_scope',
      `${ctx.entry.name} refuses although it was granted: ${wanted.join(' ')}`,
      {
        server: ctx.entry.name,
      },
    );
  }
  if (!ctx.interactive) throw loginRequired(ctx, wanted);
  ctx.notify({ kind: 'step-up', scopes: wanted });
  return signIn(ctx, {
    challenge,
    scopes: unionScopes(granted, wanted),
    rejected: known?.tokens?.accessToken,
  });
}

function isLoginRequired(error: unknown): boolean {
  return error instanceof AuthError && (error.code === 'login_required' || error.code === 'refresh_lost');
}

function fixedBearer(
  ctx: AuthContext,
  { value, source }: { value: string | undefined; source: string },
): Bearer {
  const refused = (code: string, what: string) =>
    new AuthError(code, `${ctx.entry.name} ${what} the token from ${source}`, {
      hint: `replace the token in ${source}, or remove it and sign in: ${loginCommand(ctx.entry)}`,
      server: ctx.entry.name,
    });
  return {
    current: async () => value,
    rejected: async () => {
      throw refused('token_rejected', 'does not accept');
    },
    stepUp: async (challenge) => {
      const scope = challenge?.scope;
      throw refused(
        'insufficient_scope',
        scope ? `needs a further scope (${scope}) than` : 'needs further scopes than',
      );
    },
  };
}
