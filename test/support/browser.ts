import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { collect, searchedFolder } from './secrets.ts';
import { type Walk, type WalkOptions, walk } from './walk.mjs';

/** A stand-in for the person's browser. */
export type Browser = {
  /** As in Deps: resolves once the browser has started, not when the person is done. */
  openUrl(url: string): Promise<void>;
  /** The URLs it was given, in order. */
  opened: string[];
  /** What became of each visit, in order; waits for those under way. */
  visits(): Promise<(Walk | Error)[]>;
  /** Fails if it was used as it must not be. */
  check(): void;
};

/** Follows every redirect up to the callback page. Its pages take part in the search for secrets. */
export function walkingBrowser(options: WalkOptions = {}): Browser {
  const opened: string[] = [];
  const under: Promise<Walk | Error>[] = [];
  return {
    opened,
    async openUrl(url) {
      opened.push(url);
      under.push(walk(url, options).then(collectPage, (error: unknown) => error as Error));
    },
    visits: () => Promise.all(under),
    check: () => {},
  };
}

/** For runs in which no browser may open. */
export function noBrowser(): Browser {
  const opened: string[] = [];
  return {
    opened,
    async openUrl(url) {
      opened.push(url);
      throw new Error('no browser may open here');
    },
    visits: async () => [],
    check() {
      if (opened.length > 0) throw new Error(`a browser was opened ${opened.length} times where none may be`);
    },
  };
}

/** A machine on which no browser can be started. */
export function refusingBrowser(): Browser {
  return { ...noBrowser(), check: () => {} };
}

/** A person who looks at the page and never comes back. */
export function idleBrowser(): Browser {
  const opened: string[] = [];
  return { opened, openUrl: async (url) => void opened.push(url), visits: async () => [], check: () => {} };
}

/** The walking browser as a program for real processes: put `command` into BROWSER. */
export function browserProgram(): {
  command: string;
  opened(): string[];
  ended(): { ended?: number; failed?: string }[];
} {
  const log = join(searchedFolder('browser'), 'visits.jsonl');
  const child = fileURLToPath(new URL('browser-child.mjs', import.meta.url));
  const lines = () =>
    existsSync(log)
      ? readFileSync(log, 'utf8')
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as { opened?: string; ended?: number; failed?: string })
      : [];
  return {
    command: `${process.execPath} ${child} ${log} %s`,
    opened: () => lines().flatMap(({ opened }) => opened ?? []),
    ended: () => lines().filter(({ opened }) => opened === undefined),
  };
}

function collectPage(page: Walk): Walk {
  collect(`the page at ${new URL(page.url).pathname}`, `${JSON.stringify(page.headers)}\n${page.body}`);
  return page;
}
