// Pasting at a real terminal: nothing of it is shown, the countdown goes on, Ctrl-C stays Ctrl-C. Needs dist (npm run build).
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { browserProgram } from '../support/browser.ts';
import { shownUrl, wentTo } from '../support/paste.ts';
import { type Scene, scene } from '../support/scene.ts';
import { KEY } from '../support/store.ts';
import { ptyCli, type Terminal } from '../support/terminal.ts';

const thenStty = fileURLToPath(new URL('../support/then-stty.mjs', import.meta.url));
const COUNTDOWN = /Waiting for authorization: \d+:\d\d left, Ctrl-C cancels/;
/** The terminal shows what is typed, and line by line, as it did before. */
const AS_BEFORE = /[^-]icanon.*[^-]echo /;

function signIn({ config }: Scene, BROWSER: string, ...flags: string[]): Terminal {
  const line = ['--config-file', config, 'auth', 'login', 'notes', ...flags];
  return ptyCli(line, { env: { MCP_CLI_ENCRYPTION_KEY: KEY, BROWSER }, program: thenStty });
}

const url = (terminal: Terminal) => shownUrl(terminal.shown().replaceAll('\r', ''));

test('a wrong paste, a paste with slips of the finger, and the terminal is as before', async () => {
  const terminal = signIn(await scene(), 'true %s', '--no-browser');
  await terminal.seen(COUNTDOWN);
  const address = await wentTo(url(terminal));
  terminal.type('https://elsewhere.example/?code=typed-by-somebody\r');
  await terminal.seen(/warning: notes: that is not where this sign-in ends/);
  await terminal.seen(COUNTDOWN);
  terminal.type(`wrong\x15x\x7f${address}`);
  await terminal.seen(
    new RegExp(`left: ${address.length} characters, which are not shown; Enter takes them`),
  );
  terminal.type('\r');
  await terminal.seen(/notes: signed in/);
  await terminal.seen(AS_BEFORE);
  const { exit, shown } = await terminal.done;
  expect(exit).toBe(0);
  expect(shown).not.toContain('typed-by-somebody');
  expect(shown).not.toContain(new URL(address).searchParams.get('code'));
});

test('a browser that comes back while something is typed ends the wait, and what was typed is gone', async () => {
  const made = await scene();
  const terminal = signIn(made, 'true %s');
  await terminal.seen(COUNTDOWN);
  terminal.type('half an addr');
  await terminal.seen(/left: 12 characters/);
  const walked = await fetch(await wentTo(url(terminal)));
  expect(walked.status).toBe(200);
  await terminal.seen(/notes: signed in/);
  await terminal.seen(AS_BEFORE);
  const { exit, shown } = await terminal.done;
  expect(exit).toBe(0);
  expect(shown).not.toContain('half an addr');
  // Taken away before the result: nothing of the countdown is left on its line.
  const [, line] = /^(.*)Signed in to notes/m.exec(shown) ?? [];
  expect(line?.split('\u001b[2K').at(-1)).toBe('✅ ');
});

test('with a browser that works, nothing is asked and nothing is in the way', async () => {
  const browser = browserProgram();
  const terminal = signIn(await scene(), browser.command);
  await terminal.seen(/notes: signed in/);
  await terminal.seen(AS_BEFORE);
  expect(await terminal.done).toMatchObject({ exit: 0 });
  expect(terminal.shown()).not.toContain('paste');
});

test.each([
  ['at once', ''],
  ['after something was typed', 'half an addr'],
])('Ctrl-C %s ends the command', async (_, typed) => {
  const terminal = signIn(await scene(), 'true %s', '--no-browser');
  await terminal.seen(COUNTDOWN);
  if (typed !== '') {
    terminal.type(typed);
    await terminal.seen(/left: 12 characters/);
  }
  terminal.type('\x03');
  await terminal.seen(AS_BEFORE);
  const { exit, shown } = await terminal.done;
  expect(exit).toBe(130);
  expect(shown).not.toContain('half an addr');
});
