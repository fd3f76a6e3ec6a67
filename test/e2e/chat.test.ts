// A model that speaks either wire, through `cmd`: what it is told, what it may call, and how it can fail.
import { describe, expect, test } from 'vitest';
import type { CliOptions } from '../support/cli.ts';
import { configFile, newHome } from '../support/home.ts';
import { type Asked, type ModelServer, modelServer, type Said } from '../support/model-server.ts';
import { desk, errorOf, keep, scene } from '../support/scene.ts';

const KEYS = { OPENAI_API_KEY: 'sk-of-the-test-0001', ANTHROPIC_API_KEY: 'sk-ant-of-the-test-2' };
const never = ['--confirm-mode', 'never'];
/** JSON that whoever follows it downwards falls over. */
const deep = '['.repeat(10_000) + ']'.repeat(10_000);

describe.each(['openai', 'anthropic'] as const)('with %s', (provider) => {
  const words = (model: ModelServer) => ['--provider', provider, '--model', 'm', '--api-base', model.base];

  /** Without any server. */
  async function alone(...script: ModelServer['script']) {
    const model = keep(await modelServer(script));
    const { script: typed } = desk(configFile({ mcpServers: {} }), newHome());
    const ask = (line: string[], options: CliOptions = {}) =>
      typed(['cmd', '--single-turn', ...words(model), ...line], { env: KEYS, ...options });
    return { model, ask };
  }

  /** With the protected server `notes`, signed in to. */
  async function protectedNotes(...script: ModelServer['script']) {
    const model = keep(await modelServer(script));
    const own = await scene();
    await own.person('auth login notes');
    const ask = (line: string[], options: CliOptions = {}) =>
      own.script(['cmd', '--server', 'notes', ...words(model), ...line], { env: KEYS, ...options });
    return { ...own, model, ask };
  }

  test('an answer is printed, and the key goes along, but nothing about this machine', async () => {
    const { ask, model } = await alone({ text: ['Hel', 'lo'] });
    const env = { ...KEYS, ANTHROPIC_CUSTOM_HEADERS: 'x-evil: 1', OPENAI_ORG_ID: 'org-1' };
    expect(await ask(['-p', 'hi'], { env })).toMatchObject({ exit: 0, stdout: 'Hello\n', stderr: '' });
    const { authorization, 'x-api-key': key, ...rest } = model.log[0]?.headers ?? {};
    expect([authorization, key]).toEqual(
      provider === 'openai'
        ? [`Bearer ${KEYS.OPENAI_API_KEY}`, undefined]
        : [undefined, KEYS.ANTHROPIC_API_KEY],
    );
    expect(rest['user-agent']).toBe('mcp-cli');
    expect(Object.keys(rest).filter((name) => /stainless|openai|evil/i.test(name))).toEqual([]);
    expect(model.asked[0]?.tools).toBeUndefined();
    expect(JSON.stringify(model.asked[0])).toContain('"hi"');
  });

  test('tools are called, several at once, and the answer follows', async () => {
    const { ask, model, server } = await protectedNotes(
      {
        text: 'Let me see. ',
        calls: [
          { name: 'echo', arguments: { text: 'one and only' } },
          { name: 'add', arguments: { a: 1, b: 2 } },
        ],
      },
      { text: 'It is 3.' },
    );
    const result = await ask([...never, '-p', 'add', '--json']);
    expect(result).toMatchObject({ exit: 0, stderr: '' });
    expect(JSON.parse(result.stdout)).toEqual({
      text: 'It is 3.',
      stop: 'end',
      provider,
      model: 'm',
      turns: 2,
      usage: { input: 20, output: 10 },
      calls: [
        { server: 'notes', tool: 'echo', arguments: { text: 'one and only' } },
        { server: 'notes', tool: 'add', arguments: { a: 1, b: 2 } },
      ],
    });
    expect(server.calls('tools/call')).toBe(2);
    expect(toolNames(model.asked[0])).toEqual(['echo', 'add', 'slow', 'fail', 'admin']);
    const second = answersTo(model.asked[1]);
    expect(second).toHaveLength(2);
    expect(second[0]).toMatch(
      /data from notes\/echo\..*\n\[data (\w{16})\]\none and only\n\[end of data \1\]$/,
    );
    expect(second[1]).toContain('\n3\n');
  });

  test('what is no call is answered as such, and nobody is called', async () => {
    const { ask, model, server } = await protectedNotes(
      {
        calls: [
          { name: 'echo', arguments: '{"text": ' },
          { name: 'echo', arguments: '["x"]' },
          { name: 'echo', arguments: { text: 1 } },
          { name: 'nothing', arguments: {} },
        ],
      },
      { text: 'Sorry.' },
    );
    expect(await ask([...never, '-p', 'x'])).toMatchObject({ exit: 0, stdout: 'Sorry.\n' });
    expect(server.calls('tools/call')).toBe(0);
    expect(answersTo(model.asked[1])).toEqual([
      'Not called: the arguments are not JSON.',
      'Not called: the arguments are not a JSON object.',
      'Not called: text must be a string, not a number.',
      'Not called: there is no tool of this name.',
    ]);
  });

  test.each(['never', 'always', 'smart'])(
    'arguments that go down for ever are no call (%s)',
    async (mode) => {
      const { ask, model, server } = await protectedNotes(
        { calls: [{ name: 'echo', arguments: `{"text": "x", "more": ${deep}}` }] },
        { text: 'Sorry.' },
      );
      const result = await ask(['--confirm-mode', mode, '-p', 'x'], { terminal: { stderr: true } });
      expect(result).toMatchObject({ exit: 0, stdout: 'Sorry.\n' });
      expect(result.stderr).toContain('the arguments are nested too deeply');
      expect(server.calls('tools/call')).toBe(0);
      expect(answersTo(model.asked[1])).toEqual(['Not called: the arguments are nested too deeply.']);
    },
  );

  test('a tool that fails is told to the model as such', async () => {
    const { ask, model } = await protectedNotes(
      { calls: [{ name: 'fail', arguments: {} }] },
      { text: 'It failed.' },
    );
    expect(await ask([...never, '-p', 'x'])).toMatchObject({ exit: 0, stdout: 'It failed.\n' });
    expect(answersTo(model.asked[1])[0]).toMatch(/^The tool failed\. [\s\S]*it did not work/);
  });

  test('a refusal is printed, and exit 8', async () => {
    const { ask } = await alone({ refusal: 'I will not do that' });
    const result = await ask(['-p', 'x']);
    expect(result).toMatchObject({ exit: 8, stdout: 'I will not do that\n' });
    expect(result.stderr).toContain('the model refused to answer');
  });

  test('a rate limit is waited for, and said', async () => {
    const limit: Said = { status: 429, headers: { 'retry-after': '0' } };
    const { ask, model } = await alone(
      limit,
      { status: 429, headers: { 'retry-after-ms': '20' } },
      { text: 'Now.' },
    );
    const result = await ask(['-p', 'x']);
    expect(result).toMatchObject({ exit: 0, stdout: 'Now.\n' });
    expect(result.stderr.match(/asked later: waiting/g)).toHaveLength(2);
    expect(model.asked).toHaveLength(3);
  });

  test('a rate limit without end is exit 5, after three waits', async () => {
    const limit: Said = { status: 429, headers: { 'retry-after': '0' } };
    const { ask, model } = await alone(limit, limit, limit, limit, { text: 'never' });
    expect(errorOf(await ask(['-p', 'x', '--json']))).toMatchObject({ code: 'rate_limited' });
    expect(model.asked).toHaveLength(4);
  });

  test('a wait longer than a minute is not waited', async () => {
    const { ask, model } = await alone({ status: 429, headers: { 'retry-after': '3600' } });
    const result = await ask(['-p', 'x', '--json']);
    expect(result.exit).toBe(5);
    expect(errorOf(result).hint).toContain('3600 seconds');
    expect(model.asked).toHaveLength(1);
  });

  const error = (type: string, message = 'its own words') =>
    provider === 'openai'
      ? { error: { message, type, code: type } }
      : { type: 'error', error: { type, message } };

  test.each<[string, Said, number, string]>([
    ['a refused key', { status: 401, body: error('authentication_error') }, 4, 'key_refused'],
    [
      'an unknown model',
      { status: 404, body: error(provider === 'openai' ? 'model_not_found' : 'not_found_error') },
      2,
      'unknown_model',
    ],
    [
      'a request it does not take',
      { status: 400, body: error('invalid_request_error') },
      7,
      'request_refused',
    ],
    ['a fault of its own', { status: 500, body: error('api_error') }, 5, 'model_failed'],
    [
      'a redirect',
      { status: 307, headers: { location: 'https://evil.example/' }, body: '' },
      7,
      'not_a_model',
    ],
    ['a page', { raw: '<html>', type: 'text/html' }, 7, 'not_a_model'],
    ['a stream that is none', { raw: 'event: message_start\ndata: {"broken\n\n' }, 7, 'not_a_model'],
    ['nothing at all', { raw: 'event: message_start\ndata: null\n\n' }, 7, 'not_a_model'],
    ['an empty stream', { raw: '' }, 5, 'broken_stream'],
    [
      'a limit in the middle of its words',
      { text: 'so far', ends: { error: { type: 'overloaded_error', message: 'x' } } },
      5,
      'rate_limited',
    ],
    ['a broken stream', { text: ['so ', 'far'], ends: 'break' }, 5, 'broken_stream'],
    [
      'an error in the stream',
      { text: 'so far', ends: { error: { type: 'api_error', message: 'x' } } },
      5,
      'model_failed',
    ],
    ['silence', { text: 'so far', ends: 'silence' }, 5, 'timeout'],
    ['an error that goes down for ever', { status: 400, body: `{"error": ${deep}}` }, 7, 'not_a_model'],
    [
      'an error in the stream that goes down for ever',
      { raw: `event: error\ndata: {"type": "error", "error": ${deep}}\n\n` },
      7,
      'not_a_model',
    ],
  ])('%s', async (_, said, exit, code) => {
    const { ask } = await alone(said);
    const result = await ask(['-p', 'x', '--json', '--timeout', '300ms']);
    expect(result.exit).toBe(exit);
    const told = errorOf(result);
    expect(told).toMatchObject({ code });
    expect(told.hint).toBeTruthy();
  });

  test('of a broken stream what came is printed', async () => {
    const { ask } = await alone({ text: ['so ', 'far'], ends: 'break' });
    expect(await ask(['-p', 'x'])).toMatchObject({ exit: 5, stdout: 'so far\n' });
  });

  test('Ctrl-C ends an answer that never ends', async () => {
    const { ask, model } = await alone({ text: 'so far', ends: 'silence' });
    const stop = new AbortController();
    const result = ask(['-p', 'x'], {
      signal: stop.signal,
      terminal: { stdout: true },
      deps: { out: (text) => void (text.includes('far') && stop.abort()) },
    });
    expect((await result).exit).toBe(130);
    expect(model.asked).toHaveLength(1);
  });

  test('the limit of turns ends it, with exit 2', async () => {
    const call: Said = { calls: [{ name: 'echo', arguments: { text: 'again' } }] };
    const { ask, model, server } = await protectedNotes(call, call, { text: 'never' });
    const result = await ask([...never, '-p', 'x', '--max-turns', '2', '--json']);
    expect(result.exit).toBe(2);
    expect(errorOf(result)).toMatchObject({ code: 'turn_limit' });
    expect(model.asked).toHaveLength(2);
    expect(server.calls('tools/call')).toBe(1);
  });
});

function toolNames(asked: Asked | undefined): string[] {
  return (asked?.tools ?? []).map((tool) => tool.function?.name ?? tool.name);
}

type Block = { type: string; content: { text: string }[] };

/** What the tools answered, as a model got it. */
function answersTo(asked: Asked | undefined): string[] {
  const messages = asked?.messages ?? [];
  const openai = messages.flatMap(({ role, content }) => (role === 'tool' ? [String(content)] : []));
  const last = messages.at(-1)?.content;
  const blocks = Array.isArray(last) ? (last as Block[]) : [];
  const anthropic = blocks.flatMap(({ type, content }) =>
    type === 'tool_result' ? (content[0]?.text ?? '') : [],
  );
  return [...openai, ...anthropic];
}
