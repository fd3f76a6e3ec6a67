// What the tokens are for, and what happens when they end.

import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ran } from './child.ts';
import { linesOf, type Scene, see, shown, until } from './scene.ts';
import type { Request } from './server.ts';
import type { Stage } from './stage.ts';

export const listsTools: Scene = {
  title: 'List the tools',
  async play(stage) {
    const words = ['tools', 'list', 'notes'];
    stage.requests();
    const ran = await stage.run(words);
    see(ran.exit === 0 && ran.stdout.includes('search_notes'), 'the tools were listed', ran);
    const asked = stage.requests();
    see(
      asked.every(({ path }) => path === '/mcp'),
      'the authorization server was left alone',
      ran,
    );
    return {
      command: shown(words),
      said: linesOf(ran.stdout),
      facts: [`${asked.length} requests to the MCP server, none to the authorization server, no browser`],
      ms: ran.ms,
    };
  },
};

export const callsTool: Scene = {
  title: 'Call a tool',
  async play(stage) {
    const words = ['--server', 'notes', 'tools', 'call', 'search_notes', 'query=coffee'];
    const ran = await stage.run(words);
    see(ran.exit === 0 && ran.stdout.trim() !== '', 'the tool was called', ran);
    return {
      command: shown(words),
      said: linesOf(ran.stdout),
      facts: ['the arguments were held against the schema of the tool before it was called'],
      ms: ran.ms,
    };
  },
};

export const refreshes: Scene = {
  title: 'The token expires and is renewed',
  async play(stage, tell) {
    await expiry(stage, tell);
    const words = ['ping', 'notes'];
    const ran = await stage.run(words);
    see(ran.exit === 0, 'the command succeeded with an expired token', ran);
    const renewed = renewals(stage.requests());
    see(renewed === 1, `an expired token costs one renewal, and not ${renewed}`, ran);
    return {
      command: shown(words),
      said: linesOf(ran.stdout),
      facts: ['one request to the token endpoint, the new tokens saved before they were used'],
      ms: ran.ms,
    };
  },
};

/** Processes that find the same token expired. */
const CROWD = 20;

export const shares: Scene = {
  title: `It expires again, and ${CROWD} processes need it at once`,
  async play(stage, tell) {
    await expiry(stage, tell);
    const words = ['auth', 'token', 'notes'];
    const begin = performance.now();
    const crowd = await Promise.all(Array.from({ length: CROWD }, () => stage.run(words)));
    const ms = performance.now() - begin;
    const failed = crowd.find(({ exit }) => exit !== 0);
    see(failed === undefined, `all ${CROWD} processes succeeded`, failed);
    const tokens = new Set(crowd.map(({ stdout }) => stdout.trim())).size;
    const renewed = renewals(stage.requests());
    see(renewed === 1 && tokens === 1, `${CROWD} processes share one renewal, and not ${renewed}`);
    return {
      command: `${shown(words)}   (${CROWD} times at once)`,
      said: [],
      facts: [
        `${CROWD} processes, one renewal, one new token`,
        'the refresh token was used once: a second use would have had the server revoke all of them',
      ],
      ms,
    };
  },
};

export const resets: Scene = {
  title: 'Forget everything',
  async play(stage) {
    const words = ['auth', 'reset', '--yes'];
    const ran = await stage.run(words);
    see(ran.exit === 0, 'the reset succeeded', ran);
    const revoked = stage.requests().filter(({ path, status }) => path === '/revoke' && status === 200);
    see(revoked.length > 0, 'the tokens were revoked at the server', ran);
    const left = await access(join(stage.home, '.mcp_cli', 'tokens', 'notes.enc')).then(
      () => true,
      () => false,
    );
    see(!left, 'the stored tokens were deleted', ran);
    const after: Ran = await stage.run(['auth', 'status', 'notes']);
    see(after.exit === 4, 'nobody is signed in any more', after);
    return {
      command: shown(words),
      said: linesOf(ran.stdout),
      facts: ['revoked at the authorization server, deleted here; the next command would sign in anew'],
      ms: ran.ms,
    };
  },
};

function renewals(requests: readonly Request[]): number {
  return requests.filter(({ grant }) => grant === 'refresh_token').length;
}

/** Waits until the stored access token has expired. */
async function expiry(stage: Stage, tell: (line: string) => void): Promise<void> {
  const { stdout } = await stage.run(['auth', 'status', 'notes', '--json']);
  const { expiresAt } = JSON.parse(stdout) as { expiresAt: string };
  await until(Date.parse(expiresAt), stage.signal, (left) =>
    tell(`waiting ${left} s for the end of the token's life`),
  );
  stage.requests();
}
