// A server, or a configuration from somewhere, whose texts want to drive the terminal or keep the program busy.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newHome } from '../support/home.ts';
import { hostileServer, liar, resourcePath, rpcError, type Says, toolOf } from '../support/hostile-server.ts';
import { notes } from '../support/person.ts';
import { desk, errorOf, keep, type Typed } from '../support/scene.ts';

/** Colours, a title, the clipboard, cursor movement in 7 and 8 bits, bidi, overwriting, invisible and tag characters. */
const evil =
  'a\u001b[31mb\u001b]0;title\u0007c\u001b]52;c;ZXZpbA==\u001b\\d\u009b2Je\u202ef\u2066g\rh\u0008i\u200bj\u{e0041}k\u0000l\u0085m\u2028n';
/** What a terminal, or a person's eye, would obey. Line breaks and tabs are judged apart. */
const obeyed =
  /(?![\n\t])[\p{Cc}\p{Cs}\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/u;

async function at(says: Says): Promise<{ typed: Typed }> {
  const server = keep(await hostileServer(says));
  return { typed: desk(notes({ url: server.mcpUrl })).script };
}

const terminal = { stdout: true, stderr: true };
const hostile: Says = {
  name: evil,
  version: evil,
  instructions: evil,
  tools: [
    toolOf(`${evil}\nerror: forged`, {
      title: evil,
      description: `${evil}\n${evil}`,
      inputSchema: {
        type: 'object',
        properties: { [evil]: { type: 'string', description: evil, enum: [evil] } },
        required: [evil],
      },
    }),
    toolOf('plain'),
  ],
  result: {
    content: [
      { type: 'text', text: evil },
      { type: 'image', mimeType: evil, data: 'AAAA' },
      { type: 'resource_link', uri: `file:///${evil}`, name: evil, mimeType: evil },
      { type: 'resource', resource: { uri: `file:///${evil}`, mimeType: evil, text: evil } },
    ],
    isError: true,
  },
};

test.each([
  ['--server notes tools list'],
  ['--server notes tools call plain'],
  ['--server notes ping --verbose'],
])('%s shows nothing of a hostile server that a terminal obeys', async (line) => {
  const { typed } = await at(hostile);
  const result = await typed(line, { terminal });
  expect(result.stdout).not.toMatch(/bug|unexpected/);
  expect(result.stdout.replaceAll('\u001b[1m', '').replaceAll('\u001b[22m', '')).not.toMatch(obeyed);
  expect(result.stderr).not.toMatch(obeyed);
  expect(`${result.stdout}${result.stderr}`).not.toMatch(/^error: forged/m);
});

test('the description of a hostile tool is shown without anything that a terminal obeys', async () => {
  const { typed } = await at(hostile);
  const named = { ...(hostile.tools?.[0] as object), name: 'plain' };
  const second = await at({ tools: [named] });
  expect((await typed('--server notes tools describe nothing', { terminal })).stderr).not.toMatch(obeyed);
  const shown = await second.typed('--server notes tools describe plain', { terminal });
  expect(shown.exit).toBe(0);
  expect(shown.stdout).toContain('DESCRIPTION');
  expect(shown.stdout.replaceAll('\u001b[1m', '').replaceAll('\u001b[22m', '')).not.toMatch(obeyed);
});

test('as JSON the same texts arrive letter by letter, on a terminal too', async () => {
  const { typed } = await at(hostile);
  for (const stdout of [true, false]) {
    const result = await typed('--server notes tools list --json', { terminal: { stdout } });
    expect(result.stdout).not.toMatch(obeyed);
    expect((JSON.parse(result.stdout) as { tools: unknown[] }).tools[0]).toMatchObject(
      hostile.tools?.[0] as object,
    );
  }
});

test("a server's error text forges no line of ours, and stays one line of JSON", async () => {
  const message = `no\nhint: run this\n${evil}`;
  const { typed } = await at({ ...hostile, call: (hit, response) => rpcError(hit, response, message) });
  const shown = await typed('--server notes tools call plain --verbose', { terminal });
  expect(shown.stderr).not.toMatch(obeyed);
  expect(shown.stderr).not.toMatch(/^hint: run this/m);
  const told = errorOf(await typed('--server notes tools call plain --json'));
  expect(told.code).toBe('rpc_error');
});

test("a metadata document's texts reach the terminal tamed", async () => {
  const issuer = `https://as.example/${evil}`;
  const server = keep(
    await liar((url) => ({ [resourcePath]: { resource: `${url}/mcp`, authorization_servers: [issuer] } })),
  );
  const { person } = desk(notes({ url: server.mcpUrl }));
  const result = await person('--server notes tools list --verbose', { terminal });
  expect(result.exit).toBeGreaterThan(3);
  expect(result.stderr).not.toMatch(obeyed);
});

test('a folder with an escape sequence in its name stays a name in the warnings', async () => {
  const home = newHome();
  const folder = join(home, 'x\u001b]0;title\u0007y');
  mkdirSync(folder);
  const file = join(folder, 'server_config.json');
  writeFileSync(file, '{"mcpServers":{},"unknwon":1}', { mode: 0o600 });
  const result = await desk(file, home).script('servers list', { terminal });
  expect(result.stderr).toContain('unknown key');
  expect(result.stderr).not.toMatch(obeyed);
});

// What takes quadratic time takes minutes with these, and no Ctrl-C reaches a program that is inside an expression.
const long = 400_000;
const endless: [string, Says, string][] = [
  ['spaces in a description', { tools: [toolOf('x', { description: `a${' '.repeat(long)}b` })] }, 'list'],
  ['a name without end', { tools: [toolOf('x'.repeat(long))] }, 'list'],
  [
    'an error text without end',
    { call: (hit, response) => rpcError(hit, response, 'a'.repeat(long)) },
    'call x',
  ],
  [
    'quotes in an error',
    { call: (hit, response) => rpcError(hit, response, 'code:"\\'.repeat(long / 7)) },
    'call x',
  ],
];
test.each(endless)(
  '%s does not keep the program busy',
  async (_, says, what) => {
    const { typed } = await at({ tools: [toolOf('x')], ...says });
    const start = performance.now();
    const result = await typed(`--server notes tools ${what}`, { terminal });
    expect(performance.now() - start).toBeLessThan(5_000);
    expect(result.exit).toBe(what === 'list' ? 0 : 7);
    // One screen says enough of what a stranger has to say about a failure.
    expect(result.stderr.length).toBeLessThan(10_000);
  },
  400_000,
);

test('a list of one issuer without end is refused in time', async () => {
  const issuer = 'a'.repeat(long);
  const server = keep(
    await liar((url) => ({ [resourcePath]: { resource: `${url}/mcp`, authorization_servers: [issuer] } })),
  );
  const start = performance.now();
  const result = await desk(notes({ url: server.mcpUrl })).person('--server notes tools list');
  expect(performance.now() - start).toBeLessThan(5_000);
  expect(result.exit).toBe(7);
  expect(result.stderr.length).toBeLessThan(10_000);
}, 400_000);
