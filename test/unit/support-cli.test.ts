import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent, fetch as undici } from 'undici';
import { expect, test } from 'vitest';
import { authorizationServer } from '../support/authorization-server.ts';
import { browserProgram, idleBrowser, refusingBrowser, walkingBrowser } from '../support/browser.ts';
import { cancel, type Run, runCli } from '../support/cli.ts';
import { cut, empty, formEncoded, hold, loseAnswer } from '../support/faults.ts';
import { configFile, newHome } from '../support/home.ts';
import { answer, certificateFile, listen, redirect } from '../support/loopback.ts';
import { spawnCli } from '../support/process.ts';
import { runFolder } from '../support/secrets.ts';
import { signIn, tokenRequest } from '../support/sign-in.ts';
import { ptyCli } from '../support/terminal.ts';

const opens: Run = async ([url = ''], deps) => {
  await deps.openUrl(url).catch((error: Error) => deps.err(error.message));
  return 4;
};

async function site() {
  return listen((_request, response, { path, headers }) => {
    if (path === '/loop') return redirect(response, '/loop');
    if (path === '/start') {
      response.setHeader('set-cookie', ['kept=1; Path=/', 'elsewhere=1; Path=/other']);
      return redirect(response, '/late');
    }
    if (path === '/late')
      return answer(response, 200, '<meta http-equiv="refresh" content="3;url=/end?a=1&amp;b=2">');
    return answer(response, 200, `cookies: ${headers.cookie}`);
  });
}

test('the program gets what the test gives it, and what it says comes back', async () => {
  const run: Run = async (argv, deps) => {
    deps.out(JSON.stringify([argv, deps.env.NAME, deps.now() > Date.now() + 50_000]));
    deps.stdout.stream.write('!');
    deps.err(String(await deps.prompt.confirm('sure?')));
    deps.err(await deps.prompt.secret('password?'));
    return deps.prompt.available ? 3 : 0;
  };
  const answers = [true, 'not a secret, for once'];
  const result = await runCli(['a', '--b'], {
    run,
    env: { NAME: 'x' },
    clock: 60_000,
    answers,
    showsSecrets: true,
  });
  expect(result).toMatchObject({
    exit: 3,
    stdout: '[["a","--b"],"x",true]!',
    stderr: 'truenot a secret, for once',
  });
  const asks: Run = async (_, deps) => Number(await deps.prompt.confirm('sure?'));
  await expect(runCli([], { run: asks, answers: [cancel] })).rejects.toThrow('cancelled');
  await expect(runCli([], { run: asks })).rejects.toThrow(/no boolean to answer "sure\?"/);
});

test('a browser walks redirects, meta refreshes and cookies to the last page', async () => {
  const web = await site();
  const browser = walkingBrowser();
  await runCli([`${web.url}/start`], { run: opens, browser });
  const [visit] = await browser.visits();
  expect(visit).toMatchObject({ url: `${web.url}/end?a=1&b=2`, status: 200, body: 'cookies: kept=1' });
  const lost = walkingBrowser();
  await runCli([`${web.url}/loop`], { run: opens, browser: lost });
  expect((await lost.visits())[0]).toBeInstanceOf(Error);
  await web.close();
});

test('what a redirect leads to can be tampered with', async () => {
  const web = await site();
  const browser = walkingBrowser({
    tamper: (target) => {
      if (target.pathname === '/end') target.searchParams.set('a', '2');
      return undefined;
    },
  });
  await browser.openUrl(`${web.url}/start`);
  expect(await browser.visits()).toMatchObject([{ url: `${web.url}/end?a=2&b=2` }]);
  await web.close();
});

test('a run fails if it opens a browser that may not open', async () => {
  await expect(runCli(['http://127.0.0.1/'], { run: opens })).rejects.toThrow(/opened 1 times/);
  const refusing = refusingBrowser();
  expect(await runCli(['http://127.0.0.1/'], { run: opens, browser: refusing })).toMatchObject({ exit: 4 });
  expect(refusing.opened).toEqual(['http://127.0.0.1/']);
  const idle = idleBrowser();
  expect(await runCli(['http://127.0.0.1/'], { run: opens, browser: idle })).toMatchObject({ stderr: '' });
});

test('the browser as a program logs what it opened and where it ended', async () => {
  const web = await site();
  const browser = browserProgram();
  const [command = '', ...args] = browser.command.replace('%s', `${web.url}/start`).split(' ');
  expect(command).toBe(process.execPath);
  const { exit } = await spawnCli(args.slice(1), { program: args[0] ?? '' }).done;
  expect([exit, browser.opened(), browser.ended()]).toMatchObject([
    0,
    [`${web.url}/start`],
    [{ ended: 200 }],
  ]);
  await web.close();
});

function script(code: string): string {
  const path = join(newHome(), 'program.mjs');
  writeFileSync(path, code);
  return path;
}

