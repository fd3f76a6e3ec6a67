import { PassThrough } from 'node:stream';
import { expect, it, vi } from 'vitest';
import { openPrompt } from '../../src/ui/prompt.ts';

function terminal(available = true) {
  const input = new PassThrough();
  const output = new PassThrough();
  const controller = new AbortController();
  const interrupt = vi.fn();
  const { signal } = controller;
  const prompt = openPrompt({ available, input: () => input, output, env: {}, signal, interrupt });
  let text = '';
  /** Resolves when the question is on the screen: only then it listens. */
  const asked = new Promise<void>((resolve) => {
    output.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      if (text.includes('Password') || text.includes('Sure')) resolve();
    });
  });
  return { prompt, input, asked, controller, interrupt, text: () => text };
}

it('echoes nothing of a secret, not even on Ctrl-T', async () => {
  const { prompt, input, asked, text } = terminal();
  const answer = prompt.secret('Password');
  await asked;
  input.write('hunter\u0014');
  input.write('22\r');
  expect(await answer).toBe('hunter22');
  expect(text()).not.toContain('hunter');
});

it.each([
  ['y\r', true],
  ['n\r', false],
  ['\r', false],
])('takes %j as %s', async (typed, meant) => {
  const { prompt, input, asked } = terminal();
  const answer = prompt.confirm('Sure?');
  await asked;
  input.write(typed);
  expect(await answer).toBe(meant);
});

it('is cancelled by Ctrl-C and by the signal of the program', async () => {
  const typed = terminal();
  const first = typed.prompt.confirm('Sure?');
  await typed.asked;
  typed.input.write('\u0003');
  await expect(first).rejects.toMatchObject({ code: 'cancelled', exit: 130 });

  const told = terminal();
  const second = told.prompt.secret('Password');
  await told.asked;
  told.controller.abort();
  await expect(second).rejects.toMatchObject({ code: 'cancelled' });
  await expect(told.prompt.confirm('Sure?')).rejects.toMatchObject({ code: 'cancelled' });
});

it('asks nothing without a terminal', async () => {
  await expect(terminal(false).prompt.confirm('Sure?')).rejects.toThrow('without a terminal');
});
