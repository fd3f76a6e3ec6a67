// Lines of a pipe to a model, one after another, and the commands of a conversation; nobody is asked anything.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CliResult } from '../support/cli.ts';
import { newHome } from '../support/home.ts';
import { modelServer } from '../support/model-server.ts';
import { modernServer } from '../support/modern-server.ts';
import { notes } from '../support/person.ts';
import { desk, keep } from '../support/scene.ts';

const ECHO = { calls: [{ name: 'echo', arguments: { text: 'hello' } }] };

async function open(...script: Parameters<typeof modelServer>[0] & object) {
  const [server, model] = [keep(await modernServer()), keep(await modelServer(script))];
  const { script: typed, home } = desk(notes({ url: server.mcpUrl }), newHome());
  const named = ['--provider', 'openai', '--model', 'gpt-4', '--api-base', model.base];
  const run = (stdin: string, more: string[] = [], env: object = {}): Promise<CliResult> =>
    typed(['--server', 'notes', ...named, ...more], {
      stdin,
      env: { OPENAI_API_KEY: 'sk-of-the-pipe-1', ...env },
    });
  return { server, model, run, home, typed };
}

test('each line is answered before the next is read, and the answers alone are on stdout', async () => {
  const { run, model } = await open(ECHO, { text: ['It ', 'said hello.'] }, { text: 'Bye.' });
  const result = await run('say hello\n/call add a=1 b=2\nand now?\n', ['--confirm-mode', 'never']);
  expect(result).toMatchObject({ exit: 0, stdout: 'It said hello.\n3\nBye.\n' });
  expect(result.stderr).toBe('→ notes/echo {"text":"hello"}\n');
  expect(model.asked.map(({ messages }) => messages.length)).toEqual([2, 4, 6]);
});

test('a call that had to be allowed is not made, the lines behind it are read, and the exit says so', async () => {
  const { run, server } = await open(ECHO, { text: 'I may not.' }, { text: 'Bye.' });
  const result = await run('say hello\nand now?\n', ['--quiet']);
  expect(result).toMatchObject({ exit: 4, stdout: 'I may not.\nBye.\n' });
  expect(result.stderr).toContain('error: the model was not allowed to call echo\n');
  expect(server.calls('tools/call')).toBe(0);
});

test('as JSON each answer is one document', async () => {
  const { run } = await open(ECHO, { text: 'Done.' });
  const { stdout, exit } = await run('say hello\n', ['--confirm-mode', 'never', '--format', 'ndjson']);
  expect(exit).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    text: 'Done.',
    stop: 'end',
    provider: 'openai',
    model: 'gpt-4',
    turns: 2,
    usage: { input: 20, output: 10 },
    calls: [{ server: 'notes', tool: 'echo', arguments: { text: 'hello' } }],
  });
});

test('the conversation is saved, shown, exported, attached to, cleared and loaded', async () => {
  const { run, home, model } = await open({ text: 'One.' }, { text: 'Two.' }, { text: 'Three.' });
  writeFileSync(join(home, 'a.md'), 'the text of a file');
  const lines = [
    'first',
    '/attach a.md',
    'second',
    '/usage',
    '/conversation save talk.json',
    '/export talk.md',
    '/conversation clear',
    '/conversation',
    '/sessions save ../evil',
    '/sessions save kept',
    '/sessions',
    '/sessions delete kept',
    '/conversation load talk.json',
    'third',
    '/confirm never',
    '/conversation show',
  ];
  const { exit, stdout, stderr } = await run(`${lines.join('\n')}\n`);
  expect(exit).toBe(2);
  expect(stderr).toContain('error: this is no name for a conversation\n');
  expect(stderr).toContain('attached: a.md (18 characters)\n');
  expect(stderr).toContain('loaded 4 messages\n');
  expect(stdout).toMatch(
    /^One\.\nTwo\.\n20 tokens in, 10 out, 4 messages \(gpt-4, openai\)\nNothing has been said yet\.\nNAME +SAVED\nkept +2/,
  );
  expect(stdout).toMatch(
    /## You\n\n\*With a\.md\*\n\nsecond\n\n## Model\n\nTwo\.\n\n## You\n\nthird\n\n## Model\n\nThree\.\n$/,
  );
  expect(JSON.stringify(model.asked[1]?.messages.at(-1))).toContain('the text of a file');
  expect(model.asked[2]?.messages).toHaveLength(6);
  expect(readFileSync(join(home, 'talk.md'), 'utf8')).toContain('# Conversation');
  expect(existsSync(join(home, '.mcp_cli', 'sessions', 'kept.json'))).toBe(false);
  expect(existsSync(join(home, '.mcp_cli', 'evil.json'))).toBe(false);
});

test('a provider that only the environment names, and that is no good, leaves the session without a model', async () => {
  const { typed } = await open();
  const stdin = '/call add a=1 b=2\nhello\n/model\n/usage\n/auth exec notes -- true\n';
  const { exit, stdout, stderr } = await typed(['--server', 'notes'], {
    stdin,
    env: { LLM_PROVIDER: 'nobody', LLM_MODEL: 'x' },
  });
  expect({ exit, stdout }).toEqual({ exit: 2, stdout: '3\n' });
  expect(stderr).toMatch(/^warning: no model to talk to: there is no provider called nobody\n/);
  expect(stderr).toContain('error: commands begin with a slash\n');
  expect(stderr).toContain('no model is chosen: /provider openai|anthropic|ollama, then /model NAME\n');
  expect(stderr).toContain('error: there is no model to talk to\n');
  expect(stderr).toContain('error: auth exec runs another program, and not in a session\n');
});

test('a flag that names no good provider is refused before any server is asked', async () => {
  const { typed, server } = await open();
  const { exit, stderr } = await typed(['--server', 'notes', '--provider', 'opnai'], { stdin: '/tools\n' });
  expect(exit).toBe(2);
  expect(stderr).toContain('did you mean openai?');
  expect(server.log).toEqual([]);
});
