// How each of the other clients is signed in beforehand, without a browser: by its own command where it has one, else
// with the file that it would have written. What they are started with afterwards, and what they speak.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { toItsEnd } from './measure.mjs';
import { CLIENT } from './ours.mjs';

const LASTS = 86_400;
export const SHOWS = /tool_9/;

/**
 * `signIn` gives the words that list the tools, and what else the process needs. It gets the server, the token, a HOME that is
 * empty, and `start`, which makes a subject of words. `end` stops what was left running there.
 */
export const PEERS = [
  {
    title: 'mcporter',
    name: 'mcporter',
    bin: 'mcporter',
    help: ['--help'],
    async signIn({ url, era, token, home, start }) {
      const config = write(join(home, `${era}.json`), {
        mcpServers: { [era]: { baseUrl: url, auth: 'oauth', allowHttp: true } },
        imports: [],
      });
      const tokens = { access_token: token, token_type: 'Bearer', expires_in: LASTS };
      const file = write(join(home, 'tokens.json'), { tokens, clientInfo: { client_id: CLIENT.client_id } });
      await toItsEnd(start(['--config', config, 'vault', 'set', era, '--tokens-file', file]));
      return { words: ['--config', config, 'list', era] };
    },
  },
  {
    title: "mcp-remote's client",
    name: 'mcp-remote',
    bin: 'mcp-remote-client',
    help: ['--help'],
    async signIn({ url, home, start }) {
      const client = write(join(home, 'client.json'), CLIENT);
      const open = { open: true };
      const words = [url, '--allow-http'];
      const grant = ['--client-credentials', '--static-oauth-client-info', `@${client}`];
      await toItsEnd(start([...words, ...grant], open));
      return { words, more: open };
    },
  },
  {
    title: 'Inspector --cli',
    name: '@modelcontextprotocol/inspector',
    bin: 'mcp-inspector',
    help: ['--cli', '--help'],
    async signIn({ url, era, token, home }) {
      const tokens = { access_token: token, token_type: 'Bearer', expires_in: LASTS };
      const servers = { [url]: { tokens } };
      write(join(home, '.mcp-inspector/storage/oauth.json'), { servers, idpSessions: {} });
      const target = ['--server-url', url, '--transport', 'http', '--protocol-era', era];
      return {
        words: ['--cli', ...target, '--method', 'tools/list', '--use-stored-auth', '--stored-auth-only'],
      };
    },
  },
  {
    title: 'mcpc',
    through: 'its daemon',
    name: '@apify/mcpc',
    bin: 'mcpc',
    help: ['--help'],
    async signIn({ url, era, token, home, start }) {
      const { host, origin } = new URL(url);
      const now = new Date();
      const profile = {
        name: 'default',
        serverUrl: url,
        authType: 'oauth',
        oauthIssuer: origin,
        createdAt: now.toISOString(),
        authenticatedAt: now.toISOString(),
      };
      const kept = (what, value) => [`auth-profile:${host}:default:${what}`, JSON.stringify(value)];
      write(join(home, '.mcpc/profiles.json'), { profiles: { [host]: { default: profile } } });
      const expiresAt = Math.floor(now / 1000) + LASTS;
      write(
        join(home, '.mcpc/credentials.json'),
        Object.fromEntries([
          kept('client', { clientId: CLIENT.client_id }),
          kept('tokens', { accessToken: token, tokenType: 'Bearer', expiresIn: LASTS, expiresAt }),
        ]),
      );
      const session = `@${era}`;
      // Its daemon connects here; what is measured asks the daemon.
      await toItsEnd({ ...start(['connect', host + new URL(url).pathname, session]), shows: SHOWS });
      return { words: [session, 'tools-list'] };
    },
    end(home) {
      const { sessions } = JSON.parse(readFileSync(join(home, '.mcpc/sessions.json'), 'utf8'));
      // At once: nothing of it is worth keeping, and its folder is about to be deleted.
      for (const { pid } of Object.values(sessions)) if (pid) process.kill(pid, 'SIGKILL');
    },
  },
];

function write(file, value) {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, JSON.stringify(value), { mode: 0o600 });
  return file;
}
