// What the program does about each fault of the sandbox's MCP server.
import { describe, expect, test } from 'vitest';
import { RESOURCE_FAULTS } from '../../src/sandbox/resource/faults.ts';
import { toolNames } from '../support/person.ts';
import { sandboxed } from '../support/sandbox.ts';
import { errorOf } from '../support/scene.ts';
import { expectTold } from '../support/told.ts';

const LIST = 'tools list notes --json';
const CALL = '--server notes tools call search_notes query=coffee --json';
const tested = new Set<string>();

function each<T extends [string, ...unknown[]]>(rows: T[]): T[] {
  for (const [name] of rows) tested.add(name);
  return rows;
}

describe('no fault of ours to find', () => {
  test.each(
    each([
      ['no-challenge'],
      ['no-scope-in-challenge'],
      ['root-metadata-only'],
      ['resource-origin'],
      ['legacy-only'],
      ['modern-only'],
      ['forgets-sessions'],
      ['many-servers'],
    ]),
  )('%s: signs in, lists and calls', async (fault) => {
    const { person, script, count, seen } = await sandboxed([fault]);
    expect(toolNames(await person(LIST))).toContain('search_notes');
    expect((await script(CALL)).stdout).toContain('coffee');
    expect(count('/authorize')).toBe(1);
    expect(seen.filter(({ path }) => path.startsWith('/as-'))).toEqual([]);
  });

  test.each(each([['session-401']]))('%s: a new session, and no new sign-in', async (fault) => {
    const { person, count } = await sandboxed([fault]);
    expect(toolNames(await person(LIST))).toContain('search_notes');
    expect([count('/authorize'), count('/token')]).toEqual([1, 1]);
  });

  test.each(each<[string, boolean]>([['metadata-404-html', true]]).concat([['metadata-404-html', false]]))(
    '%s, with two origins: %s',
    async (fault, split) => {
      const { person, sandbox } = await sandboxed([fault], { split });
      expect(toolNames(await person(LIST))).toContain('search_notes');
      expect(sandbox.url.startsWith(sandbox.authorization)).toBe(!split);
    },
  );

  test.each(each([['never-401']]))('%s: the words are known, and a tool is called', async (fault) => {
    const { person, count } = await sandboxed([fault]);
    expect(toolNames(await person(LIST))).toContain('search_notes');
    expect(count('/authorize')).toBe(0);
    const result = await person(CALL);
    expect(result.stdout).toContain('coffee');
    expect(count('/authorize')).toBe(1);
  });

  test.each(each([['introspection-cached']]))('%s: forgotten here, whatever it believes', async (fault) => {
    const { person, script } = await sandboxed([fault]);
    expect((await person(LIST)).exit).toBe(0);
    expect((await script('auth logout notes')).exit).toBe(0);
    expect(errorOf(await script(LIST)).code).toBe('login_required');
  });

  test.each(each([['500-on-discover']]))('%s: says what to try, which works', async (fault) => {
    const { person } = await sandboxed([fault]);
    const result = await person(LIST);
    expect(result.exit).toBe(5);
    expect(errorOf(result)).toMatchObject({
      code: 'server_error',
      hint: expect.stringContaining('--protocol legacy'),
    });
    expect(toolNames(await person(`${LIST} --protocol legacy`))).toContain('search_notes');
  });
});

