// One entry of the file becomes one ServerEntry: keys, expansion, types, rules, in this order.

import { issuerFault, urlFault } from './address.ts';
import { type Around, type Block, block, expandBlock, placeOf, refuse, type Warn } from './block.ts';
import { toCertificate } from './certificate.ts';
import type { HttpEntry, ServerEntry, StdioEntry } from './entry.ts';
import { checkHeaders } from './headers.ts';
import { ENTRY } from './keys.ts';
import { toOAuth } from './oauth.ts';
import { invalid, type Place, position, printable, written } from './place.ts';
import { check, type Shaped } from './schema.ts';
import { expandTable, knownOf, type Table } from './tokens.ts';

type Fields = Shaped<'entry'>;

/** The keys whose value is a variable's name: expanding it would put the secret where a name belongs. */
const NAMES = ['bearer_token_env'];
/** What is expanded and checked on its own. */
const BLOCKS = ['oauth', 'headers', 'env'];

/** What a local server has no use for. */
const REMOTE = [
  'headers',
  'bearer_token_env',
  'allow_http',
  'allow_private_network',
  'client_cert',
  'client_key',
  'client_cert_urls',
  'expect_account',
  'expect_issuer',
];

const TRANSPORTS: Record<string, 'http' | 'sse' | 'stdio'> = {
  http: 'http',
  streamablehttp: 'http',
  streamable: 'http',
  remote: 'http',
  sse: 'sse',
  stdio: 'stdio',
  local: 'stdio',
};

/**
 * Reads one server's entry. Only here are its variables needed.
 * @throws ConfigError `invalid`, `missing_env`, `unsupported_reference`
 */
export function toEntry(name: string, value: unknown, place: Place, around: Around): ServerEntry {
  const at = { ...place, server: name };
  const fields = expandBlock(block(value, ENTRY, at, around.warn), around.env, [...NAMES, ...BLOCKS]);
  const entry = check('entry', fields);
  const kind = kindOf(entry, fields);
  return kind === 'stdio' ? stdio(name, entry, fields, around) : http(name, entry, fields, around);
}

function kindOf(entry: Fields, fields: Block): 'stdio' | 'http' {
  const { url, command } = entry;
  if (url !== undefined && command !== undefined) {
    const said = 'has both a URL and a command';
    throw invalid(fields, said, 'keep "url" for a remote server or "command" for a local one');
  }
  if (url === undefined && command === undefined) {
    const hint = 'write "url": "https://…" for a remote server, or "command": "…" for a local one';
    throw invalid(fields, 'has neither a URL nor a command', hint);
  }
  const kind = url === undefined ? 'stdio' : 'http';
  const transport = transportOf(entry, fields);
  if (transport !== undefined && (transport === 'stdio') !== (kind === 'stdio')) {
    const said =
      kind === 'http' ? 'says stdio, but the entry has a URL' : 'names a remote transport for a command';
    throw invalid(placeOf(fields, 'transport'), said, 'remove this key: the entry says it by itself');
  }
  return kind;
}

function transportOf(entry: Fields, fields: Block): 'http' | 'sse' | 'stdio' | undefined {
  if (entry.transport === undefined) return undefined;
  const word = entry.transport.toLowerCase().replace(/[-_\s]/g, '');
  if (Object.hasOwn(TRANSPORTS, word)) return TRANSPORTS[word];
  const hint = 'write "http" (Streamable HTTP), "sse" or "stdio", or remove the key';
  throw invalid(placeOf(fields, 'transport'), 'is not a transport we speak', hint);
}

function common(name: string, entry: Fields, fields: Block, warn: Warn) {
  const { source, path } = fields;
  if (entry.timeout !== undefined && entry.timeout < 1000) {
    const here = placeOf(fields, 'timeout');
    warn(
      `${position(here)}: ${written(here.path)} is in milliseconds; ${entry.timeout} is less than a second`,
    );
  }
  if (entry.account !== undefined && entry.account !== printable(entry.account.trim())) {
    throw invalid(placeOf(fields, 'account'), 'is not a usable account name', 'write it like "work"');
  }
  const seconds = entry.tool_timeout;
  return {
    name,
    origin: `${source.label}: ${written(path)}`,
    path: written(path),
    disabled: entry.disabled === true || entry.enabled === false,
    timeout: entry.timeout ?? (seconds === undefined ? undefined : Math.ceil(seconds * 1000)),
    protocol: entry.protocol ?? 'auto',
    account: entry.account,
  };
}

