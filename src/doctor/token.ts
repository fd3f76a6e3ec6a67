// Whether the server takes the token that there is. It is renewed only if nothing else would tell.
import { askServer } from '../auth/ask.ts';
import { machineGrant } from '../auth/binding.ts';
import { parseChallenge } from '../auth/challenge.ts';
import { findRecord } from '../auth/keep.ts';
import { renew } from '../auth/renew.ts';
import { loginCommand } from '../auth/required.ts';
import { AuthError, NetworkError, ProtocolError } from '../errors.ts';
import { isAlive, type StoredTokens } from '../store/record.ts';
import type { Case } from './case.ts';
import { type Answer, read } from './challenge.ts';
import { type Finding, failed, passed, skipped, warned } from './finding.ts';
import { keepQuiet } from './kept.ts';

export async function probeToken(subject: Case, signal: AbortSignal): Promise<Finding> {
  const { ctx, known } = subject;
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
    const fresh = await renew({ ...ctx, signal }, key);
    keepQuiet(subject.secrets, fresh);
    const answer = await present(subject, signal, fresh.tokens.accessToken);
    return settle(subject, answer, 'the stored token, which was over and has been renewed,', login);
  }
  const answer = await present(subject, signal, tokens.accessToken);
  if (answer.status !== 401 || !tokens.refreshToken)
    return settle(subject, answer, 'the stored token', login);
  const refused = { token: tokens.accessToken, refused: true };
  const fresh = await renew({ ...ctx, signal }, key, refused);
  keepQuiet(subject.secrets, fresh);
  const again = await present(subject, signal, fresh.tokens.accessToken);
  known.letIn = again.status !== 401;
  return settle(
    subject,
    again,
    'a renewed token, after it had refused the stored one before its time,',
    login,
  );
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

function settle({ entry, known }: Case, answer: Answer, what: string, fix: string): Finding {
  const { name } = entry;
  const { status } = answer;
  const challenge = parseChallenge(answer.asks);
  if (status === 401) {
    const error = new AuthError('token_rejected', `${name} refuses ${what.replace(/,$/, '')}`, { hint: fix });
    return failed(error);
  }
  if (status === 403 && challenge?.error === 'insufficient_scope') {
    const error = new AuthError(
      'insufficient_scope',
      `${name} wants a further scope than ${what}`.replace(/,$/, ''),
      {
        hint: challenge.scope ? `${fix} --scope ${challenge.scope.replaceAll(' ', ',')}` : fix,
      },
    );
    return failed(error);
  }
  if (status === 403) {
    const hint = 'the account may lack a permission';
    return failed(new AuthError('forbidden', `${name} forbids this (HTTP 403)`, { hint }));
  }
  if (status >= 500 || status === 429) {
    const hint = 'the server is in trouble; try again later';
    return failed(new NetworkError('server_error', `${name} answered HTTP ${status}`, { hint }));
  }
  if (status >= 300 && status < 400) {
    const error = new ProtocolError(
      'not_mcp',
      `${name} sends whoever has a token to another place (HTTP ${status})`,
      {
        hint: 'no token goes there; check the url, and tell its operator',
      },
    );
    return failed(error);
  }
  known.letIn = true;
  if (!known.open) return passed(`${name} takes ${what.replace(/,$/, '')}`);
  return warned(
    `${name} answers with ${what.replace(/,$/, '')} as it does without: nothing shows whether it is good`,
  );
}