describe('the end of the way', () => {
  test.each<[string, number, string, string]>(
    each([
      ['html-answers', 7, 'not_mcp', '/mcp'],
      ['slow-answers', 5, 'timeout', '--timeout'],
      ['foreign-resource', 7, 'resource_mismatch', 'url'],
      ['foreign-challenge', 7, 'insecure_url', 'operator'],
      ['refuses-fresh-token', 4, 'token_rejected', 'auth status'],
      ['endless-scope', 4, 'invalid_scope', 'scopes'],
      ['endless-answer', 7, 'too_large', 'operator'],
      ['endless-event', 7, 'too_large', 'operator'],
      ['deep-answer', 7, 'too_deep', 'operator'],
      ['cut-stream', 5, 'closed', 'done'],
      ['broken-json', 7, 'not_mcp', '/mcp'],
      ['wrong-id', 5, 'timeout', '--timeout'],
      ['endless-pages', 7, 'invalid_answer', 'operator'],
    ]),
  )('%s: exit %i, %s', { timeout: 300_000 }, async (fault, exit, code, hint) => {
    // Five hundred pages are enough to wait for.
    const { person, count } = await sandboxed([fault, 'introspection-cached']);
    const limit = code === 'timeout' ? '2s' : '60s';
    const result = await person(`${LIST} --timeout ${limit}`);
    const error = errorOf(result);
    expect({ exit: result.exit, code: error.code }).toEqual({ exit, code });
    expect(error.hint).toContain(hint);
    expect(count('/authorize')).toBeLessThanOrEqual(2);
  });

  test.each(each([['redirects-away']]))('%s: no token is taken there', async (fault) => {
    const { person, seen } = await sandboxed([fault]);
    const result = await person(LIST);
    expect(result.exit).toBe(7);
    expect(errorOf(result).code).toBe('not_mcp');
    expect(seen.filter(({ path, status }) => path === '/stolen' && status !== 404)).toEqual([]);
  });
});

describe('what would be shown', () => {
  test.each(each([['escape-sequences']]))('%s: text without, JSON as it came', async (fault) => {
    const { person, script } = await sandboxed([fault]);
    await person('auth login notes');
    const list = await script('tools list notes');
    const call = await script('--server notes tools call search_notes query=coffee');
    expect(call.stdout).toContain('done');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not reach a terminal
    for (const { stdout } of [list, call]) expect(stdout).not.toMatch(/\u001b|\u0007/);
    // In JSON they are escaped, and a terminal shows six harmless characters.
    expect((await script(LIST)).stdout).toContain('\\u001b');
  });

  test.each(each([['pattern-bomb']]))(
    '%s: a call is judged in no time',
    { timeout: 60_000 },
    async (fault) => {
      const { person } = await sandboxed([fault]);
      const query = `${'a'.repeat(60)}!`;
      const result = await person(['--server', 'notes', 'tools', 'call', 'search_notes', `query=${query}`]);
      expect([0, 2]).toContain(result.exit);
    },
  );

  test.each(each([['invalid-tools']]))('%s: what is none is left out, and said', async (fault) => {
    const { person, script } = await sandboxed([fault]);
    await person('auth login notes');
    for (const era of ['modern', 'legacy']) {
      const { exit, stdout, stderr } = await script(`${LIST} --protocol ${era}`);
      const names = toolNames({ exit, stdout, stderr, home: '' });
      expect({ exit, names }).toEqual({
        exit: 0,
        names: expect.arrayContaining(['search_notes', 'add_note']),
      });
      expect(names).not.toContain('odd');
      expect(stderr).toBe(
        'warning: a tool of notes is left out: it has no name\n' +
          'warning: the tool odd of notes is left out: its inputSchema is not what MCP has there\n',
      );
      expect((await script(`${CALL} --protocol ${era}`)).stdout).toContain('coffee');
    }
    expect((await script('tools list notes --quiet')).stderr).toBe('');
  });

  test.each(each([['repeats-tools']]))('%s: both are shown, and neither is called unasked', async (fault) => {
    const { person, seen } = await sandboxed([fault]);
    const names = toolNames(await person(LIST));
    expect(names.filter((name) => name === 'search_notes')).toHaveLength(2);
    for (const line of [CALL, '--server notes tools describe search_notes --json']) {
      seen.splice(0);
      expectTold(await person(line), {
        exit: 7,
        code: 'repeated_tool',
        says: 'notes offers different tools under the name search_notes',
        hint: 'operator',
        server: 'notes',
      });
      expect(seen.filter(({ path }) => path === '/authorize')).toEqual([]);
    }
  });
});

test('every fault of the MCP server is in one of these tables', () => {
  const names = RESOURCE_FAULTS.map(({ name }) => name);
  expect(names.filter((name) => !tested.has(name))).toEqual([]);
  expect([...tested].filter((name) => !names.includes(name))).toEqual([]);
});
