import type { Deps } from '../deps.ts';
import { cut } from './width.ts';

/** One line on stderr that is written over in place. Without a terminal it shows nothing. */
export type StatusLine = { show(text: string): void; clear(): void };

export function statusLine(err: Deps['err'], stderr: { isTTY: boolean; columns: number }): StatusLine {
  let shown = false;
  return {
    show(text) {
      if (!stderr.isTTY) return;
      // A line that wraps could not be taken back.
      err(`\r\u001b[2K${cut(text, Math.max(20, (stderr.columns || 80) - 1))}`, '');
      shown = true;
    },
    clear() {
      if (shown) err('\r\u001b[2K', '');
      shown = false;
    },
  };
}
