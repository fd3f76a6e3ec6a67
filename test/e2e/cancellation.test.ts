// Ctrl-C while a tool is at work: the server hears of it, and nothing is left running. Needs dist (npm run build).
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ASKERS, type Asker, askedBy, call, form, stdio } from '../support/asking.ts';
import { notes } from '../support/person.ts';
import { spawnCli } from '../support/process.ts';
import { ptyCli } from '../support/terminal.ts';

/** What a server tells, and a promise for each word. */
function ears() {
  const words: string[] = [];
  const waiting: [string, () => void][] = [];
  return {
    tell(word: string) {
      words.push(word);
      for (const [wanted, resolve] of waiting) if (wanted === word) resolve();
    },
    hears: (word: string) =>
      words.includes(word)
        ? Promise.resolve()
        : new Promise<void>((resolve) => {
            waiting.push([word, resolve]);
          }),
  };
}

const overHttp = (Object.keys(ASKERS) as Asker[]).filter((kind) => !kind.includes('stdio'));

describe.each(overHttp)('a server of %s', (kind) => {
  test.each(['wait', 'deaf'])('hears of it while a tool is at work (%s)', async (tool) => {
    const { tell, hears } = ears();
    const { config } = await askedBy(kind, tell);
    const { child, done } = spawnCli(['--config-file', config, 'tools', 'call', tool]);
    await hears('called');
    child.kill('SIGINT');
    expect(await done).toMatchObject({ exit: 130, stdout: '', stderr: expect.stringContaining('cancelled') });
    await hears('aborted');
  });
});

describe.each(['modern', 'legacy'])('a server of stdio (%s)', (protocol) => {
  /** The server writes down what it hears, and ends of no signal but the last. */
  function asked(...words: string[]) {
    const config = notes({ command: process.execPath, args: [stdio, 'heard.txt'], protocol });
    const heard = join(dirname(config), 'heard.txt');
    return {
      run: () => spawnCli(['--config-file', config, 'tools', 'call', ...words], { cwd: dirname(config) }),
      heard: () => (existsSync(heard) ? readFileSync(heard, 'utf8').trim().split('\n') : []),
    };
  }

  test('hears of it, and is ended although it does not listen', async () => {
    const { run, heard } = asked('deaf');
    const { child, done } = run();
    await expect.poll(heard, { timeout: 50_000 }).toContain('called');
    child.kill('SIGINT');
    expect((await done).exit).toBe(130);
    expect(heard()).toEqual(['called', 'aborted', 'SIGTERM']);
    // Its pipes are closed with it: `done` is the end of them all, the child's too.
  });
});

test('a question that is open is withdrawn, and the server hears of it', async () => {
  const { tell, hears } = ears();
  const { config } = await askedBy('2025 with sessions', tell);
  const terminal = ptyCli(['--config-file', config, ...call([form({ size: { type: 'number' } })])]);
  await terminal.seen(/What do you answer\?/);
  terminal.type('\x03');
  const { exit, shown } = await terminal.done;
  expect(exit).toBe(130);
  // The cursor that the question had hidden is back.
  expect(shown.lastIndexOf('\u001b[?25h')).toBeGreaterThan(shown.lastIndexOf('\u001b[?25l'));
  await hears('ask aborted');
});
