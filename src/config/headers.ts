import { type Block, placeOf } from './block.ts';
import { invalid } from './place.ts';

/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~\w-]+$/;
/** What fetch can send: no line break (it would start a header of its own), no NUL, nothing beyond Latin-1. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Credentials are ASCII (RFC 6749 appendix A.12). */
const CREDENTIALS = /^[\x20-\x7e]*$/;
// The connection's own: a second one smuggles a request past a proxy, or makes fetch refuse the whole request.
const CONNECTION = [
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/**
 * Checks the headers of an entry, expanded.
 * @throws ConfigError `invalid`
 */
export function checkHeaders(headers: Record<string, string>, block: Block): void {
  const seen = new Set<string>();
  for (const [name, value] of Object.entries(headers)) {
    const place = placeOf(block, 'headers', name);
    const lower = name.toLowerCase();
    if (!TOKEN.test(name)) {
      throw invalid(place, 'is not a header name', 'use letters, digits and hyphens, such as "X-Api-Key"');
    }
    if (CONNECTION.includes(lower)) {
      throw invalid(place, 'belongs to the connection and cannot be configured', 'remove this header');
    }
    if (seen.has(lower)) {
      throw invalid(place, 'is given twice, in different case', 'keep one of the two');
    }
    if (!isHeaderValue(name, value)) {
      const hint = 'remove it; a variable read from a file often ends in a line break';
      throw invalid(place, 'has a line break or another character that no header may have', hint);
    }
    seen.add(lower);
  }
}

export function isHeaderValue(name: string, value: string): boolean {
  return (name.toLowerCase() === 'authorization' ? CREDENTIALS : VALUE).test(value);
}
