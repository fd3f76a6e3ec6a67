// The token of one server during one command: fresh, refreshed, or signed in for, and what to do when it is refused.

import type { Fetch } from '../deps.ts';
import { AuthError, NetworkError } from '../errors.ts';
import { Headers } from '../headers.ts';
import { isAlive, isFresh } from '../store/age.ts';
import type { StoredRecord } from '../store/record.ts';
import { machineGrant, maySignIn, requireEnabled } from './binding.ts';
import type { Challenge } from './challenge.ts';
import type { AuthContext } from './context.ts';
import { requireExpected } from './expect.ts';
import { fixedBearer } from './fixed.ts';
import { findRecord } from './keep.ts';
import { type SignInOptions, signIn } from './login.ts';
import { proofOf } from './proof.ts';
import { dropRefused, renew } from './renew.ts';
import { loginRequired, statusCommand } from './required.ts';
import { coversScopes, scopeList } from './scope.ts';

export type Bearer = {
  /** The token for the next request; undefined if the server is to be asked without one. */
  current(): Promise<string | undefined>;
  /** Whether what `current` gave last is good with our key only. */
  bound(): boolean;
  /** Sends a request that carries the token, with the proof that goes with it if it is bound to a key. */
  send: Fetch;
  /** The server said 401 to `token`: afterwards `current` gives another one, or this throws. */
  rejected(token: string | undefined, challenge: Challenge | undefined): Promise<void>;
  /** The server said 403 `insufficient_scope`. */
  stepUp(challenge: Challenge | undefined): Promise<void>;
  /** The server took the token: what was tried to get it counts no more. */
  accepted(): void;
};

/** How a bearer comes by tokens. */
type Ways = {
  refresh(key: string, rejected?: string): Promise<StoredRecord>;
  enter(options?: SignInOptions): Promise<StoredRecord>;
};

/** One bearer a server and command. Concurrent calls share one refresh and one sign-in. */
export function openBearer(ctx: AuthContext): Bearer {
  const { fixedToken } = ctx;
  if (fixedToken) return fixedBearer(ctx, fixedToken);
  let known: StoredRecord | undefined;
  let outs = ctx.signedOut;
  /** Could not be refreshed early, and is used to its end: asking before every request would not bring it sooner. */
  let lasting: StoredRecord | undefined;
  let flight: Promise<StoredRecord | undefined> | undefined;
  /** A refreshed token that is refused as well needs a person: refreshing again would go on for ever. */
  let refreshed = false;
  /** And one that a person has just signed in for will not get better by doing so again. */
  let entered: string | undefined;
  const ways: Ways = {
    refresh(key, rejected) {
      refreshed = true;
      return renew(ctx, key, rejected === undefined ? undefined : { token: rejected, refused: true });
    },
    async enter(options) {
      const record = await signIn(ctx, options);
      entered = record.tokens?.accessToken;
      return record;
    },
  };
  const once = (work: () => Promise<StoredRecord | undefined>): Promise<StoredRecord | undefined> => {
    flight ??= work().finally(() => {
      flight = undefined;
    });
    return flight;
  };
  const isCurrent = () => {
    const tokens = known?.tokens;
    if (!tokens) return false;
    return isFresh(tokens, ctx.now()) || (known === lasting && isAlive(tokens, ctx.now()));
  };
  return {
    async current() {
      if (ctx.signedOut !== outs) known = undefined;
      outs = ctx.signedOut;
      if (!isCurrent()) {
        known = await once(() => obtain(ctx, ways));
        lasting = known?.tokens && !isFresh(known.tokens, ctx.now()) ? known : undefined;
      }
      return known?.tokens?.accessToken;
    },
    bound: () => known?.tokens?.tokenType === 'DPoP',
    async send(url, init) {
      const token = tokenIn(init);
      const proof = token === undefined ? undefined : known && (await proofOf(ctx, known));
      if (token === undefined || !proof) return ctx.http(url, init);
      const { sendProved } = await import('./prove.ts');
      return sendProved(ctx, token, proof, url, init);
    },
    async rejected(token, challenge) {
      if (isCurrent() && known?.tokens?.accessToken !== token) return;
      if (token !== undefined && token === entered) throw refusedAnew(ctx);
      known = await once(() => replace(ctx, ways, { token, challenge, mayRefresh: !refreshed }));
    },
    async stepUp(challenge) {
      known = await once(() => widen(ctx, ways, known, challenge));
    },
    accepted() {
      refreshed = false;
      entered = undefined;
    },
  };
}

