import { CancelledError, CliError, NetworkError, ProtocolError } from '../errors.ts';

/** Room for metadata and token responses: far more than any real one. */
const maxDocumentBytes = 1024 * 1024;

/**
 * The body as UTF-8 text. Counts decoded bytes, so a small compressed body cannot grow without limit. Throws
 * ProtocolError `too_large` past `maxBytes` and gives the connection up; NetworkError `reset` if it breaks off.
 */
export async function readText(response: Response, maxBytes: number = maxDocumentBytes): Promise<string> {
  if (!response.body) return '';
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(broken);
    if (done) return text + decoder.decode();
    size += value.byteLength;
    if (size > maxBytes) {
      await reader.cancel().catch(() => undefined);
      throw new ProtocolError('too_large', `the server's answer is larger than ${maxBytes} bytes`, {
        hint: 'tell the operator of the server',
      });
    }
    text += decoder.decode(value, { stream: true });
  }
}

/** Lets go of a body nobody reads, so that its connection can be used again or closed. */
export async function discard(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => undefined);
}

function broken(error: unknown): never {
  if (error instanceof CliError) throw error;
  if (error instanceof Error && error.name === 'AbortError') throw new CancelledError();
  throw new NetworkError('reset', "the connection broke in the middle of the server's answer", {
    hint: 'try again',
    cause: error,
  });
}