function stdio(name: string, entry: Fields, fields: Block, { env, warn }: Around): StdioEntry {
  const oauth = fields.values.oauth;
  if (oauth !== undefined) {
    const said = 'stands on a server that is started as a command; OAuth protects HTTP servers only';
    const hint = 'remove "oauth"; give a local server its credentials in "env"';
    throw invalid(placeOf(fields, 'oauth'), said, hint);
  }
  for (const key of REMOTE) unused(fields, key, 'a command', warn);
  const { command = '', args = [], cwd } = entry;
  const table = expandTable(entry.env ?? {}, env, placeOf(fields, 'env'));
  // The operating system ends each of these at a NUL: what runs would not be what was shown and trusted.
  const known = knownOf(table);
  const texts = [...args, ...Object.values(known), ...Object.keys(known)];
  const wrong =
    texts.some((text) => text.includes('\0')) || Object.keys(known).some((key) => /^$|=/.test(key));
  if (wrong) {
    const hint = 'remove NUL characters, and "=" from the names of variables';
    throw invalid(fields, 'has an argument or a variable that cannot be passed to a program', hint);
  }
  return {
    kind: 'stdio',
    ...common(name, entry, fields, warn),
    command,
    args,
    env: table.plain,
    cwd,
    ...needed(table),
  };
}

function http(name: string, entry: Fields, fields: Block, around: Around): HttpEntry {
  const { url = '', allow_http: allowHttp = false } = entry;
  for (const key of ['args', 'env', 'cwd']) unused(fields, key, 'a URL', around.warn);
  refuse(urlFault(url, allowHttp), fields, 'url');
  const transport = transportOf(entry, fields);
  const table = expandTable(entry.headers ?? {}, around.env, placeOf(fields, 'headers'));
  checkHeaders(knownOf(table), fields);
  const oauth = toOAuth(entry.oauth, placeOf(fields, 'oauth'), allowHttp, around);
  return {
    kind: 'http',
    ...common(name, entry, fields, around.warn),
    url,
    transport: transport === 'stdio' ? undefined : transport,
    headers: table.plain,
    bearerTokenEnv: entry.bearer_token_env,
    allowPrivateNetwork: entry.allow_private_network ?? false,
    allowHttp,
    oauth,
    ...toCertificate(entry, fields, around),
    ...expected(entry, fields, oauth),
    ...needed(table),
  };
}

/** Who may sign in. */
function expected(
  { expect_account: account, expect_issuer: issuer, allow_http: allowHttp = false }: Fields,
  fields: Block,
  oauth: HttpEntry['oauth'],
): Pick<HttpEntry, 'expectAccount' | 'expectIssuer'> {
  if (issuer !== undefined) refuse(issuerFault(issuer, allowHttp), fields, 'expect_issuer');
  if (account !== undefined && account !== printable(account.trim())) {
    throw invalid(placeOf(fields, 'expect_account'), 'is nobody', 'write it like "me@example.com"');
  }
  const grant = oauth?.grantType ?? 'authorization_code';
  if (account !== undefined && grant !== 'authorization_code' && grant !== 'device_code') {
    const said = `is a person, and with "grant_type": "${grant}" none signs in`;
    throw invalid(placeOf(fields, 'expect_account'), said, 'remove it');
  }
  return {
    ...(account !== undefined && { expectAccount: account }),
    ...(issuer !== undefined && { expectIssuer: issuer }),
  };
}

function needed({ withTokens }: Table): Pick<ServerEntry, 'withTokens'> {
  return withTokens.length === 0 ? {} : { withTokens };
}

function unused(fields: Block, key: string, what: string, warn: Warn): void {
  const value = fields.values[key];
  const empty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  if (value === undefined || value === false || empty) return;
  const place = placeOf(fields, key);
  warn(`${position(place)}: ${written(place.path)} has no effect on an entry with ${what}`);
}
