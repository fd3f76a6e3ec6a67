// What a person brings back by hand: the address of the page that the browser ended on, or the code and the state that
// are shown there. It is judged as a callback is, because it can be the work of whoever sent the person there. Pure.

import { isAnswer } from './callback.ts';

export type Pasted =
  | { params: URLSearchParams }
  /** In words that hold nothing of what was pasted. */
  | { fault: string };

export type Expected = {
  redirectUri: string;
  state: string;
  /** The server said that each of its answers names it (RFC 9207). */
  namesIssuer: boolean;
};

const WHOLE = 'paste the whole address of the page that the browser ended on';

/** Undefined: nothing was pasted. */
export function readPaste(text: string, expected: Expected): Pasted | undefined {
  // As copied from a message, or out of a command.
  const pasted = text.trim().replace(/^["'<]+|["'>]+$/g, '');
  if (pasted === '') return undefined;
  const params = paramsOf(pasted, expected.redirectUri);
  if (params === undefined) {
    return { fault: `that is not where this sign-in ends, which is ${expected.redirectUri}` };
  }
  if (!params.has('state')) return { fault: `that has no state; ${WHOLE}` };
  if (params.get('state') !== expected.state)
    return { fault: 'that belongs to another sign-in; use the URL above, and paste where it ends' };
  if (!isAnswer(params, expected.state)) return { fault: `that is no answer to this sign-in; ${WHOLE}` };
  if (expected.namesIssuer && !params.has('iss'))
    return { fault: `that does not say which server it is from; ${WHOLE}` };
  return { params };
}

/** Undefined: an address of another place. */
function paramsOf(pasted: string, redirectUri: string): URLSearchParams | undefined {
  // Browsers show addresses without `http://`.
  for (const address of [pasted, `http://${pasted}`])
    if (isPlace(address, redirectUri)) return new URL(address).searchParams;
  if (/^\??([^\s/?#&=]+=[^\s?#&]*&)*(code|error|state)=/.test(pasted))
    return new URLSearchParams(pasted.replace(/^\?/, ''));
  // As the pages of some servers show both.
  const [, code, state] = /^([^\s/?#=]+)#([\w-]+)$/.exec(pasted) ?? [];
  if (code !== undefined && state !== undefined) return new URLSearchParams({ code, state });
  return /[/:]/.test(pasted) ? undefined : new URLSearchParams();
}

/** The same scheme, host, port and path, and a query that holds the one of the redirect (RFC 6749 section 3.1.2). */
function isPlace(address: string, redirectUri: string): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  const redirect = new URL(redirectUri);
  const same = (['protocol', 'username', 'password', 'host', 'pathname'] as const).every(
    (part) => url[part] === redirect[part],
  );
  return same && [...redirect.searchParams].every(([name, value]) => url.searchParams.get(name) === value);
}
