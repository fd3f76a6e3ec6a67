// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is what a configuration holds.
// What `servers import` leaves: names that are there, what ours cannot say, files that are not to be used.
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { elsewhere } from '../support/elsewhere.ts';
import { errorOf } from '../support/scene.ts';

const CURSOR = '.cursor/mcp.json';
const url = 'https://notion.test/mcp';
type Told = { name: string; state: string; reason?: string };
const states = (stdout: string) =>
  Object.fromEntries((JSON.parse(stdout).entries as Told[]).map(({ name, state }) => [name, state]));

test('a name that is there is kept, unless it is forced', async () => {
  const { type, written } = elsewhere({
    [CURSOR]: { mcpServers: { notion: { url } } },
    '.mcp_cli/server_config.json': { mcpServers: { notion: { url: 'https://mine.test/mcp' } } },
  });
  const kept = await type('servers import --from cursor --json');
  expect([kept.exit, states(kept.stdout)]).toEqual([0, { notion: 'exists' }]);
  expect(written().notion.url).toBe('https://mine.test/mcp');
  expect((await type('servers import --from cursor notion')).exit).toBe(2);
  expect((await type('servers import --from cursor --force')).exit).toBe(0);
  expect(written().notion.url).toBe(url);
});

test('what ours cannot say is left, with the reason', async () => {
  const { type } = elsewhere({
    [CURSOR]: {
      mcpServers: {
        ws: { type: 'ws', url: 'wss://x.test' },
        file: { url, headers: { K: '${file:/etc/passwd}' } },
        http: { url: 'http://plain.test/mcp' },
        'a,b': { url },
        odd: 7,
        good: { url },
      },
    },
  });
  const result = await type('servers import --from cursor --json');
  expect(result.exit).toBe(0);
  expect(states(result.stdout)).toEqual({
    ws: 'unusable',
    file: 'unusable',
    http: 'unusable',
    'a,b': 'unusable',
    odd: 'unusable',
    good: 'imported',
  });
  const named = await type('servers import --from cursor http --json');
  expect(errorOf(named)).toMatchObject({
    code: 'not_imported',
    message: expect.stringContaining('plain http'),
  });
});

test('a file that others can write, or that is broken, is not used', async () => {
  const { type, home: own } = elsewhere({
    [CURSOR]: { mcpServers: { a: { url } } },
    '.gemini/settings.json': '{',
  });
  chmodSync(join(own, CURSOR), 0o666);
  const open = await type('servers import --from cursor a --json');
  expect(open.exit).toBe(3);
  expect(open.stderr).toContain('unsafe_file');
  const broken = await type('servers import --from gemini --json');
  expect([broken.exit, JSON.parse(broken.stderr).error.code]).toEqual([3, 'invalid_json']);
});

test('an unknown program, and a server that is not there, are told', async () => {
  const { type } = elsewhere({});
  expect(errorOf(await type('servers import --from curser --json'))).toMatchObject({
    code: 'unknown_source',
    hint: 'did you mean: --from cursor?',
  });
  const nothing = await type('servers import --from cursor gone --json');
  expect([nothing.exit, errorOf(nothing).code]).toEqual([2, 'nothing_to_import']);
  expect((await type('servers import --from cursor')).stdout).toContain('Cursor has no servers; looked in:');
});
