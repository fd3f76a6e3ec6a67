// The person of the device flow: reads the code from the screen and enters it in a browser, somewhere.
import type { AuthorizationServer } from './authorization-server.ts';
import type { Browser } from './browser.ts';
import { rewrite } from './faults.ts';

/**
 * Whoever comes to `uri` with this code: submits every form, follows every redirect, and consents as the server's
 * `behaviour` says. Resolves to the text of the last page.
 */
export async function enterCode(uri: string, code: string): Promise<string> {
  const cookies = new Map<string, string>();
  const entered = new URL(uri);
  entered.searchParams.set('user_code', code);
  let next: { url: string; form?: URLSearchParams } | undefined = { url: entered.href };
  for (let hops = 0; hops < 20; hops++) {
    const response: Response = await fetch(next.url, {
      redirect: 'manual',
      headers: { cookie: [...cookies.values()].join('; ') },
      ...(next.form && { method: 'POST', body: next.form }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      cookies.set(pair.split('=')[0] ?? '', pair);
    }
    const body = await response.text();
    const location = response.headers.get('location');
    next = location === null ? formOf(body, next.url) : { url: new URL(location, next.url).href };
    if (!next) return body;
  }
  throw new Error(`no end of pages from ${uri}`);
}

function formOf(page: string, from: string): { url: string; form: URLSearchParams } | undefined {
  const action = /<form[^>]*action="([^"]+)"/.exec(page)?.[1];
  if (action === undefined) return undefined;
  const inputs = page.matchAll(/<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"/g);
  return {
    url: new URL(action, from).href,
    form: new URLSearchParams([...inputs].map(([, ...pair]) => pair as [string, string])),
  };
}

export type DevicePerson = Browser & {
  /** The code that was given last. */
  code(): string;
};

/** A person who enters each code as soon as the page opens. The server asks for a question a second, to save time. */
export function devicePerson(authorization: AuthorizationServer, edit: object = {}): DevicePerson {
  let code = '';
  authorization.intercept = rewrite(authorization.paths.device, (body) => {
    code = String(body.user_code ?? '');
    return { ...body, interval: 1, ...edit };
  });
  const opened: string[] = [];
  const under: Promise<unknown>[] = [];
  return {
    opened,
    code: () => code,
    async openUrl(url) {
      opened.push(url);
      under.push(enterCode(url, code));
    },
    async visits() {
      await Promise.allSettled(under);
      return [];
    },
    check: () => {},
  };
}
