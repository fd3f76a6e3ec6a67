// What a provider's refusal is called: decided by status and code, never by its words.
import { AuthError, type CliError, NetworkError, ProtocolError, UsageError } from '../errors.ts';
import { sanitize } from '../ui/sanitize.ts';

/** What there is of a refusal. */
export type Refused = {
  /** Absent: it came in the middle of a stream. */
  status: number | undefined;
  /** `error.code` or `error.type` of the body. */
  codes: string[];
  /** The provider's own words, untrusted. */
  said: string | undefined;
  retryAfter: number | undefined;
};

/** Whom it is about, for messages. */
export type Asked = {
  provider: string;
  model: string;
  origin: string;
  /** Where the key is looked for; absent: nobody said whose it would be. */
  variable: string | undefined;
  hasKey: boolean;
};

/** The provider wants to be asked later. */
export class RateLimited extends Error {
  /** Milliseconds, if it said so. */
  readonly after: number | undefined;

  constructor(after: number | undefined) {
    super('asked too often');
    this.name = 'RateLimited';
    this.after = after;
  }
}

const LONGEST = 300;
const BUSY = ['rate_limit_error', 'rate_limit_exceeded', 'overloaded_error'];
const FULL = ['context_length_exceeded', 'model_context_window_exceeded'];

/** Pure. */
export function refusal(refused: Refused, asked: Asked): CliError | RateLimited {
  const { status, codes } = refused;
  const { provider, origin } = asked;
  const has = (...known: string[]) => codes.some((code) => known.includes(code));
  const said = refused.said ? `it said: ${sanitize(refused.said).slice(0, LONGEST)}` : undefined;
  const hints = (...lines: (string | undefined)[]) => lines.flatMap((line) => line ?? []).join('\n');
  if (has('insufficient_quota', 'billing_error') || status === 402) {
    return new NetworkError('out_of_quota', `the account at ${provider} has nothing left to spend`, {
      hint: hints('look at its plan and billing', said),
    });
  }
  if (status === 401 || status === 403 || has('authentication_error', 'permission_error')) {
    return keyRefused(asked, said);
  }
  if (status === 429 || status === 529 || status === 503 || has(...BUSY)) {
    return new RateLimited(refused.retryAfter);
  }
  if (has(...FULL) || status === 413) return contextTooLong(asked);
  // Without an error of its own, whoever answered knows no models at all.
  if (has('model_not_found', 'not_found_error') || (status === 404 && refused.said !== undefined)) {
    return new UsageError('unknown_model', `${provider} has no model called ${asked.model} for you`, {
      hint: hints('name another one with --model', said),
    });
  }
  if (status !== undefined && (status < 400 || status === 404 || status === 405)) {
    return notAModel(origin, `HTTP ${status}`);
  }
  if (status !== undefined && status < 500 && status !== 408 && status !== 409) {
    return new ProtocolError('request_refused', `${provider} refused the request (HTTP ${status})`, {
      hint: hints(said ?? 'does this model take tools? Try another one with --model'),
    });
  }
  const what = status === undefined ? 'broke off with an error' : `answered with HTTP ${status}`;
  return new NetworkError('model_failed', `${provider} ${what}`, { hint: hints('try again later', said) });
}

function keyRefused({ provider, variable, hasKey, origin }: Asked, said: string | undefined): AuthError {
  const keep = `mcp-cli token set-provider ${provider}`;
  const hint =
    variable === undefined
      ? 'say whose key it gets: --provider NAME sends it what NAME_API_KEY holds, or what is stored for NAME'
      : hasKey
        ? `is the key right? It is read from ${variable}, else it is what this has stored: ${keep}`
        : `set ${variable}, or store a key: ${keep}`;
  return new AuthError(
    'key_refused',
    hasKey ? `${origin} refused the key for ${provider}` : `${origin} wants a key, and there is none`,
    { hint: said ? `${hint}\n${said}` : hint },
  );
}

export function contextTooLong({ model }: Pick<Asked, 'model'>): UsageError {
  return new UsageError('context_too_long', `the conversation is too long for ${model}`, {
    hint: 'begin a new one, give it fewer tools with --include-tools, or name a model with more room',
  });
}

export function notAModel(origin: string, what: string): ProtocolError {
  return new ProtocolError('not_a_model', `${origin} does not answer as a model would (${what})`, {
    hint: 'check --api-base; for an OpenAI-compatible service it usually ends in /v1',
  });
}

/** `Retry-After` in seconds or as a date, or `retry-after-ms`; milliseconds. Pure. */
export function retryAfter(headers: Headers | undefined, now: number): number | undefined {
  const exact = headers?.get('retry-after-ms')?.trim();
  if (exact && /^\d+(\.\d+)?$/.test(exact)) return Number(exact);
  const text = headers?.get('retry-after')?.trim();
  if (!text) return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
