// An entry of another program as one of ours. Pure. Only what is known is taken over, and nothing that weakens a check.
import { resolve } from 'node:path';
import { isObject } from '../../json-object.ts';
import { ENTRY, OAUTH, spellings } from '../keys.ts';
import type { Json } from '../read.ts';
import type { Client, Scope } from './clients.ts';
import { type Speech, translated, Untranslatable } from './references.ts';
import { direct } from './remote.ts';

export type Translation = {
  value: Json;
  /** One sentence each, without a full stop: what is not as it was. */
  notes: string[];
};

const TAKEN = [
  'url',
  'command',
  'args',
  'env',
  'cwd',
  'headers',
  'transport',
  'disabled',
  'enabled',
  'oauth',
  'bearer_token_env',
  'timeout',
  'tool_timeout',
  'description',
];
const OAUTH_TAKEN = [
  'enabled',
  'client_id',
  'client_secret',
  'scopes',
  'authorization_url',
  'token_url',
  'registration_url',
  'revocation_url',
  'discovery_url',
  'issuer',
  'redirect_uri',
  'callback_port',
  'resource',
  'extra_auth_params',
  'client_name',
  'dynamic_registration',
];

/** @throws Untranslatable */
export function translate(raw: unknown, speech: Speech, scope: Scope): Translation {
  if (!isObject(raw)) throw new Untranslatable('it is no object');
  const notes: string[] = [];
  const { kept, left } = take(HABITS[speech.client]?.(raw) ?? raw, TAKEN, spellings(ENTRY));
  if (isObject(kept.oauth)) {
    // MCPHub's own spelling is a dialect of ours, with its own default redirect.
    const spelling = speech.client === 'mcphub' ? 'theirs' : 'ours';
    const oauth = take(kept.oauth, OAUTH_TAKEN, spellings(OAUTH), spelling);
    kept.oauth = oauth.kept;
    left.push(...oauth.left.map((key) => `oauth.${key}`));
  }
  const strange = left.filter((key) => key !== 'headersHelper');
  if (strange.length > 0) notes.push(`left out, because it means nothing here: ${strange.join(', ')}`);
  if ('headersHelper' in raw)
    notes.push('its headersHelper is not run: sign in, or keep the token with mcp-cli token set');
  const ask = (id: string, variable: string) => {
    const note = `${variable} has to hold what "${id}" was asked for`;
    if (!notes.includes(note)) notes.push(note);
  };
  const own = deep(kept, (text) => translated(text, speech, ask)) as Json;
  const straight = direct(own);
  if (straight) return { value: straight, notes: [...notes, 'without mcp-remote: its URL is used directly'] };
  // There, a program of a project is started in the project's folder.
  if (own.command !== undefined && scope === 'project' && speech.folder !== undefined)
    own.cwd = resolve(speech.folder, typeof own.cwd === 'string' ? own.cwd : '');
  return { value: own, notes };
}

type Taken = { kept: Json; left: string[] };

/** What of an object is known; the first of two spellings counts. */
function take(
  from: Json,
  wanted: string[],
  known: ReadonlyMap<string, string>,
  spelling: 'ours' | 'theirs' = 'ours',
): Taken {
  const kept: Json = {};
  const left: string[] = [];
  for (const [key, value] of Object.entries(from)) {
    const own = known.get(key) ?? '';
    if (value === null || value === undefined) continue;
    if (wanted.includes(own)) kept[spelling === 'ours' ? own : key] ??= value;
    else left.push(key);
  }
  return { kept, left };
}

function deep(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => deep(item, change));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, deep(item, change)]));
}

/** What a program says in a way of its own. */
const HABITS: Partial<Record<Client, (raw: Json) => Json>> = {
  cursor({ auth, ...rest }) {
    if (!isObject(auth)) return rest;
    return {
      ...rest,
      oauth: { client_id: auth.CLIENT_ID, client_secret: auth.CLIENT_SECRET, scopes: auth.scopes },
    };
  },
  codex({
    env_http_headers: fromEnv,
    env_vars: passed,
    http_headers: headers,
    tool_timeout_sec,
    scopes,
    oauth_resource,
    ...rest
  }) {
    const oauth = { ...(isObject(rest.oauth) ? rest.oauth : {}), scopes, resource: oauth_resource };
    const env = { ...named(passed), ...(isObject(rest.env) ? rest.env : {}) };
    const all = { ...(isObject(headers) ? headers : {}), ...(isObject(fromEnv) ? mapped(fromEnv) : {}) };
    return {
      ...rest,
      tool_timeout: tool_timeout_sec,
      ...(Object.keys(all).length > 0 && { headers: all }),
      ...(Object.keys(env).length > 0 && { env }),
      oauth: Object.values(oauth).some((each) => each !== undefined) ? oauth : undefined,
    };
  },
  gemini({ httpUrl, url, ...rest }) {
    if (httpUrl !== undefined) return { url: httpUrl, transport: 'http', ...rest };
    return url === undefined ? rest : { url, transport: 'sse', ...rest };
  },
  opencode: ({ environment, oauth, ...rest }) => ({
    ...words(rest),
    env: environment,
    oauth: oauth === false ? { enabled: false } : oauth,
  }),
  mcporter({
    bearerToken,
    auth: _,
    oauthClientId,
    oauthClientSecret,
    oauthClientSecretEnv,
    oauthScope,
    oauthRedirectUrl,
    ...rest
  }) {
    const oauth = {
      client_id: oauthClientId,
      client_secret:
        typeof oauthClientSecretEnv === 'string' ? `\${${oauthClientSecretEnv}}` : oauthClientSecret,
      scopes: oauthScope,
      redirect_uri: oauthRedirectUrl,
    };
    const headers = isObject(rest.headers) ? rest.headers : {};
    return {
      ...words(rest),
      ...(typeof bearerToken === 'string' && {
        headers: { ...headers, Authorization: `Bearer ${bearerToken}` },
      }),
      ...(Object.values(oauth).some((each) => each !== undefined) && { oauth }),
    };
  },
  mcphub: ({ options, ...rest }) => ({
    ...rest,
    timeout: rest.timeout ?? (isObject(options) ? options.timeout : undefined),
  }),
};

/** A command that is a list of its words. */
function words(raw: Json): Json {
  if (!Array.isArray(raw.command)) return raw;
  const [command, ...args] = raw.command;
  return { ...raw, command, args: [...args, ...(Array.isArray(raw.args) ? raw.args : [])] };
}

/** Variables that are passed on under their own names. */
function named(list: unknown): Json {
  const names = (Array.isArray(list) ? list : []).map((each) => (isObject(each) ? each.name : each));
  return Object.fromEntries(
    names.flatMap((name) => (typeof name === 'string' ? [[name, `\${${name}}`]] : [])),
  );
}

function mapped(table: Json): Json {
  return Object.fromEntries(
    Object.entries(table).map(([key, name]) => [key, typeof name === 'string' ? `\${${name}}` : name]),
  );
}
