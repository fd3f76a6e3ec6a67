// Vault, rebuilt: its key-value engine in both versions, its logins and its refusals, as a running one was seen to
// behave. A request that it was not taught fails the test that made it.
import type { ServerResponse } from 'node:http';
import { expect } from 'vitest';
import { answer, type Hit, type Loopback, listen, type Tls } from './loopback.ts';
import { registerSecret } from './secrets.ts';

type Version = { data: Record<string, unknown> | null };
type Secret = { versions: Version[]; current: number; kept: number };
type Token = {
  ttl: number;
  whole: number;
  renewable: boolean;
  may?: (capability: string, path: string) => boolean;
};

export type VaultServer = Loopback & {
  token: string;
  /** By path below the mount, without `data/`. */
  secrets: Map<string, Secret>;
  tokens: Map<string, Token>;
  behaviour: {
    sealed: boolean;
    /** What `sys/internal/ui/mounts` says to a token that may not ask. */
    mounts: 'told' | 'forbidden' | 'unknown';
    /** Logins that are accepted: method path to the body that it takes. */
    logins: Map<string, Record<string, string>>;
  };
  /** The newest fields of an entry of ours. */
  fields(name: string): Record<string, unknown> | undefined;
  /** Soft-deletes the newest version of an entry of ours, as `vault kv delete` does. */
  softDelete(name: string): void;
};

const PREFIX = 'mcp-cli/oauth';

