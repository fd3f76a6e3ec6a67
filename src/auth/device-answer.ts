// Judging what a device authorization endpoint answered (RFC 8628 section 3.2), as servers really answer it. Pure.

import { storable } from '../store/record.ts';
import { isSafeBrowserUrl } from '../url.ts';
import { judgeTokenAnswer, parseFields, type RawAnswer, type TokenAnswer } from './token-response.ts';

export type DeviceCode = {
  /** A secret: who has it gets the tokens. */
  code: string;
  userCode: string;
  /** Where the person enters the user code. */
  uri: string;
  /** The same with the code in it. */
  complete: string | undefined;
  /** Milliseconds between two questions. */
  interval: number;
  /** Milliseconds since the epoch. */
  expiresAt: number;
};

export type DeviceAnswer =
  | { kind: 'code'; code: DeviceCode }
  /** The page must not be opened, nor shown to be opened. */
  | { kind: 'unsafe' }
  | Exclude<TokenAnswer, { kind: 'tokens' }>;

/** RFC 8628 section 3.2. */
const INTERVAL = 5;
/** For servers that leave `expires_in` out, although it is required. */
const LIFETIME = 600;
const SHORTEST = 1000;

export function judgeDeviceAnswer(answer: RawAnswer, now: number, allowHttp: boolean): DeviceAnswer {
  const fields = parseFields(answer.contentType, answer.text);
  if (answer.status < 200 || answer.status > 299 || !fields || text(fields.error)) {
    const judged = judgeTokenAnswer(answer, now);
    return judged.kind === 'tokens' ? broken('its answer has no device_code') : judged;
  }
  const code = text(fields.device_code);
  const userCode = text(fields.user_code);
  // Google's name for it is older than the RFC.
  const uri = text(fields.verification_uri) ?? text(fields.verification_url);
  if (code === undefined || !storable.token(code)) return broken('its answer has no usable device_code');
  if (userCode === undefined || !/^[\x20-\x7e]{1,64}$/.test(userCode))
    return broken('its answer has no user_code that could be shown');
  if (uri === undefined) return broken('its answer has no verification_uri');
  if (!isSafeBrowserUrl(uri, allowHttp)) return { kind: 'unsafe' };
  const complete = text(fields.verification_uri_complete);
  return {
    kind: 'code',
    code: {
      code,
      userCode,
      uri,
      // It was not asked about: only the page that is may be shown.
      complete: complete && isSamePlace(complete, uri, allowHttp) ? complete : undefined,
      interval: Math.max(SHORTEST, seconds(fields.interval, INTERVAL)),
      expiresAt: now + seconds(fields.expires_in, LIFETIME),
    },
  };
}

function isSamePlace(url: string, page: string, allowHttp: boolean): boolean {
  return isSafeBrowserUrl(url, allowHttp) && new URL(url).origin === new URL(page).origin;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** In milliseconds. Nothing, nonsense and less than nothing are the default. */
function seconds(value: unknown, otherwise: number): number {
  const given = typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;
  return 1000 * (Number.isFinite(given) && given > 0 ? given : otherwise);
}

function broken(why: string): DeviceAnswer {
  return { kind: 'broken', why };
}
