// Files of other programs, as each of them writes its own. What they hold is a real sign-in at the test's authorization
// server, so that what was imported can be used.
import { createCipheriv, createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AuthorizationServer } from './authorization-server.ts';
import type { StaticClient } from './clients.ts';
import { newHome } from './home.ts';
import { exemptFile, registerSecret } from './secrets.ts';
import { signIn } from './sign-in.ts';

/** A sign-in that another program made; `expired` by its own clock. */
export type Theirs = {
  url: string;
  issuer: string;
  tokenEndpoint: string;
  client: { client_id: string; client_secret?: string };
  access: string;
  refresh: string;
  /** Milliseconds since the epoch. */
  issuedAt: number;
  expiresAt: number;
};

export const PYTHON_PASSWORD = 'correct horse battery staple';

/** Signs in without the program. Its access token is over, so that whoever uses the sign-in has to renew it. */
export async function theirSignIn(
  authorization: AuthorizationServer,
  url: string,
  client?: StaticClient,
): Promise<Theirs> {
  const made = await signIn(authorization, { resource: url, ...(client && { client }) });
  const { access_token: access = '', refresh_token: refresh = '' } = made.tokens;
  if (refresh === '') throw new Error(`no refresh token: ${JSON.stringify(made.tokens)}`);
  authorization.forgetAccessTokens();
  return {
    url,
    issuer: authorization.issuer,
    tokenEndpoint: `${authorization.url}${authorization.paths.token}`,
    client: made.client,
    access: registerSecret(access, 'access_token'),
    refresh: registerSecret(refresh, 'refresh_token'),
    issuedAt: Date.now() - 7_200_000,
    expiresAt: Date.now() - 3_600_000,
  };
}

/** Writes a file of another program, with its mode, and leaves it out of the search for secrets. */
export function foreignFile(path: string, content: string | Buffer, mode = 0o600): string {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, content, { mode });
  exemptFile(path);
  return path;
}

type Write = (home: string, name: string, theirs: Theirs) => string;

/** punkpeye/mcp-remote src/lib/mcp-auth-config.ts (names, 2 spaces), node-oauth-client-provider.ts (`expires_at`, ms). */
export const writeMcpRemote: Write = (home, _name, theirs) => {
  const hash = createHash('md5').update(theirs.url).digest('hex');
  const folder = join(home, '.mcp-auth', 'mcp-remote-v1');
  const { client_id, client_secret } = theirs.client;
  const client = { client_id, client_secret, redirect_uris: ['http://localhost:3335/oauth/callback'] };
  foreignFile(join(folder, `${hash}_client_info.json`), JSON.stringify(client, null, 2));
  const tokens = {
    access_token: theirs.access,
    token_type: 'Bearer',
    expires_in: 3600,
    scope: 'mcp:read offline_access',
    refresh_token: theirs.refresh,
    expires_at: theirs.expiresAt,
  };
  return foreignFile(join(folder, `${hash}_tokens.json`), JSON.stringify(tokens, null, 2));
};

/** openclaw/mcporter src/oauth-vault.ts (the file), src/oauth-persistence.ts (`expires_at`, seconds). */
export const writeMcporter: Write = (home, name, theirs) => {
  const entry = (tokens: object) => ({
    serverName: name,
    serverUrl: theirs.url,
    updatedAt: new Date(theirs.issuedAt).toISOString(),
    tokens,
    clientInfo: {
      ...theirs.client,
      redirect_uris: ['http://127.0.0.1:40000/callback'],
      __mcporter_client_generation: 'c5a3a0f2-6a59-4a4c-b1ce-6f6d3a0a8a11',
    },
  });
  const tokens = {
    access_token: theirs.access,
    token_type: 'bearer',
    expires_in: 3600,
    refresh_token: theirs.refresh,
    expires_at: Math.floor(theirs.expiresAt / 1000),
    __mcporter_generation: '0f2b0c2e-4f58-4b49-9a55-2a1c7b3ad1e5',
  };
  const other = { ...entry({ ...tokens, access_token: 'other-access', refresh_token: 'other-refresh' }) };
  const file = {
    version: 2,
    entries: {
      'linear|0123456789abcdef': { ...other, serverName: 'linear', serverUrl: 'https://mcp.linear.app/mcp' },
      [`${name}|fedcba9876543210`]: entry(tokens),
    },
    serverUrls: { linear: 'https://mcp.linear.app/mcp', [name]: theirs.url },
  };
  return foreignFile(join(home, '.mcporter', 'credentials.json'), JSON.stringify(file, null, 2));
};

