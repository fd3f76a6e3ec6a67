import type { Readable, Transform } from 'node:stream';

/** What we say that we can read (RFC 9110 section 12.5.3); what some servers call deflate is none. */
export const CODINGS = 'gzip, br';

/** One after the other they could make a small answer very large, and take long. */
const MOST = 3;

/**
 * The same bytes with their content codings undone, the last one first (RFC 9110 section 8.4).
 * @throws Error `ERR_CONTENT_CODING` for one that was not asked for, or for too many; the stream breaks with zlib's errors
 */
export async function decoded(body: Readable, contentEncoding: string | null): Promise<Readable> {
  const codings = (contentEncoding ?? '')
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity');
  if (codings.length === 0) return body;
  const [{ pipeline }, zlib] = await Promise.all([import('node:stream'), import('node:zlib')]);
  const make: Record<string, () => Transform> = {
    gzip: zlib.createGunzip,
    'x-gzip': zlib.createGunzip,
    deflate: zlib.createInflate,
    br: zlib.createBrotliDecompress,
  };
  const steps = codings
    .reverse()
    .map((coding) => (Object.hasOwn(make, coding) ? make[coding]?.() : undefined));
  const known = steps.filter((step) => step !== undefined);
  const last = known.at(-1);
  if (!last || known.length < steps.length || steps.length > MOST)
    throw Object.assign(new Error('a content coding that was not asked for'), { code: 'ERR_CONTENT_CODING' });
  // Who reads the last one hears of every failure. One that nobody reads any more can fail as well, behind the pipeline's back.
  for (const step of known) step.on('error', () => {});
  pipeline([body, ...known], () => {});
  return last;
}
