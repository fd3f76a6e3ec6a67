// A person whose browser is on another machine: it ends on a page that cannot be reached, and they copy its address.
import type { Line } from './cli.ts';
import { walk } from './walk.mjs';

/** The authorization URL on the screen. */
export function shownUrl(stderr: string): string {
  const found = stderr.match(/^https?:\S*redirect_uri=\S*/gm)?.at(-1);
  if (found === undefined) throw new Error(`no authorization URL in: ${stderr}`);
  return found;
}

/** Goes there, consents, and resolves to where the browser is sent in the end, which it does not visit. */
export async function wentTo(url: string): Promise<string> {
  const redirect = new URL(url).searchParams.get('redirect_uri') ?? '';
  let end: string | undefined;
  await walk(url, {
    tamper(target) {
      if (!target.href.startsWith(redirect)) return undefined;
      end = target.href;
      // A page that is there, in its place.
      return new URL('/.well-known/oauth-authorization-server', url).href;
    },
  });
  if (end === undefined) throw new Error(`${url} did not end at ${redirect}`);
  return end;
}

/** As an answer: the address, changed by `edit`. */
export function pasted(edit: (address: URL) => string = ({ href }) => href): Line {
  return async (stderr) => edit(new URL(await wentTo(shownUrl(stderr))));
}

/** For `pasted`: the whole address, after a change. */
export function changed(change: (address: URL) => void): (address: URL) => string {
  return (address) => {
    change(address);
    return address.href;
  };
}
