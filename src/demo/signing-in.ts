// From nothing to tokens that are kept.

import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { linesOf, type Scene, see, shown } from './scene.ts';
import type { Stage } from './stage.ts';

export const turnedAway: Scene = {
  title: 'A stranger is turned away',
  async play(stage) {
    const words = ['tools', 'list', 'notes'];
    const ran = await stage.run([...words, '--non-interactive']);
    const refused = stage.requests().some(({ path, status }) => path === '/mcp' && status === 401);
    see(ran.exit === 4 && refused, 'the server refused a request without a token', ran);
    return {
      command: shown(words),
      said: linesOf(ran.stderr),
      facts: ['the server answered 401, and nobody could be asked: exit 4'],
      ms: ran.ms,
    };
  },
};

export const signsIn: Scene = {
  title: 'Sign in',
  async play(stage, tell) {
    const words = ['auth', 'login', 'notes'];
    // The URL of the page is for people whose browser did not open; it fills three lines.
    const ran = await stage.run(words, (line) => tell(line.replace(/^(https?:\S{60})\S+$/, '$1…')));
    see(ran.exit === 0, 'the sign-in succeeded', ran);
    const asked = stage.requests();
    const documents = asked.filter(({ path, status }) => path.startsWith('/.well-known/') && status === 200);
    const registered = asked.some(({ path, status }) => path === '/register' && status === 201);
    const redeemed = asked.some(({ grant, status }) => grant === 'authorization_code' && status === 200);
    see(documents.length >= 2, 'the authorization server was discovered', ran);
    see(registered, 'the client was registered', ran);
    see(redeemed, 'the code was exchanged for tokens', ran);
    return {
      command: shown(words),
      said: [],
      facts: [
        `discovery: ${documents.length} metadata documents, from the server's challenge on`,
        'registration: the client introduced itself, no account of a developer was needed',
        'consent: the answer came to a listener on this machine that takes one, and PKCE made the code worthless to others',
      ],
      ms: ran.ms,
    };
  },
};

export const keepsTokens: Scene = {
  title: 'The tokens are stored, sealed',
  async play(stage) {
    const words = ['auth', 'status', 'notes'];
    const ran = await stage.run(words);
    see(ran.exit === 0, 'the sign-in was remembered', ran);
    const token = (await stage.run(['auth', 'token', 'notes'])).stdout.trim();
    see(token.length > 8, 'there is a token');
    const kept = await sealed(stage, token);
    return {
      command: shown(words),
      said: linesOf(ran.stdout),
      facts: [`${kept} for its owner alone; no file holds the token in plain text`],
      ms: ran.ms,
    };
  },
};

/** Looks into every file that there is. */
async function sealed({ home, platform }: Stage, token: string): Promise<string> {
  const { mode, size } = await stat(join(home, '.mcp_cli', 'tokens', 'notes.enc'));
  see((mode & 0o077) === 0 || platform === 'win32', 'the file is closed to other users');
  for (const entry of await readdir(home, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const text = await readFile(join(entry.parentPath, entry.name), 'latin1');
    see(!text.includes(token), `${entry.name} does not hold the token in plain text`);
  }
  return `~/.mcp_cli/tokens/notes.enc: ${size} bytes, AES-256-GCM,`;
}
