// Resources, prompts and Tab in the interactive session, at a pseudo-terminal. Needs dist (npm run build).
import { afterEach, expect, test } from 'vitest';
import { modernSurfaceServer } from '../support/modern-server.ts';
import { notes } from '../support/person.ts';
import { keep } from '../support/scene.ts';
import { sessionSurfaceServer } from '../support/session-server.ts';
import { KEY } from '../support/store.ts';
import { ptyCli, type Terminal } from '../support/terminal.ts';

/** readline clears what is below, then writes the prompt. */
const PROMPT = /\[0J> /;

let terminal: Terminal | undefined;
afterEach(() => terminal?.kill());

async function line(at: Terminal, text: string, answer: RegExp): Promise<void> {
  at.type(`${text}\r`);
  await at.seen(answer);
  await at.seen(PROMPT);
}

test.each([
  ['2026-07-28', modernSurfaceServer],
  ['2025-11-25', sessionSurfaceServer],
])('a session with a server of %s', async (_, kind) => {
  const server = keep(await kind());
  const config = notes({ url: server.mcpUrl });
  const at = ptyCli(['--config-file', config, '--server', 'notes'], { env: { MCP_CLI_ENCRYPTION_KEY: KEY } });
  terminal = at;
  await at.seen(PROMPT);
  await line(at, '/resources', /5 Available Resources\r\n- memo:\/\/readme\r\n/);
  await line(at, '/read memo://readme', /\nhello\r\nworld\r\n/);
  await line(at, '/read memo://logo', /\[memo:\/\/logo, image\/png, 10 bytes\]\r\n/);
  await line(at, '/read memo://page/{id} id=north', /\npage memo:\/\/page\/north\r\n/);
  await line(at, '/prompts', /2 Available Prompts\r\n- review\r\n- greet\r\n/);
  await line(at, '/prompt review text="a draft"', /user:\r\nReview \(any\): a draft\r\n/);
  at.type('/prompt rev\t');
  await at.seen(/iew/);
  at.type(' text=x style=lo\t');
  await at.seen(/style=long/);
  at.type('\r');
  await at.seen(/Review \(long\): x\r\n/);
  await at.seen(PROMPT);
  at.type('/exit\r');
  expect((await at.done).exit).toBe(0);
});
