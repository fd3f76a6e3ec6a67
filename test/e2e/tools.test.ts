// `tools list`, `tools describe` and `ping`, and where their flags may stand.
import { describe, expect, test } from 'vitest';
import { modernServer } from '../support/modern-server.ts';
import { notes } from '../support/person.ts';
import { desk, errorOf, keep, scene } from '../support/scene.ts';
import { sessionServer } from '../support/session-server.ts';
import { workbench } from '../support/workbench.ts';

async function open(server = modernServer) {
  const made = keep(await server());
  return { server: made, ...desk(notes({ url: made.mcpUrl })) };
}

describe('tools list', () => {
  test('is a table for a person', async () => {
    const { script } = await open();
    expect(await script('tools list')).toMatchObject({
      exit: 0,
      stderr: '',
      stdout: [
        'TOOL   DESCRIPTION',
        'echo   Says what it was told',
        'add    Adds two numbers',
        'slow   Reports each of its steps, `pause` milliseconds apart',
        'fail   Always answers isError',
        'admin  Needs a further scope where the server is protected',
        '',
      ].join('\n'),
    });
  });

  test('--json has the tools as the server sent them', async () => {
    const { script } = await open();
    const { tools } = JSON.parse((await script('tools list --json')).stdout);
    expect(tools).toHaveLength(5);
    expect(tools[1]).toMatchObject({
      name: 'add',
      title: 'Add',
      inputSchema: { type: 'object', required: ['a', 'b'] },
      outputSchema: { properties: { sum: { type: 'number' } } },
      annotations: { readOnlyHint: true, idempotentHint: true },
    });
  });

  test('ndjson has one on each line', async () => {
    const { script } = await open();
    const lines = (await script('tools list --format ndjson')).stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).name)).toEqual(['echo', 'add', 'slow', 'fail', 'admin']);
  });

  test('cuts a line to the terminal and shows only the first of a description', async () => {
    const { script } = await workbench();
    expect((await script('tools list')).stdout).toContain('take        Takes anything\n');
    const { script: narrow } = await open();
    const columns = { stdout: { isTTY: true, columns: 30, stream: process.stdout } };
    const { stdout } = await narrow('tools list', { deps: columns });
    for (const line of stdout.trimEnd().split('\n')) expect(line.length).toBeLessThanOrEqual(30);
    expect(stdout).toContain('…');
  });

  test('the server may be an argument, or be left out where there is only one', async () => {
    const { script } = await open();
    const { stdout } = await script('tools list notes');
    for (const line of ['tools list', '--server notes tools list', 'tools list --server notes'])
      expect(await script(line)).toMatchObject({ exit: 0, stdout });
  });
});

describe('tools describe', () => {
  test('is a page for a person', async () => {
    const { script } = await workbench();
    const { exit, stdout } = await script('tools describe take');
    expect(exit).toBe(0);
    expect(stdout).toMatch(
      /^take\n\nTakes anything\nand says little\n\nARGUMENT +TYPE +REQUIRED +DESCRIPTION\n/,
    );
    expect(stdout).toMatch(/^text +string +What to say$/m);
    expect(stdout).toMatch(/^tags +array$/m);
    expect(stdout).toMatch(/^color +string +\(red, green\)$/m);
    expect((await script('tools describe nothing')).stdout).toBe('nothing\n\nIt takes no arguments.\n');
  });

  test('marks what is required', async () => {
    const { script } = await open();
    const { stdout } = await script('tools describe add');
    expect(stdout).toMatch(/^add: Add\n/);
    expect(stdout).toMatch(/^a +number +yes$/m);
  });

  test('--json is the tool as the server sent it', async () => {
    const { script } = await open();
    const { tools } = JSON.parse((await script('tools list --json')).stdout);
    expect(JSON.parse((await script('tools describe add --json')).stdout)).toEqual(tools[1]);
  });

  test.each(['tools describe ech', 'tools call ech text=x'])('%s names the nearest tool', async (line) => {
    const { server, script } = await open();
    const result = await script(`${line} --json`);
    expect(result.exit).toBe(2);
    expect(errorOf(result)).toMatchObject({
      code: 'unknown_tool',
      message: 'there is no tool named "ech" on notes',
      hint: 'did you mean echo?',
      server: 'notes',
    });
    expect(server.calls('tools/call')).toBe(0);
  });

  test('of a name that is near to none says where to look', async () => {
    const { script } = await open();
    expect(errorOf(await script('tools describe whatever --json')).hint).toContain('mcp-cli tools list');
  });
});

describe('ping', () => {
  test.each([
    ['2026-07-28', modernServer],
    ['2025-11-25', sessionServer],
  ])('measures a server of %s', async (protocol, kind) => {
    const { script } = await open(kind);
    expect(await script('ping')).toMatchObject({
      exit: 0,
      stderr: '',
      stdout: expect.stringMatching(new RegExp(`^SERVER +TIME +PROTOCOL\\nnotes +\\d+ ms +${protocol}\\n$`)),
    });
    const { stdout } = await script('ping notes --json');
    expect(JSON.parse(stdout)).toEqual({ server: 'notes', ms: expect.any(Number), protocol });
  });

  test('signs in if need be, and says who is missing where nobody is there', async () => {
    const { person, script } = await scene();
    const refused = await script('ping --json');
    expect(refused.exit).toBe(4);
    expect(errorOf(refused)).toMatchObject({ code: 'login_required', server: 'notes' });
    expect((await person('ping')).exit).toBe(0);
    expect((await script('ping')).exit).toBe(0);
  });

  test('of a server that is not there is exit 5', async () => {
    const server = await modernServer();
    const { script } = desk(notes({ url: server.mcpUrl }));
    await server.close();
    const result = await script('ping --json');
    expect(result.exit).toBe(5);
    expect(errorOf(result)).toMatchObject({ code: 'refused', server: 'notes' });
  });
});

test.each([
  '--json --server notes tools list',
  'tools --json --server notes list',
  'tools list --json --server notes',
  'tools list notes --json',
  'tools --server=notes list --format=json',
  '--format json tools list -q',
  'tools list --timeout 5s --protocol auto --json',
])('flags stand where one likes: %s', async (line) => {
  const { script } = await open();
  const { stdout } = await script('tools list --json');
  expect(await script(line)).toMatchObject({ exit: 0, stdout, stderr: '' });
});