test('a real process gets its own HOME and a bare environment, and can be watched', async () => {
  const program = script(`
    process.stdout.write('ready ' + process.argv[2] + Object.keys(process.env).sort() + process.env.HOME);
    process.stdin.on('data', (chunk) => process.stderr.write('got ' + chunk)).on('end', () => process.exit(7));
  `);
  const running = spawnCli(['x'], { program, env: { A: '1' }, stdin: 'in' });
  await running.seen(/ready/);
  await running.seen(/got in/);
  const { exit, stdout, home } = await running.done;
  expect([exit, stdout]).toEqual([7, `ready xA,DBUS_SESSION_BUS_ADDRESS,HOME,PATH${home}`]);
  await expect(running.seen(/never/)).rejects.toThrow(/ended without/);
});

test('a process at a pseudo-terminal sees one, and is typed to', async () => {
  const program = script(`
    process.stdout.write(String(process.stdin.isTTY) + process.stdout.columns + '> ');
    process.stdin.once('data', (line) => { process.stdout.write('heard ' + line); process.exit(9); });
  `);
  const terminal = ptyCli([], { program });
  await terminal.seen(/true100> /);
  terminal.type('hello\r');
  await terminal.seen(/heard hello/);
  expect((await terminal.done).exit).toBe(9);
});

test('secrets in requests, answers and redirects are registered', async () => {
  const web = await listen((_request, response, { path }) => {
    if (path === '/redirect')
      return redirect(response, 'http://a/?code=a-code-in-a-redirect&state=a-state-in-a-redirect');
    return answer(response, 200, { access_token: 'an-access-token-in-an-answer' });
  });
  const secret = 'a secret: of 16+ characters';
  const basic = Buffer.from(`id:${new URLSearchParams([['', secret]]).toString().slice(1)}`).toString(
    'base64',
  );
  await fetch(`${web.url}/redirect`, { redirect: 'manual', headers: { authorization: `Basic ${basic}` } });
  await fetch(web.url, {
    method: 'POST',
    body: new URLSearchParams({ code_verifier: 'a-verifier-in-a-request' }),
  });
  await fetch(web.url, { headers: { authorization: 'Bearer a-bearer-in-a-request' } });
  await web.close();
  const registered = readFileSync(join(runFolder(), 'secrets', `${process.pid}.jsonl`), 'utf8');
  for (const value of [
    'a-code-in-a-redirect',
    'an-access-token-in-an-answer',
    'a-verifier-in-a-request',
    'a-bearer-in-a-request',
    secret,
  ]) {
    expect(registered).toContain(JSON.stringify(value));
  }
  expect(registered).not.toContain('a-state-in-a-redirect');
});

test('faults happen as often as they are asked to', async () => {
  const web = await site();
  web.intercept = empty('/end', 503, 1);
  expect([(await fetch(`${web.url}/end`)).status, (await fetch(`${web.url}/end`)).status]).toEqual([
    503, 200,
  ]);
  web.intercept = formEncoded('/end', { a: 'b c' });
  expect(await (await fetch(`${web.url}/end`)).text()).toBe('a=b+c');
  web.intercept = cut('/end');
  await expect(fetch(`${web.url}/end`)).rejects.toThrow();
  const held = hold('/end');
  web.intercept = held.intercept;
  const answered = fetch(`${web.url}/end`);
  expect(await held.arrived).toMatchObject({ path: '/end' });
  held.release();
  expect((await answered).status).toBe(200);
  await web.close();
});

test('an answer can get lost after the server has acted', async () => {
  const server = await authorizationServer();
  const resource = 'http://127.0.0.1:1/mcp';
  const { client, tokens } = await signIn(server, { resource });
  const refresh = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' };
  server.intercept = loseAnswer(server.paths.token, 1);
  await expect(tokenRequest(server, client, refresh)).rejects.toThrow();
  expect(await tokenRequest(server, client, refresh)).toMatchObject({ error: 'invalid_grant' });
  await server.close();
});

test('counterparts speak TLS with a certificate that is trusted only when it is named', async () => {
  const server = await authorizationServer({ tls: true });
  const url = `${server.url}/.well-known/oauth-authorization-server`;
  await expect(fetch(url)).rejects.toThrow();
  const dispatcher = new Agent({ connect: { ca: readFileSync(certificateFile) } });
  const document = (await (await undici(url, { dispatcher })).json()) as object;
  expect(document).toMatchObject({ issuer: server.url, token_endpoint: `${server.url}/token` });
  await dispatcher.close();
  await server.close();
});

test('configuration files are only the owner’s', async () => {
  expect(JSON.parse(readFileSync(configFile({ mcpServers: {} }), 'utf8'))).toEqual({ mcpServers: {} });
  expect(readFileSync(configFile('// comment'), 'utf8')).toBe('// comment');
});

test('a closed counterpart is gone', async () => {
  const server = await authorizationServer();
  await server.close();
  await expect(fetch(server.url)).rejects.toThrow();
});
