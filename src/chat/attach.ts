import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { UsageError } from '../errors.ts';
import type { Attachment } from './message.ts';

/** Bytes. */
const LARGEST_TEXT = 256 * 1024;
const LARGEST_IMAGE = 4 * 1024 * 1024;
const MOST = 10;
const ALL = 12 * 1024 * 1024;

/**
 * A file for the next message: text in UTF-8 up to 256 kB, or a PNG, JPEG, GIF or WebP up to 4 MB, judged by what is in
 * it. `path` is relative to `cwd`; `before` is what is attached already. Throws UsageError `bad_attachment`.
 */
export async function attachFile(
  cwd: string,
  path: string,
  before: readonly Attachment[],
): Promise<Attachment> {
  if (before.length >= MOST) throw bad(`there are ${MOST} attachments already`);
  const bytes = await read(resolve(cwd, path), path);
  const size = before.reduce(
    (sum, each) => sum + ('text' in each ? each.text.length : each.image.data.length),
    0,
  );
  if (size + bytes.length > ALL) throw bad(`with ${path} the attachments are larger than 12 MB`);
  const name = basename(path);
  const type = imageType(bytes);
  if (type !== undefined) return { name, image: { type, data: bytes.toString('base64') } };
  if (bytes.length > LARGEST_TEXT) throw bad(`${path} is larger than 256 kB, and no image`);
  const text = bytes.toString('utf8');
  if (text.includes('\0') || text.includes('\ufffd')) throw bad(`${path} is neither text nor an image`);
  return { name, text };
}

async function read(path: string, named: string): Promise<Buffer> {
  let file: FileHandle | undefined;
  try {
    // A pipe would be waited for.
    file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const found = await file.stat();
    if (!found.isFile()) throw bad(`${named} is no file`);
    if (found.size > LARGEST_IMAGE) throw bad(`${named} is larger than 4 MB`);
    return await file.readFile();
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw bad(`cannot read ${named}`, cause);
  } finally {
    await file?.close();
  }
}

/** By its first bytes; a name can say anything. Pure. */
export function imageType(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (head.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (/^GIF8[79]a/.test(head)) return 'image/gif';
  return head.startsWith('RIFF') && head.slice(8) === 'WEBP' ? 'image/webp' : undefined;
}

function bad(what: string, cause?: unknown): UsageError {
  return new UsageError('bad_attachment', what, {
    hint: 'text in UTF-8 up to 256 kB, or a PNG, JPEG, GIF or WebP up to 4 MB; ten at most',
    cause,
  });
}
