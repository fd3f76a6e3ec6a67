// mcp-cli in a HOME that is signed in to the bench's servers.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, toItsEnd } from './measure.mjs';

export const bin = process.env.BENCH_BIN ?? fileURLToPath(new URL('../../bin/mcp-cli.js', import.meta.url));

export const CLIENT = { client_id: 'bench', client_secret: 'bench-secret' };
export const oauth = { grant_type: 'client_credentials', ...CLIENT };

/** A full-entropy key, which needs no stretching. */
export async function keygen() {
  const { stdout } = await toItsEnd({ name: 'token keygen', argv: [bin, 'token', 'keygen'] });
  return stdout.trim().split('\n').at(-1);
}

/**
 * `servers`: their URLs by name. `env`: of the store.
 * @returns what makes a subject of a name and the words of a command line
 */
export async function signedIn(folder, name, servers, env) {
  const home = join(folder, name);
  mkdirSync(home, { mode: 0o700 });
  const config = configured(home, servers);
  const ours = (title, words, more = {}) => ({
    name: title,
    argv: [bin, ...words],
    env: { ...env, HOME: home, MCP_CLI_CONFIG: config },
    ...more,
  });
  const all = Object.keys(servers);
  // Signed in, what is to be remembered is, and compiled code is kept.
  for (const names of [all.slice(0, 1), ...tens(all)])
    await run(ours('the sign-in', ['--server', names.join(','), 'tools', 'list']));
  return ours;
}

/** @returns the path of a configuration of these servers */
export function configured(folder, servers, name = 'servers.json') {
  const file = join(folder, name);
  const mcpServers = Object.fromEntries(Object.entries(servers).map(([name, url]) => [name, { url, oauth }]));
  writeFileSync(file, JSON.stringify({ mcpServers }), { mode: 0o600 });
  return file;
}

const tens = (all) =>
  Array.from({ length: Math.ceil(all.length / 10) }, (_, each) => all.slice(each * 10, each * 10 + 10));