/** Before a request. An entry with an `oauth` block signs in first: some servers never answer 401. */
async function obtain(ctx: AuthContext, { refresh, enter }: Ways): Promise<StoredRecord | undefined> {
  const { oauth } = ctx.entry;
  if (oauth?.enabled === false) return undefined;
  const { key, record } = await findRecord(ctx);
  const tokens = record?.tokens;
  if (record && tokens) requireExpected(ctx.entry, record);
  if (tokens && isFresh(tokens, ctx.now())) return record;
  if (!tokens) return oauth || record ? enter() : undefined;
  const alive = isAlive(tokens, ctx.now());
  const renewable = tokens.refreshToken !== undefined || machineGrant(ctx.entry) !== undefined;
  if (!renewable && alive) return record;
  try {
    return tokens.refreshToken ? await refresh(key) : await enter();
  } catch (error) {
    // Early refreshes are a courtesy: while the token lives, trouble at the authorization server is not ours.
    if (alive && (error instanceof NetworkError || isLoginRequired(error))) return record;
    if (isLoginRequired(error) && maySignIn(ctx)) return enter();
    throw error;
  }
}

/** After a 401: what another process saved, a refresh, or a sign-in that reads the metadata again. */
async function replace(
  ctx: AuthContext,
  { refresh, enter }: Ways,
  refusal: { token: string | undefined; challenge: Challenge | undefined; mayRefresh: boolean },
): Promise<StoredRecord> {
  const { token, challenge, mayRefresh } = refusal;
  requireEnabled(ctx.entry);
  const { key, record } = await findRecord(ctx);
  const tokens = record?.tokens;
  if (mayRefresh && token !== undefined && tokens?.refreshToken !== undefined) {
    try {
      return await refresh(key, token);
    } catch (error) {
      if (!isLoginRequired(error) || !maySignIn(ctx)) throw error;
    }
  } else if (record && tokens && token !== undefined && tokens.refreshToken === undefined) {
    // Another process has signed in meanwhile.
    if (tokens.accessToken !== token && isFresh(tokens, ctx.now())) {
      requireExpected(ctx.entry, record);
      return record;
    }
    // What is refused and cannot be renewed would only look like a sign-in to who asks for the status.
    await dropRefused(ctx, key, token);
  } else if (tokens && !maySignIn(ctx)) {
    // Renewed a moment ago, and refused again.
    throw loginRequired(ctx, [], { force: true });
  }
  return enter({ challenge, rejected: token });
}

/** The sign-in asks for what was granted before as well. */
async function widen(
  ctx: AuthContext,
  { enter }: Ways,
  known: StoredRecord | undefined,
  challenge: Challenge | undefined,
): Promise<StoredRecord> {
  const { name: server } = ctx.entry;
  const wanted = scopeList(challenge?.scope);
  if (wanted.length > 0 && coversScopes(known?.tokens?.scope, wanted)) {
    throw new AuthError(
      'insufficient_scope',
      `${server} refuses although it was granted: ${wanted.join(' ')}`,
      { hint: `the account may lack a permission; see: ${statusCommand(ctx.entry)}`, server },
    );
  }
  if (!maySignIn(ctx)) throw loginRequired(ctx, wanted);
  ctx.notify({ kind: 'step-up', scopes: wanted });
  return enter({ challenge, scopes: wanted, rejected: known?.tokens?.accessToken });
}

function tokenIn(init: Parameters<Fetch>[1]): string | undefined {
  return /^Bearer (.+)$/i.exec(new Headers(init?.headers).get('authorization') ?? '')?.[1];
}

function refusedAnew({ entry }: AuthContext): AuthError {
  return new AuthError('token_rejected', `${entry.name} refuses the token although it is fresh`, {
    hint: `check the account and the scopes, and the authorization server: ${statusCommand(entry)}`,
    server: entry.name,
  });
}

function isLoginRequired(error: unknown): boolean {
  return error instanceof AuthError && (error.code === 'login_required' || error.code === 'refresh_lost');
}
