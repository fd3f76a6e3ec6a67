// A real browser for the pages that people see: Debian's Chromium, driven by Playwright.
import { existsSync } from 'node:fs';
import { type Browser as Chromium, chromium, type Page } from 'playwright-core';
import type { Browser } from './browser.ts';

export const chromiumPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) =>
  existsSync(path),
);

/** What a machine without it has to install; undefined where it is there. */
export const chromiumMissing = chromiumPath ? undefined : 'needs Chromium: apt-get install chromium';

export function startChromium(): Promise<Chromium> {
  if (!chromiumPath) throw new Error(chromiumMissing);
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--no-first-run',
    ],
  });
}

/** As the program's browser: each URL is opened in `page`, and what it complains about is kept. */
export function pageBrowser(page: Page): Browser & { complaints: string[] } {
  const opened: string[] = [];
  const under: Promise<unknown>[] = [];
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  return {
    opened,
    complaints,
    async openUrl(url) {
      opened.push(url);
      under.push(page.goto(url));
    },
    async visits() {
      await Promise.all(under);
      return [];
    },
    check: () => {},
  };
}
