// A page that a server wants a person to visit (MCP elicitation, URL mode). None is opened before the person said so.

import type { Form } from '../deps.ts';
import type { Answer } from '../session/elicit.ts';
import { isSafeBrowserUrl } from '../url.ts';
import { sanitize } from './sanitize.ts';

export type Step = 'go' | 'again' | 'decline' | 'cancel';

export const REFUSALS: { name: string; value: Step }[] = [
  { name: 'Decline: the server is told no', value: 'decline' },
  { name: 'Cancel: the server gets no answer', value: 'cancel' },
];

/** Characters. */
export const LONGEST_URL = 8000;

export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '(no host)';
}

type Visiting = { prompt: Form; err(text: string): void; server: string; signal: AbortSignal };

/**
 * Shows where a server wants the person to go. `open` resolves to whether the browser went there; undefined where none
 * is to be started.
 */
export async function askVisit(
  visiting: Visiting,
  url: string,
  open: ((url: string) => Promise<boolean>) | undefined,
): Promise<Answer> {
  const { prompt, err, server, signal } = visiting;
  if (!isSafeBrowserUrl(url) || url.length > LONGEST_URL) {
    err(`warning: ${sanitize(server)} names a URL that is not safe to open: cancelled\n`);
    return { action: 'cancel' };
  }
  const { host } = new URL(url);
  // Letters of other scripts that look like Latin ones (MCP elicitation, Safe URL Handling).
  if (/(^|\.)xn--/.test(host)) err('warning: the name of this host is not what it may look like elsewhere\n');
  const choices: { name: string; value: Step }[] = [
    ...(open ? [{ name: `Open ${host} in the browser`, value: 'go' as const }] : []),
    { name: 'Agree, and open it myself', value: 'again' },
    ...REFUSALS,
  ];
  const answer = await prompt.select<Step>('Do you want to go there?', choices, { signal });
  if (answer === 'decline' || answer === 'cancel') return { action: answer };
  if (answer === 'go' && !(await open?.(url))) err('No browser went there: open the URL above yourself\n');
  return { action: 'accept' };
}
