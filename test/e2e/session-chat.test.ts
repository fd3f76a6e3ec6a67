// A conversation in a session, at a pseudo-terminal. Needs dist (npm run build).
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { modelServer } from '../support/model-server.ts';
import { modernServer } from '../support/modern-server.ts';
import { notes } from '../support/person.ts';
import { keep } from '../support/scene.ts';
import { KEY } from '../support/store.ts';
import { ptyCli, type Terminal } from '../support/terminal.ts';

/** readline clears what is below, then writes the prompt. */
const YOU = /\[0JYou: /;
const env = { MCP_CLI_ENCRYPTION_KEY: KEY, OPENAI_API_KEY: 'sk-of-the-session-1' };

const terminals: Terminal[] = [];
afterEach(() => {
  for (const each of terminals.splice(0)) each.kill();
});

async function start(script: Parameters<typeof modelServer>[0], more: string[] = []) {
  const [server, model] = [keep(await modernServer()), keep(await modelServer(script))];
  const config = notes({ url: server.mcpUrl });
  const base = ['--provider', 'openai', '--model', 'gpt-4', '--api-base', model.base];
  const at = ptyCli(['--config-file', config, '--server', 'notes', ...base, ...more], { env });
  terminals.push(at);
  const line = async (text: string, ...answers: RegExp[]) => {
    at.type(`${text}\r`);
    for (const each of answers) await at.seen(each);
    await at.seen(YOU);
  };
  await at.seen(YOU);
  return { at, line, model, server };
}

test('a call is asked for in place and made, and the answer follows', async () => {
  const pages = { text: 'one page' };
  const { at, line, model, server } = await start([
    { text: 'Let me see.', calls: [{ name: 'echo', arguments: pages }] },
    { text: ['You have ', '**one**', ' page.'] },
    { calls: [{ name: 'echo', arguments: pages }] },
    { text: 'I may not.' },
    { calls: [{ name: 'echo', arguments: pages }] },
  ]);
  at.type('list my pages\r');
  await at.seen(
    /Let me see\.\r\nThe model wants to call notes\/echo\r\n {2}why you are asked: it is used for/,
  );
  await at.seen(/"text": "one page"/);
  await at.seen(/Allow it\?/);
  expect(server.calls('tools/call')).toBe(0);
  at.type('1\r');
  await at.seen(/→ notes\/echo \{"text":"one page"\}\r\n/);
  await at.seen(/You have \*\*one\*\* page\.\r\n/);
  await at.seen(YOU);
  expect(server.calls('tools/call')).toBe(1);
  expect(JSON.stringify(model.asked[1]?.messages.at(-1))).toContain('one page');

  at.type('again\r');
  await at.seen(/Allow it\?/);
  // What is marked is no.
  at.type('\r');
  await at.seen(/✗ notes\/echo was not allowed\r\n/);
  await at.seen(/I may not\.\r\n/);
  await at.seen(YOU);
  expect(server.calls('tools/call')).toBe(1);
  // Ctrl-C at the question is no yes.
  at.type('and again\r');
  await at.seen(/Allow it\?/);
  at.type('\x03');
  await at.seen(/error: cancelled\r\n/);
  await at.seen(YOU);
  expect(server.calls('tools/call')).toBe(1);
  await line('/toolhistory', /1 +echo +notes +ok /);
  await line('/usage', /50 tokens in, 25 out, 11 messages \(gpt-4, openai\)/);
  at.type('\x04');
  expect((await at.done).exit).toBe(0);
});

test('what goes wrong is told, what came is kept, and Ctrl-C ends the answer alone', async () => {
  const { at, line, model } = await start([
    { refusal: 'I will not do that' },
    { status: 429, headers: { 'retry-after': '1' } },
    { text: 'At last.' },
    { text: ['Half of ', 'it'], ends: 'break' },
    { text: 'It begins', ends: 'silence' },
    { text: 'Hello from another.' },
  ]);
  await line('be bad', /I will not do that\r\n/, /error: the model refused to answer\r\n/);
  await line('hello', /asked later: waiting 1 s\r\n/, /At last\.\r\n/);
  await line('tell me', /Half of it\r\n/, /error: [^\r]*broke off/);
  at.type('go on\r');
  await at.seen(/It begins/);
  at.type('\x03');
  await at.seen(/\r\nerror: cancelled\r\n/);
  await at.seen(YOU);
  await line('/conversation', /6 +model +Half of it/, /8 +model +It begins/);

  await line('/models', / {2}model-a\r\n {2}model-b\r\n/);
  // One that cannot be begun changes nothing.
  await line('/provider anthropic', /anthropic at api\.anthropic\.com: which model\?/);
  await line('/model x', /error: there is no key for anthropic\r\n/);
  await line('/model model-b', /you talk to model-b, openai at 127\.0\.0\.1/);
  await line('and you?', /Hello from another\.\r\n/);
  expect(model.asked.at(-1)?.model).toBe('model-b');
  expect(JSON.stringify(model.asked.at(-1)?.messages)).toContain('It begins');
  await line('/sessions save kept', /saved 10 messages in kept/);
  const path = join(at.home, '.mcp_cli', 'sessions', 'kept.json');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readFileSync(path, 'utf8')).not.toContain('sk-of');
  await line('/new', /Connected to notes/);
  await line('/conversation', /Nothing has been said yet/);
  await line('/sessions load kept', /loaded 10 messages/);
  at.type('\x04');
  expect((await at.done).exit).toBe(0);
});

test('a session without a model begins to talk when one is named', async () => {
  const [server, model] = [keep(await modernServer()), keep(await modelServer([{ text: 'Here I am.' }]))];
  const at = ptyCli(['--config-file', notes({ url: server.mcpUrl }), '--server', 'notes'], {
    env: { ...env, OPENAI_BASE_URL: model.base },
  });
  terminals.push(at);
  await at.seen(/\[0J> /);
  at.type('who are you\r');
  await at.seen(/error: commands begin with a slash\r\n/);
  at.type('/provider openai\r');
  await at.seen(/openai at 127\.0\.0\.1:\d+: which model\? \/models lists them/);
  await at.seen(/\[0J> /);
  at.type('/model gpt-4\r');
  await at.seen(/you talk to gpt-4/);
  await at.seen(YOU);
  at.type('who are you\r');
  await at.seen(/Here I am\.\r\n/);
  await at.seen(YOU);
  expect(model.log.at(-1)?.headers.authorization).toBe(`Bearer ${env.OPENAI_API_KEY}`);
  at.type('exit\r');
  expect((await at.done).exit).toBe(0);
});
