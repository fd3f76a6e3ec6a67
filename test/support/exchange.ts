// A whole sign-in and a refresh in memory, as data: what each party says is a value that a vector can change in one
// place. The auth room and the HTTP layer are the real ones; only the network, the store and the browser are not.
import { request } from 'node:http';
import type { AuthContext } from '../../src/auth/context.ts';
import { refreshNow, signIn } from '../../src/auth/login.ts';
import type { HttpEntry, OAuthEntry } from '../../src/config/entry.ts';
import type { Fetch } from '../../src/deps.ts';
import { CliError } from '../../src/errors.ts';
import { openHttp } from '../../src/session/http.ts';
import type { Secrets } from '../../src/store/store.ts';
import { httpEntry, oauthEntry } from './entry.ts';

type Answer = {
  url: string;
  status: number;
  headers: Record<string, string>;
  body: unknown;
  /** Stands in the place of a body that is no JSON. */
  text?: string;
  /** Only to requests with this one. */
  grant?: string;
};

/** Who says what. */
export type Exchange = {
  entry: Partial<HttpEntry>;
  oauth: Partial<OAuthEntry>;
  /** Of the 401. */
  challenge: string;
  /** By what they are; what is at none of their URLs is 404. */
  answers: Record<string, Answer>;
  callback: {
    method: string;
    /** Null: the one of the redirect. */
    path: string | null;
    headers: Record<string, string>;
    /** `$state` stands for the right one. Null: left out. */
    query: Record<string, string | null>;
    more: string;
  };
};

type Outcome = {
  exit: number;
  code: string;
  error: unknown;
  /** Hosts that anything was sent to. */
  hosts: string[];
  /** URLs that were sent the code, a token or the registered secret. */
  trusted: string[];
  /** What the listener answered the browser. */
  page: number | undefined;
  /** What another program was started with. */
  link: string | undefined;
  said: string;
};

/** What goes nowhere but to the token endpoint, the MCP server and its registration. */
const SECRETS = ['the-code-1', 'access-1', 'refresh-1', 'registered-secret-1'];

/** Signs in, and refreshes. */
export async function exchange(given: Exchange): Promise<Outcome> {
  const sent: { url: string; what: string }[] = [];
  const said: string[] = [];
  const browser: { page?: number; link?: string } = {};
  const entry = httpEntry({ ...given.entry, oauth: oauthEntry(given.oauth) });
  const fetch: Fetch = async (url, init = {}) => {
    const what = `${url} ${String(init.body ?? '')} ${JSON.stringify([...new Headers(init.headers)])}`;
    sent.push({ url, what });
    return answerOf(given, url, String(init.body ?? ''), entry.url);
  };
  const http = openHttp({
    fetch,
    serverUrl: entry.url,
    allowHttp: entry.allowHttp,
    allowPrivateNetwork: entry.allowPrivateNetwork,
    timeout: 5_000,
    env: {},
    resolve: async () => [{ address: '93.184.216.34', family: 4 }],
  });
  const store = memory();
  const ctx: AuthContext = {
    entry,
    http: http.fetch,
    begin: http.begin,
    mayVisit: http.mayVisit,
    store: async () => store,
    withLock: (_name, _options, work) => work({ recovered: false }),
    inTurn: (work) => work(),
    now: () => 1_700_000_000_000,
    random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
    openUrl: async (url) => {
      browser.link = url;
      browser.page = await visit(url, given.callback);
    },
    signal: new AbortController().signal,
    notify: (event) => void said.push(JSON.stringify(event)),
    interactive: true,
    browser: true,
    device: false,
    terminal: undefined,
    proofs: new Map(),
    rounds: { left: 2 },
    fixedToken: undefined,
    requestTimeout: 5_000,
    loginTimeout: 30_000,
    variable: () => undefined,
  };
  let error: unknown;
  try {
    await signIn(ctx);
    await refreshNow({ ...ctx, interactive: false });
  } catch (thrown) {
    error = thrown;
  } finally {
    await http.close();
  }
  const { exit = 1, code = 'bug' } = error instanceof CliError ? error : {};
  const hosts = [...new Set(sent.map(({ url }) => new URL(url).host))];
  const trusted = sent
    .filter(({ what }) => SECRETS.some((each) => what.includes(each)))
    .map(({ url }) => url);
  const shown = `${said.join('\n')} ${error instanceof Error ? `${error.message} ${(error as CliError).hint}` : ''}`;
  const done = error === undefined;
  return {
    exit: done ? 0 : exit,
    code: done ? '' : code,
    error,
    hosts,
    trusted: [...new Set(trusted)],
    page: browser.page,
    link: browser.link,
    said: shown,
  };
}

function answerOf(given: Exchange, url: string, body: string, serverUrl: string): Response {
  if (url === serverUrl)
    return new Response(null, { status: 401, headers: { 'www-authenticate': given.challenge } });
  const grant = new URLSearchParams(body).get('grant_type');
  const found = Object.values(given.answers).find(
    (each) => each.url === url && (each.grant === undefined || each.grant === grant),
  );
  if (!found) return new Response('nothing here', { status: 404 });
  const text = found.text ?? (found.body === null ? null : JSON.stringify(found.body));
  return new Response(text, { status: found.status, headers: found.headers });
}

/**
 * The browser: follows the link to the authorization server, which sends it back with what the vector says; and, where
 * that was refused, with what it should have said. The wait has to have gone on.
 */
async function visit(link: string, callback: Exchange['callback']): Promise<number> {
  const start = await get(link, 'GET', {});
  const { searchParams } = new URL(start.location ?? '');
  const redirect = searchParams.get('redirect_uri') ?? '';
  const back = (query: Exchange['callback']['query']) => {
    const url = new URL(redirect);
    for (const [name, value] of Object.entries(query))
      if (value !== null)
        url.searchParams.set(name, value.replace('$state', searchParams.get('state') ?? ''));
    return url;
  };
  const { origin, pathname, search } = back(callback.query);
  const target = `${origin}${callback.path ?? pathname}${search}${callback.more}`;
  const { status } = await get(target, callback.method, callback.headers);
  if (status !== 200) await get(back(GOOD).href, 'GET', {});
  return status;
}

const GOOD = { code: 'the-code-1', state: '$state', iss: 'https://as.example' };

function get(url: string, method: string, headers: Record<string, string>) {
  return new Promise<{ status: number; location: string | undefined }>((resolve, reject) => {
    request(url, { method, headers, agent: false }, (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, location: response.headers.location });
    })
      .on('error', reject)
      .end();
  });
}

function memory(): Secrets {
  const kept = new Map<string, string>();
  const verbs = {
    get: async (key: string) => kept.get(key),
    set: async (key: string, value: string) => void kept.set(key, value),
    delete: async (key: string) => kept.delete(key),
    list: async () => [...kept.keys()],
    ready: async () => {},
  };
  return {
    ...verbs,
    prepare: async () => {},
    holder: async () => ({ ...verbs, name: 'encrypted', where: (key: string) => key }),
  };
}
