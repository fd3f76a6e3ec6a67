// `cmd`: a model that speaks either wire, with the tools of a protected server.
import { describe, expect, test } from 'vitest';
import { type ModelServer, modelServer } from '../support/model-server.ts';
import { keep, scene } from '../support/scene.ts';

const KEYS = { OPENAI_API_KEY: 'sk-of-the-test-0001', ANTHROPIC_API_KEY: 'sk-ant-of-the-test-2' };
const never = ['--confirm-mode', 'never'];

describe.each(['openai', 'anthropic'] as const)('with %s', (provider) => {
  async function open(script: ModelServer['script'] = []) {
    const model = keep(await modelServer(script));
    const own = await scene();
    await own.person('auth login notes');
    const words = [
      'cmd',
      '--server',
      'notes',
      '--provider',
      provider,
      '--model',
      'm',
      '--api-base',
      model.base,
    ];
    const ask = (line: string[], options = {}) => own.script([...words, ...line], { env: KEYS, ...options });
    return { ...own, model, ask };
  }

  test('an answer is printed, and the key went where it belongs', async () => {
    const { ask, model } = await open([{ text: ['Hel', 'lo'] }]);
    expect(await ask(['-p', 'hi'])).toMatchObject({ exit: 0, stdout: 'Hello\n', stderr: '' });
    const [hit] = model.log;
    const { authorization, 'x-api-key': key, ...rest } = hit?.headers ?? {};
    expect(provider === 'openai' ? authorization : key).toBe(
      provider === 'openai' ? `Bearer ${KEYS.OPENAI_API_KEY}` : KEYS.ANTHROPIC_API_KEY,
    );
    expect(Object.keys(rest).filter((name) => /stainless|organization|project/i.test(name))).toEqual([]);
  });

  test('tools are called, several at once, and the answer follows', async () => {
    const { ask, model, server } = await open([
      {
        text: 'Let me see. ',
        calls: [
          { name: 'echo', arguments: { text: 'one and only' } },
          { name: 'add', arguments: { a: 1, b: 2 } },
        ],
      },
      { text: 'It is 3.' },
    ]);
    const result = await ask([...never, '-p', 'add', '--json']);
    expect(result).toMatchObject({ exit: 0 });
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
    const second = JSON.stringify(model.asked[1]?.messages);
    expect(second).toContain('one and only');
    expect(second).toMatch(/\[data [0-9a-f]{16}\]/);
  });
});