/** anomalyco/opencode packages/opencode/src/mcp/auth.ts: seconds, possibly with a fraction. */
const writeOpencode: Write = (home, name, theirs) => {
  const file = {
    linear: { serverUrl: 'https://mcp.linear.app/mcp', tokens: { accessToken: 'other-access' } },
    [name]: {
      serverUrl: theirs.url,
      clientInfo: {
        clientId: theirs.client.client_id,
        ...(theirs.client.client_secret && { clientSecret: theirs.client.client_secret }),
        clientIdIssuedAt: Math.floor(theirs.issuedAt / 1000),
      },
      tokens: {
        accessToken: theirs.access,
        refreshToken: theirs.refresh,
        expiresAt: theirs.expiresAt / 1000,
        scope: 'mcp:read offline_access',
      },
    },
    begun: { oauthState: 'a state', codeVerifier: 'a verifier', serverUrl: 'https://begun.example/mcp' },
  };
  return foreignFile(join(home, '.local/share/opencode/mcp-auth.json'), JSON.stringify(file, null, 2));
};

/** google-gemini/gemini-cli packages/core/src/mcp/oauth-token-storage.ts and token-storage/types.ts: a list, ms. */
export const writeGemini: Write = (home, name, theirs) => {
  const other = { accessToken: 'other-access', tokenType: 'Bearer', refreshToken: 'other-refresh' };
  const list = [
    {
      serverName: 'linear',
      token: other,
      mcpServerUrl: 'https://mcp.linear.app/mcp',
      updatedAt: theirs.issuedAt,
    },
    {
      serverName: name,
      token: {
        accessToken: theirs.access,
        tokenType: 'Bearer',
        refreshToken: theirs.refresh,
        expiresAt: theirs.expiresAt,
        scope: 'mcp:read offline_access',
      },
      clientId: theirs.client.client_id,
      tokenUrl: theirs.tokenEndpoint,
      mcpServerUrl: theirs.url,
      updatedAt: theirs.issuedAt,
    },
  ];
  return foreignFile(join(home, '.gemini', 'mcp-oauth-tokens.json'), JSON.stringify(list, null, 2));
};

/** openai/codex codex-rs/rmcp-client/src/oauth.rs, FallbackTokenEntry: one line of JSON, null for None, ms. */
export const writeCodex: Write = (home, name, theirs) => {
  const entry = {
    server_name: name,
    server_url: theirs.url,
    issuer: theirs.issuer,
    client_id: theirs.client.client_id,
    access_token: theirs.access,
    expires_at: theirs.expiresAt,
    refresh_token: theirs.refresh,
    scopes: ['mcp:read', 'offline_access'],
  };
  const { issuer: _, ...older } = entry;
  const other = {
    ...older,
    server_name: 'linear',
    server_url: 'https://mcp.linear.app/mcp',
    expires_at: null,
  };
  const file = {
    'linear|0123456789abcdef': { ...other, access_token: 'other-access', refresh_token: null, scopes: [] },
    [`${name}|fedcba9876543210`]: entry,
  };
  return foreignFile(join(home, '.codex', '.credentials.json'), JSON.stringify(file));
};

/** chrishayuk/chuk-mcp-client-oauth: see python/README.md. Here with live tokens, so with an encryption of our own. */
export const writePython: Write = (home, name, theirs) => {
  const folder = join(home, '.chuk_oauth', 'tokens');
  const salt = Buffer.from('0123456789abcdef');
  foreignFile(join(folder, '.salt'), salt);
  const registration = { ...theirs.client, client_secret: theirs.client.client_secret ?? null };
  foreignFile(join(folder, `${name}_client.json`), JSON.stringify(registration, null, 2));
  const token = fernet(salt, PYTHON_PASSWORD, JSON.stringify(pythonFields(theirs)));
  return foreignFile(join(folder, `${name}.enc`), token);
};

export function pythonFields(theirs: Theirs): Record<string, unknown> {
  return {
    access_token: theirs.access,
    token_type: 'Bearer',
    expires_in: 3600,
    refresh_token: theirs.refresh,
    scope: null,
    issued_at: theirs.issuedAt / 1000,
  };
}

/** The files that the real library made, in a folder. */
export function pythonFixture(folder = join(newHome(), '.chuk_oauth', 'tokens')): string {
  const json = readFileSync(new URL('./python/tokens.json', import.meta.url), 'utf8');
  for (const [name, content] of Object.entries(JSON.parse(json) as Record<string, string>))
    foreignFile(join(folder, name), Buffer.from(content, 'base64'));
  return folder;
}

/** github.com/fernet/spec. */
export function fernet(salt: Buffer, password: string, text: string, iv = Buffer.alloc(16, 7)): string {
  const key = pbkdf2Sync(password, salt, 480_000, 32, 'sha256');
  const cipher = createCipheriv('aes-128-cbc', key.subarray(16), iv);
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(1_760_000_000n);
  const body = Buffer.concat([Buffer.from([0x80]), time, iv, cipher.update(text), cipher.final()]);
  const mac = createHmac('sha256', key.subarray(0, 16)).update(body).digest();
  const base64 = Buffer.concat([body, mac]).toString('base64');
  return base64.replaceAll('+', '-').replaceAll('/', '_');
}

export const writers: Record<string, Write> = {
  python: writePython,
  'mcp-remote': writeMcpRemote,
  mcporter: writeMcporter,
  opencode: writeOpencode,
  gemini: writeGemini,
  codex: writeCodex,
};
