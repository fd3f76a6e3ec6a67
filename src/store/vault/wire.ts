// What node-vault sends its requests through, in the place of axios: that one follows redirects with the token in the
// headers, and its errors hold the token and what was written.

import { setTimeout as delay } from 'node:timers/promises';
import type { Fetch } from '../../deps.ts';
import { CliError, StoreError } from '../../errors.ts';
import { parseObject } from '../../json-object.ts';
import { timeLimit } from '../../limit.ts';

/** As node-vault asks. */
type Request = {
  method: string;
  uri: string;
  headers: Record<string, string>;
  json?: unknown;
};

/** As node-vault reads it. */
export type Answer = { statusCode: number; body: unknown; request: { path: string } };

export type WireOptions = {
  http: Fetch;
  /** Milliseconds. */
  timeout: number;
  retries: number;
  signal: AbortSignal;
};

/** Bytes of an answer. Twice the largest record, and JSON's escapes. */
const ANSWER_LIMIT = 16 * 1024 * 1024;
/** Vault did nothing and asks for another try: an overloaded or lagging node (412: consistency). */
const TRY_AGAIN = new Set([412, 429]);
const PAUSE = 200;
const LONGEST_PAUSE = 5_000;

/** `request-promise` as node-vault's option of that name expects it. */
export function wire(options: WireOptions) {
  return { defaults: () => (request: Request) => ask(request, options) };
}

/**
 * One request, tried again where it is known to have done nothing: reads always, writes only if Vault said so. An
 * unknown outcome of a write is the caller's to look into.
 * @throws StoreError `unavailable`; errors of `http`
 */
async function ask(request: Request, options: WireOptions): Promise<Answer> {
  const again = request.method === 'GET';
  for (let attempt = 0; ; attempt++) {
    const last = attempt >= options.retries;
    try {
      const { answer, wait } = await once(request, options);
      const { statusCode } = answer;
      const worth = TRY_AGAIN.has(statusCode) || (again && statusCode >= 500 && statusCode !== 501);
      if (last || !worth) return answer;
      await pause(wait ?? PAUSE * 2 ** attempt * (0.5 + Math.random()), options.signal);
    } catch (error) {
      if (last || !again || !(error instanceof CliError) || !MOMENTARY.has(error.code)) throw error;
      await pause(PAUSE * 2 ** attempt * (0.5 + Math.random()), options.signal);
    }
  }
}

const MOMENTARY = new Set(['reset', 'timeout']);

async function once(
  { method, uri, headers, json }: Request,
  { http, timeout, signal }: WireOptions,
): Promise<{ answer: Answer; wait: number | undefined }> {
  const response = await http(uri, {
    method,
    headers: {
      ...headers,
      'X-Vault-Request': 'true',
      ...(json !== undefined && { 'Content-Type': 'application/json' }),
    },
    ...(json !== undefined && { body: JSON.stringify(json) }),
    // A write under way is finished: what it saves may exist nowhere else.
    signal: AbortSignal.any([...(method === 'GET' ? [signal] : []), timeLimit(timeout)]),
  });
  if (response.status >= 300 && response.status < 400) {
    await response.body?.cancel();
    throw new StoreError('unavailable', 'Vault answered with a redirect, and its token goes nowhere else', {
      hint: 'set VAULT_ADDR to the address of the active node or of the load balancer',
    });
  }
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  const body = parseObject(await text(response));
  if (body === undefined && (response.status === 200 || response.status === 404))
    throw notVault(response.status);
  return {
    answer: { statusCode: response.status, body, request: { path: new URL(uri).pathname } },
    wait: Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds * 1000, LONGEST_PAUSE) : undefined,
  };
}

/** A page of something in between, read as Vault's "there is none", would start a new sign-in over the stored one. */
function notVault(status: number): StoreError {
  return new StoreError('unavailable', `what answers at the address of Vault is not Vault (HTTP ${status})`, {
    hint: 'check VAULT_ADDR, and the proxy in between',
  });
}

async function text(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > ANSWER_LIMIT) {
      throw new StoreError('unavailable', 'Vault answered with more than any entry holds', {
        hint: 'is VAULT_ADDR the address of Vault?',
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch(() => undefined);
}
