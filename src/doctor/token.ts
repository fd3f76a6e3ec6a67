// Whether the server takes the token that there is. It is renewed only if nothing else would tell.
import { askServer } from '../auth/ask.ts';
import { machineGrant } from '../auth/binding.ts';
import { parseChallenge } from '../auth/challenge.ts';
import { findRecord } from '../auth/keep.ts';
import { renew, type Unwanted } from '../auth/renew.ts';
import { loginCommand, loginRequired } from '../auth/required.ts';
import { scopeList } from '../auth/scope.ts';
import { AuthError, NetworkError, ProtocolError } from '../errors.ts';
import { isAlive } from '../store/age.ts';
import type { StoredTokens } from '../store/record.ts';
import type { Case } from './case.ts';
import { type Answer, read } from './challenge.ts';
import { type Finding, failed, passed, skipped, warned } from './finding.ts';
import { keepQuiet } from './kept.ts';

export async function probeToken(subject: Case, signal: AbortSignal): Promise<Finding> {
  const { ctx } = subject;
  const { fixedToken } = ctx;
  if (fixedToken) {
    const { value, source } = fixedToken;
    const answer = await present(subject, signal, value);
    return settle(subject, answer, `the token from ${source}`, `replace the token in ${source}`);
  }
  const { key, record } = await findRecord(ctx);
  keepQuiet(subject.secrets, record);
  const tokens = record?.tokens;
  if (!tokens) return missing(subject);
  if (tokens.tokenType === 'DPoP')
    return skipped('the token is bound to a key (DPoP): only a request of the program can show it');
  const login = `sign in with: ${loginCommand(subject.entry)}`;
  if (isOver(tokens, ctx.now())) {
    if (!tokens.refreshToken) return over(subject, login);
    const fresh = await renewed(subject, signal, key);
    const answer = await present(subject, signal, fresh.tokens.accessToken);
    return settle(subject, answer, 'the stored token, renewed because it was over', login);
  }
  const answer = await present(subject, signal, tokens.accessToken);
  if (answer.status !== 401 || !tokens.refreshToken)
    return settle(subject, answer, 'the stored token', login);
  const refused = { token: tokens.accessToken, refused: true };
  const fresh = await renewed(subject, signal, key, refused);
  const again = await present(subject, signal, fresh.tokens.accessToken);
  return settle(subject, again, 'the stored token, renewed because it was refused before its time', login);
}

/** A token that was rotated and not saved would be the end of the sign-in. */
async function renewed(subject: Case, signal: AbortSignal, key: string, refused?: Unwanted) {
  const renewal = renew({ ...subject.ctx, signal }, key, refused);
  subject.underWay.push(renewal);
  const fresh = await renewal;
  keepQuiet(subject.secrets, fresh);
  return fresh;
}

function isOver(tokens: StoredTokens, now: number): boolean {
  return tokens.expiresAt !== undefined && !isAlive(tokens, now);
}

/** Not signed in is how everybody begins. */
function missing({ entry, known }: Case): Finding {
  if (known.open && !entry.oauth) {
    known.letIn = true;
    return skipped('the server asks nobody for one');
  }
  const grant = machineGrant(entry);
  const needs = grant === undefined ? '' : `; ${grant} gets one without a person`;
  return skipped(`not signed in${needs}`, `sign in with: ${loginCommand(entry)}`);
}

function over({ entry, ctx }: Case, login: string): Finding {
  if (machineGrant(ctx.entry) !== undefined)
    return skipped('the stored token is over; the next command gets another', login);
  return failed(
    new AuthError('login_required', `the stored token of ${entry.name} is over, and cannot be renewed`, {
      hint: login,
    }),
    { clause: 'RFC 6749 section 1.5' },
  );
}

async function present(subject: Case, signal: AbortSignal, token: string | undefined): Promise<Answer> {
  const { ctx, entry } = subject;
  const headers = await subject.headers();
  const own = { ...ctx, signal, entry: { ...entry, headers } };
  return read(await askServer(own, token === undefined ? {} : { authorization: `Bearer ${token}` }));
}

function settle({ entry, ctx, known }: Case, answer: Answer, what: string, fix: string): Finding {
  const scopes = scopeList(parseChallenge(answer.asks)?.scope);
  const wider = ctx.fixedToken ? fix : (loginRequired({ entry }, scopes).hint ?? fix);
  const refusal = judgeTaken(answer, entry.name, what, { fix, wider });
  if (refusal) return refusal;
  known.letIn = true;
  if (!known.open) return passed(`${entry.name} takes ${what}`);
  return warned(`${entry.name} answers with ${what} as it does without: nothing shows whether it is good`);
}

/** Undefined: the token was taken. `wider` is what to do for a further scope. Pure. */
function judgeTaken(
  { status, asks, type }: Answer,
  server: string,
  what: string,
  { fix, wider }: { fix: string; wider: string },
): Finding | undefined {
  if (status === 401)
    return failed(new AuthError('token_rejected', `${server} refuses ${what}`, { hint: fix }));
  if (status === 403 && parseChallenge(asks)?.error === 'insufficient_scope') {
    const said = `${server} wants a further scope than that of ${what}`;
    return failed(new AuthError('insufficient_scope', said, { hint: wider }));
  }
  if (status === 403) {
    const hint = 'the account may lack a permission';
    return failed(new AuthError('forbidden', `${server} forbids this (HTTP 403)`, { hint }));
  }
  if (status >= 500 || status === 429) {
    const hint = 'the server is in trouble; try again later';
    return failed(new NetworkError('server_error', `${server} answered HTTP ${status}`, { hint }));
  }
  if (status >= 300 && status < 400) {
    const said = `${server} sends whoever has a token to another place (HTTP ${status})`;
    const hint = 'no token goes there; check the url, and tell its operator';
    return failed(new ProtocolError('not_mcp', said, { hint }));
  }
  if (type.includes('html'))
    return warned(`${server} answers with a page: nothing shows whether ${what} is good`);
  return undefined;
}
