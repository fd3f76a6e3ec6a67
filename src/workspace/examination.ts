// What `auth doctor` examines a server with: the program's own network, store and sessions, but nobody is asked anything
// and nobody is signed in.
import type { HttpEntry, OAuthEntry, ServerEntry } from '../config/entry.ts';
import type { Env } from '../deps.ts';
import type { Case, Means } from '../doctor/case.ts';
import { ConfigError } from '../errors.ts';
import { recordKey } from '../store/record-key.ts';
import type { Secrets } from '../store/store.ts';
import { environmentSecrets } from '../ui/redact.ts';
import { caFilesOf, certificateOf, ownCertificate } from './network.ts';
import { once } from './once.ts';
import { withStoredTokens } from './tokens.ts';
import type { Workspace } from './workspace.ts';

/** Milliseconds: one request, and the handshake of a program that may be fetched before it runs. */
const REQUEST = 5_000;
const START = 12_000;

type Owner = Pick<ServerEntry, 'name' | 'account'>;

/** `entry` is undefined where it cannot be used. */
export function openMeans(workspace: Workspace, owner: Owner, entry: ServerEntry | undefined): Means {
  const { deps, flags } = workspace;
  return {
    key: recordKey(owner.name, owner.account),
    env: deps.env,
    tls: {
      caFiles: caFilesOf(flags),
      clientCertificate: entry?.kind === 'http' ? ownCertificate(deps, entry) : certificateOf(deps),
      env: deps.env,
    },
    ways: workspace.ways,
    now: deps.now,
    random: deps.random,
    secrets: [...environmentSecrets(deps.env), ...proxySecrets(deps.env), ...(entry ? secretsOf(entry) : [])],
    underWay: [],
    store: once(() => openStore(workspace, recordKey(owner.name, owner.account))),
    async connect() {
      if (!entry) throw new Error('there is no entry to connect to');
      const limit = entry.kind === 'stdio' ? START : REQUEST;
      return workspace.connect({ ...entry, timeout: Math.min(entry.timeout ?? limit, limit) });
    },
  };
}

/** Throws ConfigError for an entry that cannot be used after all. */
export async function openCase(workspace: Workspace, entry: HttpEntry): Promise<Case> {
  const means = openMeans(workspace, entry, entry);
  const ctx = await workspace.auth(entry);
  // The sessions have this one: they start no sign-in either.
  Object.defineProperty(ctx, 'interactive', { value: false });
  ctx.rounds.left = 0;
  const notices: Case['notices'] = [];
  const { fixedToken } = ctx;
  if (fixedToken?.value !== undefined) means.secrets.push(fixedToken.value);
  return {
    ...means,
    entry,
    url: new URL(entry.url),
    notices,
    ctx: {
      ...ctx,
      store: means.store,
      requestTimeout: Math.min(ctx.requestTimeout, REQUEST),
      notify(event) {
        if (event.kind === 'notice') notices.push(event);
      },
    },
    async headers() {
      if (!entry.withTokens) return entry.headers;
      const whole = await withStoredTokens(entry, means.store, means.now);
      means.secrets.push(...(whole.secrets ?? []));
      return whole.kind === 'http' ? whole.headers : {};
    },
    known: { names: new Set([new URL(entry.url).hostname]) },
  };
}

/**
 * Where somebody is there, the password is asked for here: a person who types is not to be hurried, and the steps are.
 * Settings that cannot be read leave the usual store.
 */
async function openStore(workspace: Workspace, key: string): Promise<Secrets> {
  const store = await workspace
    .unasked(() => workspace.store())
    .catch((error: unknown) => {
      if (error instanceof ConfigError) return workspace.usualStore();
      throw error;
    });
  if (workspace.deps.prompt.available) await (await store.holder(key)).ready();
  return store;
}

/** What the configuration says and nobody else is to know. */
function secretsOf(entry: ServerEntry): string[] {
  const own = entry.kind === 'http' ? [...Object.values(entry.headers), ...oauthSecrets(entry.oauth)] : [];
  // A short value of a variable is a setting, and an ordinary word.
  const variables =
    entry.kind === 'stdio' ? Object.values(entry.env).filter(({ length }) => length >= 8) : [];
  return [...own, ...variables, ...(entry.secrets ?? [])].filter((each) => each !== undefined);
}

function oauthSecrets(oauth: OAuthEntry | undefined): (string | undefined)[] {
  const { privateKey, assertion, idp } = oauth?.credentials ?? {};
  const { initialAccessToken } = oauth?.dynamicRegistration ?? {};
  return [oauth?.clientSecret, initialAccessToken, privateKey, assertion, idp?.clientSecret, idp?.idToken];
}

/** Who we are to a proxy. */
function proxySecrets(env: Env): string[] {
  const named = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY'].map((name) => env[name] ?? '');
  return named.flatMap((text) => {
    const whole = text.includes('://') ? text : `http://${text}`;
    if (!URL.canParse(whole)) return [];
    const { username, password } = new URL(whole);
    return [username, password, decodeURIComponent(username), decodeURIComponent(password)].filter(Boolean);
  });
}
