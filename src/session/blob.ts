import type { ReadResourceResult } from '@modelcontextprotocol/client';
import { ProtocolError } from '../errors.ts';

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** The bytes of one content as the server has them. Throws ProtocolError `invalid_answer` for base64 that is none. */
export function contentBytes(each: ReadResourceResult['contents'][number], server: string): Buffer {
  if ('text' in each) return Buffer.from(each.text, 'utf8');
  // Node skips what it does not understand: the bytes would be others without anybody knowing.
  if (each.blob.length % 4 !== 0 || !BASE64.test(each.blob)) {
    throw new ProtocolError('invalid_answer', `${server} sent a binary resource that is not base64`, {
      hint: 'tell the operator of the server',
      server,
    });
  }
  return Buffer.from(each.blob, 'base64');
}
