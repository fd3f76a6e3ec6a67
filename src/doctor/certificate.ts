// What there is to say of a certificate that was accepted, and of a clock. Pure.
import { ConfigError } from '../errors.ts';
import { type Finding, failed, passed, warned } from './finding.ts';

const DAY = 86_400_000;
/** Days before its end: what is renewed by itself is renewed by then. */
const SOON = 7;

export type Seen = {
  protocol: string;
  authority: string;
  /** Milliseconds since the epoch. */
  validTo: number;
  /** Where the authority is known from. */
  from: string;
  /** The file of the certificate that the server was offered, if there is one for it. */
  shown: string | undefined;
};

/** `now` in milliseconds since the epoch. */
export function judgeCertificate({ protocol, authority, validTo, from, shown }: Seen, now: number): Finding {
  const days = Math.floor((validTo - now) / DAY);
  const offered = shown === undefined ? '' : `, for the client certificate ${shown}`;
  const seen = `${protocol}${offered}, certificate from ${authority}, known by ${from}`;
  if (Number.isNaN(days)) return passed(seen);
  if (days >= SOON) return passed(`${seen}, good for ${days} days`);
  const left = days < 0 ? 'over by the clock of this machine' : `good for ${days} days only`;
  return warned(`${seen}, ${left}`, 'its operator has to renew it; check the clock of this machine too');
}

/** Seconds between two clocks that nobody needs to know of: `Date` has whole ones, and answers take a while. */
const USUAL = 60;
/** Seconds that servers forgive in a signed assertion, at most. */
const FORGIVEN = 300;

/**
 * `signs`: we prove who we are with something that is good for minutes only (RFC 7523), so a wrong clock is a refusal.
 * Milliseconds since the epoch.
 */
export function judgeClock({ theirs, ours }: { theirs: number; ours: number }, signs: boolean): Finding {
  const seconds = Math.round((ours - theirs) / 1000);
  const span = Math.abs(seconds);
  if (span <= USUAL) return passed(`within ${Math.max(1, span)} s of the server's`);
  const seen = `this machine is ${words(span)} ${seconds > 0 ? 'ahead of' : 'behind'} the server`;
  const fix = 'set the clock of this machine by NTP, unless it is the server that is wrong';
  if (!signs || span <= FORGIVEN) return warned(seen, fix);
  const error = new ConfigError('clock', `${seen}, and what is signed here is good for minutes only`, {
    hint: fix,
  });
  return failed(error, { clause: 'RFC 7523 section 3' });
}

function words(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}
