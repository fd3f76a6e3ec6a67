import { PassThrough, Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { openWriter, readLines, TOO_LONG } from '../../src/bridge/lines.ts';
import { readMessage } from '../../src/bridge/message.ts';
import { paced } from '../../src/session/relay.ts';

async function lines(pieces: string[], largest = 100): Promise<unknown[]> {
  const found: unknown[] = [];
  const input = Readable.from(pieces.map((piece) => Buffer.from(piece, 'latin1')));
  for await (const line of readLines(input, largest, new AbortController().signal)) found.push(line);
  return found;
}

test.each([
  [['a\nb\n'], ['a', 'b']],
  [
    ['a', 'b\r\n\n\n', 'c'],
    ['ab', 'c'],
  ],
  [['\xc3', '\xa9\n'], ['é']],
  [[`${'x'.repeat(101)}\nb\n`], [TOO_LONG, 'b']],
  [
    ['x'.repeat(60), 'x'.repeat(60), '\nb'],
    [TOO_LONG, 'b'],
  ],
  [['x'.repeat(100), '\n'], ['x'.repeat(100)]],
  [[], []],
])('the lines of %j', async (pieces, expected) => {
  expect(await lines(pieces)).toEqual(expected);
});

test('an abort ends the reading', async () => {
  const stop = new AbortController();
  const reading = readLines(new PassThrough(), 10, stop.signal).next();
  stop.abort();
  expect((await reading).done).toBe(true);
});

test('a writer says when its reader has taken enough, or is gone', async () => {
  const output = new PassThrough({ highWaterMark: 10 });
  const writer = openWriter(output);
  writer.write('short');
  await writer.drained();
  writer.write('longer than ten');
  let free = false;
  const drained = writer.drained().then(() => {
    free = true;
  });
  await new Promise(setImmediate);
  expect(free).toBe(false);
  output.resume();
  await drained;
  output.pause();
  writer.write('longer than ten');
  writer.write('and more of it');
  const again = writer.drained();
  output.destroy();
  await Promise.all([again, writer.gone]);
  writer.write('nobody reads this');
});

test('no piece of an answer is taken before there is room for it', async () => {
  let pulled = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        pulled += 1;
        if (pulled > 3) controller.close();
        else controller.enqueue(new Uint8Array(1));
      },
    },
    { highWaterMark: 0 },
  );
  const gates: (() => void)[] = [];
  const response = paced(new Response(body), () => new Promise((resolve) => gates.push(resolve)));
  const reading = response.text();
  for (let piece = 0; piece < 4; piece++) {
    await new Promise(setImmediate);
    expect(pulled).toBe(piece);
    gates.shift()?.();
    await new Promise(setImmediate);
  }
  expect((await reading).length).toBe(3);
});

test.each([
  ['{"jsonrpc":"2.0","id":1,"method":"a"}', 1],
  ['{"jsonrpc":"2.0","method":"a","params":{}}', undefined],
  ['{"jsonrpc":"2.0","id":"x","result":{}}', 'x'],
  ['{"jsonrpc":"2.0","id":null,"method":"a"}', null],
  ['{"jsonrpc":"2.0","id":1,"result":3}', null],
  ['{"jsonrpc":"2.0"}', null],
  ['"text"', null],
  ['null', null],
])('%s', (line, id) => {
  expect((readMessage(line) as { id?: unknown }).id).toBe(id);
});
