// Judging what a token endpoint answered (RFC 6749 section 5), as servers really answer it. Pure.

import { asObject } from '../json-object.ts';
import { momentOf } from '../store/fields.ts';
import { type StoredTokens, storable } from '../store/record.ts';

export type TokenAnswer =
  | { kind: 'tokens'; tokens: StoredTokens }
  /** The server said no: the same request will be refused again. */
  | { kind: 'refused'; error: string; description: string | undefined; status: number }
  /** Nothing is known about the grant: 5xx without an OAuth error, 429. */
  | { kind: 'trouble'; status: number }
  | { kind: 'broken'; why: string }
  /** A key was proved, and the token is good for whoever has it. */
  | { kind: 'unbound' };

export type RawAnswer = { status: number; contentType: string | null; text: string };

export function judgeTokenAnswer(answer: RawAnswer, now: number): TokenAnswer {
  const fields = parseFields(answer.contentType, answer.text);
  const error = fields && text(fields.error);
  if (error) {
    const busy = answer.status === 429 || answer.status === 503 || error === 'temporarily_unavailable';
    if (busy) return { kind: 'trouble', status: answer.status };
    return { kind: 'refused', error, description: text(fields.error_description), status: answer.status };
  }
  if (answer.status === 429 || answer.status >= 500) return { kind: 'trouble', status: answer.status };
  if (answer.status >= 400) {
    return { kind: 'refused', error: `http_${answer.status}`, description: undefined, status: answer.status };
  }
  if (answer.status < 200 || answer.status >= 300) {
    return { kind: 'broken', why: `it answered HTTP ${answer.status}` };
  }
  if (!fields) return { kind: 'broken', why: 'its answer is neither JSON nor a form' };
  return judgeTokens(fields, now);
}

function judgeTokens(fields: Record<string, unknown>, now: number): TokenAnswer {
  const accessToken = text(fields.access_token);
  if (!accessToken) return { kind: 'broken', why: 'its answer has no access_token' };
  // RFC 6749 appendix A.12: anything else could end a header line.
  if (!storable.token(accessToken)) {
    return { kind: 'broken', why: 'its access token has forbidden characters, or too many' };
  }
  const type = (text(fields.token_type) ?? 'bearer').toLowerCase();
  if (type !== 'bearer' && type !== 'dpop')
    return { kind: 'broken', why: `its token type is ${JSON.stringify(type.slice(0, 20))}` };
  const refreshToken = text(fields.refresh_token);
  if (refreshToken && !storable.token(refreshToken)) {
    return { kind: 'broken', why: 'its refresh token has forbidden characters, or too many' };
  }
  const idToken = storable.token(fields.id_token);
  const scope = scopeOf(fields.scope);
  const lifetime = lifetimeOf(fields.expires_in);
  return {
    kind: 'tokens',
    tokens: {
      accessToken,
      tokenType: type === 'dpop' ? 'DPoP' : 'Bearer',
      issuedAt: now,
      ...(refreshToken && { refreshToken }),
      // Nothing needs it: one that cannot be kept is as good as none.
      ...(idToken && { idToken }),
      ...(scope && { scope }),
      // Zero and nonsense say nothing: such a token is good until the server refuses it.
      ...(Number.isFinite(lifetime) && lifetime > 0 && { expiresAt: momentOf(now + lifetime * 1000) }),
    },
  };
}

/** RFC 9449 section 5: what was asked for with a proof is taken bound to the key, or not at all. */
export function judgeBinding(answer: TokenAnswer, proved: boolean): TokenAnswer {
  if (answer.kind !== 'tokens') return answer;
  const bound = answer.tokens.tokenType === 'DPoP';
  if (bound === proved) return answer;
  return proved
    ? { kind: 'unbound' }
    : { kind: 'broken', why: 'its token is bound to a key it has not seen' };
}

/** Whether a server refused because there was no proof: the code or token that came with it was not used. */
export function asksForProof(answer: TokenAnswer): boolean {
  return answer.kind === 'refused' && ['invalid_dpop_proof', 'use_dpop_nonce'].includes(answer.error);
}

/** A string, or nothing: null and the empty string are how some servers write "none". */
function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/**
 * A list of scopes is taken as some servers write it; a scope that RFC 6749 section 3.3 cannot carry says nothing to us.
 * Only texts of the list: an object would be asked for its own idea of a text, and a nested list overflows the stack.
 */
function scopeOf(value: unknown): string | undefined {
  const scope = Array.isArray(value) ? value.filter((item) => typeof item === 'string').join(' ') : value;
  return storable.scope(scope);
}

/** Seconds, as a number or as some servers write it; NaN for all else, for the same reasons. */
function lifetimeOf(value: unknown): number {
  return typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;
}

/** The members of an answer; undefined if it is neither a JSON object nor a form. */
export function parseFields(contentType: string | null, body: string): Record<string, unknown> | undefined {
  try {
    return asObject(JSON.parse(body));
  } catch {
    // GitHub's older answers, and RFC 6749's sibling encodings.
    if (contentType?.includes('x-www-form-urlencoded')) return Object.fromEntries(new URLSearchParams(body));
    return undefined;
  }
}
