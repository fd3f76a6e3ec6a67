// Results of 2026-07-28 say of which type they are. One that does not is complete; one of an unknown type is none.
import { expect, test } from 'vitest';
import { hostileServer, toolOf } from '../support/hostile-server.ts';
import { notes } from '../support/person.ts';
import { desk, errorOf, keep } from '../support/scene.ts';

async function open(resultType: unknown) {
  const result = { resultType, content: [{ type: 'text', text: 'done' }] };
  const results = { 'prompts/list': { resultType, prompts: [{ name: 'greet' }] } };
  const says = { modern: true, tools: [toolOf('work')], capabilities: { prompts: {} }, result, results };
  const server = keep(await hostileServer(says));
  return desk(notes({ url: server.mcpUrl, protocol: 'modern' }));
}

test('a result without a type is complete', async () => {
  const { script } = await open(undefined);
  expect(await script('tools call work')).toMatchObject({ exit: 0, stdout: 'done\n', stderr: '' });
  const { prompts } = JSON.parse((await script('prompts list --json')).stdout);
  expect(prompts).toEqual([{ name: 'greet' }]);
});

test.each(['surprise', null, 1, ''])('a result of the type %j is refused', async (resultType) => {
  const { script } = await open(resultType);
  const result = await script('tools call work --json');
  expect(result.exit).toBe(7);
  expect(errorOf(result)).toMatchObject({ code: 'invalid_answer', server: 'notes' });
});
