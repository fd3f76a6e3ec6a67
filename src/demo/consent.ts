import { execPath } from 'node:process';
import type { Env } from '../deps.ts';

/** Who says yes to the sandbox: a person in their browser, or the demo itself. */
export type Consent = {
  by: 'person' | 'demo';
  /** For `BROWSER` of the commands that sign in. */
  browser: string;
};

type Where = { env: Env; platform: NodeJS.Platform; home: string; wanted: boolean; watched: boolean };

/**
 * The person's browser if there is one and somebody is looking; otherwise a program that follows the redirects. The
 * demo's commands live in a HOME of their own, which a browser must not: it would not find its profile. Pure.
 */
export function consentOf({ env, platform, home, wanted, watched }: Where): Consent {
  const program = wanted ? browserOf(env, platform, watched) : undefined;
  if (program === undefined) return { by: 'demo', browser: `"${execPath}" --eval "fetch(process.argv[1])"` };
  return { by: 'person', browser: platform === 'win32' ? program : `env "HOME=${home}" ${program}` };
}

function browserOf(env: Env, platform: NodeJS.Platform, watched: boolean): string | undefined {
  if (env.BROWSER) return env.BROWSER;
  if (!watched || (env.CI && env.CI !== 'false')) return undefined;
  if (platform === 'darwin') return 'open';
  if (platform === 'win32') {
    return `${env.SystemRoot ?? 'C:\\Windows'}\\System32\\rundll32.exe url.dll,FileProtocolHandler`;
  }
  return env.DISPLAY || env.WAYLAND_DISPLAY ? 'xdg-open' : undefined;
}
