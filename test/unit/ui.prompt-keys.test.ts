// Keys that come in bursts, too early, or at the end of the input: as a paste, a fast hand or a program types them.
import { PassThrough } from 'node:stream';
import { setImmediate as immediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { openPrompt } from '../../src/ui/prompt.ts';

const LEFT = '\u001b[D';

/** A terminal, as far as a question can tell. */
function terminal() {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {} });
  // A terminal is not ended by whoever writes to it last.
  const output = Object.assign(new PassThrough(), { end: () => output });
  const { signal } = new AbortController();
  const prompt = openPrompt({
    available: true,
    input: () => input,
    output,
    env: {},
    signal,
    interrupt: () => {},
  });
  let text = '';
  let look = () => {};
  output.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8');
    look();
  });
  const shown = async (part: string) => {
    await new Promise<void>((resolve) => {
      look = () => text.includes(part) && resolve();
      look();
    });
    // No key comes in the same turn.
    await immediate();
  };
  return { prompt, input, shown, text: () => text };
}

const number = {
  hint: 'a number above 0',
  check: (text: string) => (/^[1-9]\d*$/.test(text) ? undefined : `${text} is none`),
};

/** Every way to cut the keys into chunks. */
function cuts(keys: string[]): string[][] {
  const [first = '', ...rest] = keys;
  if (rest.length === 0) return [[first]];
  return cuts(rest).flatMap(([head = '', ...tail]) => [
    [first + head, ...tail],
    [first, head, ...tail],
  ]);
}

const gaps: [string, () => Promise<unknown>][] = [
  ['at once', () => Promise.resolve()],
  ['a tick apart', () => new Promise<void>((resolve) => process.nextTick(resolve))],
  ['a turn apart', () => immediate()],
];

describe.each([
  ['before the question is shown', true],
  ['once it is shown', false],
])('a wrong key that is put right, %s', (_, early) => {
  test.each([
    ['before Enter', ['0', '\x7f', '3', '\r'], '3'],
    ['after Enter', ['0', '\r', '\b', '3', '\r'], '3'],
    ['after two', ['0', '\r', '\r', '\x7f', '3', '\r'], '3'],
    ['with the other line breaks', ['0', '\r', '\n', '\x7f', '3', '\n'], '3'],
    ['with the line erased', ['0', '\x15', '3', '\r'], '3'],
    ['from its beginning', ['0', '\x01', '3', '\r'], '30'],
    ['from its middle', ['0', '5', LEFT, '\x7f', '3', '\r'], '35'],
  ])('%s', async (_, keys, meant) => {
    for (const chunks of cuts(keys))
      for (const [how, apart] of gaps) {
        const { prompt, input, shown } = terminal();
        const answer = prompt.text('How many?', number);
        if (!early) await shown(number.hint);
        for (const chunk of chunks) {
          input.write(chunk);
          await apart();
        }
        expect([chunks, how, await answer]).toEqual([chunks, how, meant]);
      }
  });
});

describe('lines that come at once', () => {
  test.each(['7\r8\r', '7\n8\n', '7\r\n8\r\n'])('answer a question of the form each (%j)', async (keys) => {
    const { prompt, input, shown } = terminal();
    const { signal } = new AbortController();
    const first = prompt.text('One?', { signal });
    await shown('One?');
    input.write(keys);
    expect(await first).toBe('7');
    expect(await prompt.text('Two?', { signal })).toBe('8');
  });

  test('are put right line by line', async () => {
    const { prompt, input, shown } = terminal();
    const { signal } = new AbortController();
    const first = prompt.text('One?', { ...number, signal });
    await shown('One?');
    input.write('7\r0\x7f8\r9');
    expect(await first).toBe('7');
    expect(await prompt.text('Two?', { ...number, signal })).toBe('8');
    const third = prompt.text('Three?', { ...number, signal });
    await shown('Three?');
    input.write('1\r');
    expect(await third).toBe('91');
  });

  test.each(['select', 'checkbox', 'confirm', 'secret', 'another form'])(
    'answer nothing that is no line of it (%s)',
    async (kind) => {
      const { prompt, input, shown } = terminal();
      const { signal } = new AbortController();
      const first = prompt.text('One?', { ...number, signal });
      await shown('One?');
      input.write('7\r8\r');
      expect(await first).toBe('7');
      const choices = [{ name: 'a', value: 'a' }];
      const own = new AbortController();
      let answered = false;
      const ask = () => {
        if (kind === 'select') return prompt.select('Two?', choices, { signal });
        if (kind === 'checkbox') return prompt.checkbox('Two?', choices, { signal });
        if (kind === 'confirm') return prompt.confirm('Two?');
        if (kind === 'secret') return prompt.secret('Two?');
        return prompt.text('Two?', { signal: own.signal });
      };
      const second = ask().then(() => {
        answered = true;
      });
      await shown('Two?');
      for (let turn = 0; turn < 10; turn++) await immediate();
      expect(answered).toBe(false);
      input.write('\r');
      await second;
      // Nor is it there for a line behind it.
      const third = prompt.text('Three?', { ...number, signal });
      await shown('Three?');
      input.write('9\r');
      expect(await third).toBe('9');
    },
  );
});

test('Ctrl-D where something is typed takes what is under the cursor', async () => {
  const { prompt, input, shown } = terminal();
  const answer = prompt.text('How many?', number);
  await shown(number.hint);
  input.write(`0${LEFT}\x043\r`);
  expect(await answer).toBe('3');
});

test.each(['text', 'confirm', 'secret', 'select', 'checkbox', 'more'] as const)(
  'Ctrl-D where nothing is typed leaves the question (%s)',
  async (kind) => {
    const { prompt, input, shown } = terminal();
    const choices = [{ name: 'a', value: 'a' }];
    const answer: Promise<unknown> =
      kind === 'select' || kind === 'checkbox' ? prompt[kind]('Well?', choices) : prompt[kind]('Well?');
    await shown('Well?');
    input.write('\x04');
    await expect(answer).rejects.toMatchObject({ code: 'cancelled', exit: 130 });
  },
);