export async function vaultServer(
  options: { version?: 1 | 2; tls?: Tls; mount?: string; listen?: typeof listen } = {},
): Promise<VaultServer> {
  const { version = 2, tls = false, mount = 'secret' } = options;
  const secrets = new Map<string, Secret>();
  const token = 'hvs.root-of-the-test-vault';
  registerSecret(token, 'the token of Vault');
  const tokens = new Map<string, Token>([[token, { ttl: 3600, whole: 3600, renewable: true }]]);
  const behaviour: VaultServer['behaviour'] = { sealed: false, mounts: 'told', logins: new Map() };
  const untaught: string[] = [];

  const loopback = await (options.listen ?? listen)(
    (_request, response, hit) => {
      if (!serve(hit, response)) {
        untaught.push(`${hit.method} ${hit.path}`);
        answer(response, 500, { errors: ['not taught'] });
      }
    },
    { tls },
  );

  function serve(hit: Hit, response: ServerResponse): boolean {
    if (hit.headers['x-vault-request'] !== 'true') return false;
    if (behaviour.sealed) return said(response, 503, 'Vault is sealed');
    if (!hit.path.startsWith('/v1/')) return answered(response, 404, '404 page not found\n', 'text/plain');
    const path = hit.path.slice('/v1/'.length).split('/').map(decodeURIComponent).join('/');
    if (path.includes('/../') || path.includes('//')) {
      response.writeHead(301, { location: '/v1/elsewhere' }).end();
      return true;
    }
    const login = /^auth\/(.+)\/login$/.exec(path);
    if (login) return logIn(login[1] ?? '', hit, response);
    const bearer = String(hit.headers['x-vault-token'] ?? '');
    if (bearer === '') return said(response, 400, 'missing client token');
    const holder = tokens.get(bearer);
    if (!holder) return said(response, 403, 'permission denied');
    if (path === 'auth/token/lookup-self' && hit.method === 'GET') {
      const { ttl, whole, renewable } = holder;
      return answered(response, 200, { data: { ttl, creation_ttl: whole, renewable } });
    }
    if (path === 'auth/token/renew-self' && hit.method === 'POST') {
      holder.ttl = holder.whole;
      return answered(response, 200, { auth: { lease_duration: holder.whole } });
    }
    if (path === 'sys/capabilities-self' && hit.method === 'POST') {
      const [asked = ''] = (hit.json as { paths: string[] }).paths;
      const granted = ['create', 'update', 'read', 'delete'].filter(
        (each) => holder.may?.(each, asked) ?? true,
      );
      return answered(response, 200, { capabilities: granted.length ? granted : ['deny'], [asked]: granted });
    }
    if (path === `sys/internal/ui/mounts/${mount}` && hit.method === 'GET') {
      if (behaviour.mounts !== 'told') return said(response, behaviour.mounts === 'forbidden' ? 403 : 404);
      return answered(response, 200, {
        data: { type: 'kv', path: `${mount}/`, options: version === 2 ? { version: '2' } : null },
      });
    }
    if (path.startsWith('sys/internal/ui/mounts/'))
      return said(response, 403, 'preflight capability check returned 403');
    if (!path.startsWith(`${mount}/`)) return said(response, 403, 'permission denied');
    const list = hit.method === 'GET' && hit.params.list === '1';
    const capability = list ? 'list' : { GET: 'read', POST: 'update', DELETE: 'delete' }[hit.method];
    if (!capability) return false;
    if (holder.may && !holder.may(capability, path))
      return said(response, 403, '1 error occurred: permission denied');
    const below = path.slice(mount.length + 1);
    return version === 2 ? second(hit, below, list, response) : first(hit, below, list, response);
  }

  function logIn(at: string, hit: Hit, response: ServerResponse): boolean {
    const wanted = behaviour.logins.get(at);
    if (!wanted) return said(response, 403, 'permission denied');
    const given = hit.json as Record<string, string>;
    if (Object.entries(wanted).some(([name, value]) => given[name] !== value))
      return said(response, 400, 'invalid role or secret ID');
    const fresh = `hvs.by-login-${tokens.size}`;
    registerSecret(fresh, 'a token of Vault');
    tokens.set(fresh, { ttl: 600, whole: 600, renewable: false });
    return answered(response, 200, { auth: { client_token: fresh, lease_duration: 600, renewable: false } });
  }

  function first(hit: Hit, path: string, list: boolean, response: ServerResponse): boolean {
    if (list) return listing(path, response);
    const secret = secrets.get(path);
    if (hit.method === 'GET') {
      const data = secret?.versions.at(-1)?.data;
      return data ? answered(response, 200, { data }) : said(response, 404);
    }
    if (hit.method === 'POST')
      secrets.set(path, { versions: [{ data: hit.json as Version['data'] }], current: 1, kept: 1 });
    else secrets.delete(path);
    return answered(response, 204);
  }

  function second(hit: Hit, path: string, list: boolean, response: ServerResponse): boolean {
    const [kind = '', ...rest] = path.split('/');
    const name = rest.join('/');
    if (kind === 'metadata' && list) return listing(name, response);
    const secret = secrets.get(name);
    if (kind === 'data' && hit.method === 'GET') {
      const newest = secret?.versions.at(-1);
      if (!secret || !newest) return said(response, 404);
      const metadata = { version: secret.current, deletion_time: newest.data ? '' : '2026-11-20T10:00:00Z' };
      return answered(response, newest.data ? 200 : 404, { data: { data: newest.data, metadata } });
    }
    if (kind === 'data' && hit.method === 'POST') {
      const { data, options = {} } = hit.json as { data: Version['data']; options?: { cas?: number } };
      if (options.cas !== undefined && options.cas !== (secret?.current ?? 0))
        return said(response, 400, 'check-and-set parameter did not match the current version');
      const kept = secret?.kept ?? 10;
      const current = (secret?.current ?? 0) + 1;
      secrets.set(name, { versions: [...(secret?.versions ?? []), { data }].slice(-kept), current, kept });
      return answered(response, 200, { data: { version: current } });
    }
    if (kind === 'metadata' && hit.method === 'POST') {
      const { max_versions: kept } = hit.json as { max_versions: number };
      if (secret) Object.assign(secret, { kept, versions: secret.versions.slice(-kept) });
      return answered(response, 204);
    }
    if (kind === 'metadata' && hit.method === 'DELETE') {
      secrets.delete(name);
      return answered(response, 204);
    }
    if (kind !== 'data' && kind !== 'metadata' && hit.method === 'GET') {
      const warning = 'Invalid path for a versioned K/V secrets engine.';
      return answered(response, 404, { errors: [], warnings: [warning] });
    }
    return false;
  }

  function listing(folder: string, response: ServerResponse): boolean {
    const below = `${folder.replace(/\/$/, '')}/`;
    const inside = [...secrets.keys()].filter((path) => path.startsWith(below));
    const keys = new Set(inside.map((path) => path.slice(below.length).replace(/\/.*/, '/')));
    return keys.size === 0
      ? said(response, 404)
      : answered(response, 200, { data: { keys: [...keys].sort() } });
  }

  return {
    ...loopback,
    get intercept() {
      return loopback.intercept;
    },
    set intercept(intercept) {
      loopback.intercept = intercept;
    },
    token,
    secrets,
    tokens,
    behaviour,
    fields: (name) => secrets.get(`${PREFIX}/${name}`)?.versions.at(-1)?.data ?? undefined,
    softDelete(name) {
      const newest = secrets.get(`${PREFIX}/${name}`)?.versions.at(-1);
      if (newest) newest.data = null;
    },
    async close() {
      await loopback.close();
      expect(untaught).toEqual([]);
    },
  };
}

function said(response: ServerResponse, status: number, ...errors: string[]): true {
  return answered(response, status, { errors });
}

function answered(response: ServerResponse, status: number, body?: unknown, type?: string): true {
  if (body === undefined) response.writeHead(status).end();
  else answer(response, status, body, type);
  return true;
}
