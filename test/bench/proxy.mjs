// What `mcp-cli proxy` adds to a message, how many it passes on, and whether it keeps any of them.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { environment, median } from './measure.mjs';
import { progress } from './report.mjs';
import { unlessEnding, watched } from './undo.mjs';

const BUDGET = 1;
const FLIGHT = 32;
const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1.0.0' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

export async function proxy({ ours, origin, token, report, quick }) {
  report.table(
    'mcp-cli proxy',
    'median of a message, ms:',
    'straight, ms:',
    'added, ms:',
    'budget:',
    `messages a second, ${FLIGHT} in flight:`,
    'straight:',
    'heap after 5,000, MiB:',
    'at the end:',
    'messages:',
  );
  for (const [era, revision] of [
    ['modern', '2026-07-28'],
    ['legacy', '2025-11-25'],
  ]) {
    progress(`proxy, ${revision}`);
    const bridge = started(ours('', ['proxy', `quick-${era}`]));
    try {
      const straight = keptAlive(`${origin}/quick-${era}/1`, token, era === 'modern');
      await handshake(bridge.send, era);
      await handshake(straight, era);
      const added = await latency(bridge.send, straight, quick ? 500 : 3000);
      await flood(bridge.send, 5000);
      const before = await bridge.heap();
      const count = quick ? 10_000 : 30_000;
      const rate = await flood(bridge.send, count);
      const after = await bridge.heap();
      const most = await flood(straight, quick ? 3000 : 10_000);
      report.row(
        `${revision} on both sides`,
        added.through.toFixed(2),
        added.straight.toFixed(2),
        (added.through - added.straight).toFixed(2),
        BUDGET,
        rate.toFixed(0),
        most.toFixed(0),
        (before / 2 ** 20).toFixed(1),
        (after / 2 ** 20).toFixed(1),
        count,
      );
    } finally {
      await bridge.end();
    }
  }
}

const call = (era) => ({
  method: 'tools/call',
  params: { name: 'echo', arguments: { text: 'hello' }, ...(era === 'modern' && { _meta: META }) },
});

async function handshake(send, era) {
  send.call = call(era);
  if (era === 'modern') return send({ method: 'server/discover', params: { _meta: META } });
  const clientInfo = { name: 'bench', version: '1.0.0' };
  await send({
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo },
  });
  await send({ method: 'notifications/initialized' }, false);
}

/** Medians of one message at a time, in turn. The first hundred are for the compilers. */
async function latency(through, straight, count) {
  const times = new Map([
    [through, []],
    [straight, []],
  ]);
  for (let at = -100; at < count; at++)
    for (const [send, all] of times) {
      const begin = performance.now();
      await send(send.call);
      if (at >= 0) all.push(performance.now() - begin);
    }
  return { through: median(times.get(through)), straight: median(times.get(straight)) };
}

/** @returns messages a second */
async function flood(send, count) {
  const begin = performance.now();
  let left = count;
  const one = async () => {
    while (left-- > 0) await send(send.call);
  };
  await Promise.all(Array.from({ length: FLIGHT }, one));
  return (count / (performance.now() - begin)) * 1000;
}

/** A client that speaks to the bridge over its pipes. */
function started({ argv, env }) {
  const heapProbe = fileURLToPath(new URL('../support/heap.mjs', import.meta.url));
  const child = spawn(process.execPath, ['--expose-gc', '--import', heapProbe, ...argv], {
    env: environment(env),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const { ended } = watched(() => child.kill('SIGKILL'));
  const waiting = new Map();
  let said = '';
  let tellHeap = () => {};
  let next = 0;
  const closed = new Promise((resolve) => child.once('close', resolve));
  void closed.then(async (code) => {
    ended();
    await unlessEnding();
    for (const { reject } of waiting.values()) reject(new Error(`the proxy ended with ${code}: ${said}`));
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said = (said + text).slice(-1000);
    const heap = /heap (\d+)\n/.exec(text);
    if (heap) tellHeap(Number(heap[1]));
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { id, error } = JSON.parse(line);
    const one = waiting.get(id);
    waiting.delete(id);
    if (error) one?.reject(new Error(`through the proxy: ${error.message}`));
    else one?.resolve();
  });
  return {
    send(message, isAnswered = true) {
      const id = isAnswered ? next++ : undefined;
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message, id })}\n`);
      if (isAnswered) return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
    },
    heap: () =>
      new Promise((resolve) => {
        tellHeap = resolve;
        child.kill('SIGUSR2');
      }),
    end() {
      child.stdin.end();
      return closed;
    },
  };
}

/** The same messages without the bridge: Node's fetch, which keeps its connections. */
function keptAlive(url, token, isModern) {
  let next = 0;
  return async function send(message, isAnswered = true) {
    const { method, params } = message;
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        authorization: `Bearer ${token}`,
        'mcp-protocol-version': isModern ? '2026-07-28' : '2025-11-25',
        ...(isModern && { 'mcp-method': method, ...(params.name && { 'mcp-name': params.name }) }),
      },
      body: JSON.stringify({ jsonrpc: '2.0', ...message, ...(isAnswered && { id: next++ }) }),
    });
    const text = await response.text();
    if (!response.ok || (isAnswered && JSON.parse(text).error)) throw new Error(`straight: ${text}`);
  };
}
