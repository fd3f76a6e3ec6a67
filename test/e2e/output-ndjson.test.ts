// --format ndjson: a line as soon as there is something to say. One server answers only once the other's line is there.

import { expect, test } from 'vitest';
import type { Fetch } from '../../src/deps.ts';
import { fetchWithin as fetch } from '../../src/fetch.ts';
import { configFile } from '../support/home.ts';
import { modernSurfaceServer } from '../support/modern-server.ts';
import { desk, keep } from '../support/scene.ts';
import { lineOf, schemaFor, violations } from '../support/schemas.ts';

async function two() {
  const quick = keep(await modernSurfaceServer());
  const slow = keep(await modernSurfaceServer());
  const mcpServers = { slow: { url: slow.mcpUrl }, quick: { url: quick.mcpUrl } };
  const { script } = desk(configFile({ mcpServers }));
  return async (line: string) => {
    const said: string[] = [];
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const held: Fetch = async (url, init) => {
      if (String(url).startsWith(slow.mcpUrl)) await Promise.race([released, aborted(init?.signal)]);
      return fetch(url, init);
    };
    const out = (text: string) => {
      said.push(text);
      release();
    };
    const result = await script(`${line} --format ndjson --timeout 10`, { deps: { fetch: held, out } });
    return {
      ...result,
      lines: said
        .join('')
        .trimEnd()
        .split('\n')
        .map((each) => JSON.parse(each)),
    };
  };
}

function aborted(signal: AbortSignal | null | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

test.each(['tools list', 'resources list', 'resources templates', 'prompts list', 'ping'])(
  '`%s` of several servers is not held up by the slowest',
  async (command) => {
    const run = await two();
    const { exit, lines } = await run(`${command} slow quick`);
    expect(exit).toBe(0);
    const servers = [...new Set(lines.map(({ server }) => server))];
    expect(servers).toEqual(['quick', 'slow']);
    const name = schemaFor(command.split(' ')) ?? '';
    expect(lines.flatMap((each) => violations(lineOf(name), each))).toEqual([]);
  },
);

test('a failure is a line like any other, and told on stderr at the end', async () => {
  const run = await two();
  const { exit, lines, stderr } = await run('ping slow quick nobody');
  expect(exit).toBe(2);
  expect(lines[0]).toMatchObject({ server: 'nobody', error: { code: 'unknown_server' } });
  expect(
    lines
      .slice(1)
      .map(({ server }) => server)
      .sort(),
  ).toEqual(['quick', 'slow']);
  expect(JSON.parse(stderr).error).toMatchObject({ code: 'unknown_server', server: 'nobody' });
});
