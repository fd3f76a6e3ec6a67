// `tools call`: what a tool answers, while it works, and when nobody waits for it any more.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { McpServerHandle } from '../support/mcp-server.ts';
import { modernServer } from '../support/modern-server.ts';
import { notes } from '../support/person.ts';
import { desk, errorOf, keep, scene } from '../support/scene.ts';
import { sessionServer } from '../support/session-server.ts';
import { sseServer } from '../support/sse-server.ts';
import { PNG, workbench } from '../support/workbench.ts';

const terminal = { terminal: { stdout: true, stderr: true } };

describe('an answer', () => {
  test('of text is printed as it is, and as the whole result in JSON', async () => {
    const { script } = await workbench();
    expect(await script(['tools', 'call', 'take', 'text=hi there'])).toMatchObject({
      exit: 0,
      stdout: '{"text":"hi there"}\n',
      stderr: '',
    });
    expect(JSON.parse((await script('tools call take text=hi --json')).stdout)).toMatchObject({
      content: [{ type: 'text', text: '{"text":"hi"}' }],
    });
  });

  test('of nothing prints nothing', async () => {
    const { script } = await workbench();
    expect(await script('tools call nothing')).toMatchObject({ exit: 0, stdout: '', stderr: '' });
  });

  test('with structured content: the text if there is one, else the structure', async () => {
    const { script } = await workbench();
    expect((await script('tools call both')).stdout).toBe('the sum is 3\n');
    expect(JSON.parse((await script('tools call structured')).stdout)).toEqual({ sum: 3, list: ['a'] });
    for (const name of ['both', 'structured']) {
      const { structuredContent } = JSON.parse((await script(`tools call ${name} --json`)).stdout);
      expect(structuredContent).toMatchObject({ sum: 3 });
    }
  });

  test('with images, sound and files on a terminal: saved, and where is said', async () => {
    const { script } = await workbench();
    const { exit, stdout, home } = await script('tools call kinds --output-dir kept', terminal);
    const kept = join(home, 'kept');
    expect([exit, stdout.split('\n')]).toEqual([
      0,
      [
        'a picture:',
        `[image image/png, ${Buffer.from(PNG, 'base64').length} bytes] saved as ${kept}/image-1.png`,
        `[audio audio/wav, 1.5 kB] saved as ${kept}/audio-1.wav`,
        'report: file:///report.pdf (application/pdf)',
        '--- file:///a.txt',
        'inside',
        `[resource file:///a.bin, x/y, 3 bytes] saved as ${kept}/file-1.bin`,
        '',
      ],
    ]);
    expect(readFileSync(join(kept, 'image-1.png')).toString('base64')).toBe(PNG);
    expect(statSync(join(kept, 'image-1.png')).mode & 0o777).toBe(0o600);
  });

  test('with images, sound and files in a pipe: named, never spilled, and saved where that was asked for', async () => {
    const { script } = await workbench();
    const options = {};
    const { exit, stdout } = await script('tools call kinds', options);
    expect(exit).toBe(0);
    expect(stdout.split('\n')).toEqual([
      'a picture:',
      `[image image/png, ${Buffer.from(PNG, 'base64').length} bytes]`,
      '[audio audio/wav, 1.5 kB]',
      '[resource report: file:///report.pdf, application/pdf]',
      'inside',
      '[resource file:///a.bin, x/y, 3 bytes]',
      '',
    ]);
    const { content } = JSON.parse((await script('tools call kinds --json', options)).stdout);
    expect(content[1]).toEqual({ type: 'image', mimeType: 'image/png', data: PNG });
    expect(content[5].resource.blob).toBe('AAEC');
    const saved = await script('tools call kinds --output-dir kept', options);
    expect(saved.stdout).toBe(stdout);
    expect(saved.stderr.split('\n')).toContain(`saved ${join(saved.home, 'kept/file-1.bin')}`);
  });

  test('that would act on the terminal does not', async () => {
    const { script } = await workbench();
    expect((await script('tools call hostile', terminal)).stdout).toBe('gone \\u202eback\nnext\tline\n');
    const { stdout } = await script('tools call hostile --json', terminal);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(JSON.parse(stdout).content[0].text).toBe(
      '\u001b]0;title\u0007\u001b[2Jgone \u202Eback\r\nnext\tline',
    );
  });

  test('that says isError is exit 8, with the answer on stdout', async () => {
    const { script } = await workbench();
    expect(await script('tools call broken')).toMatchObject({
      exit: 8,
      stdout: 'it did not work\n',
      stderr: 'error: broken answered with an error\n',
    });
    const result = await script('tools call broken --json');
    expect(result.exit).toBe(8);
    expect(JSON.parse(result.stdout)).toMatchObject({ isError: true });
    expect(JSON.parse(result.stderr).error).toMatchObject({ code: 'tool_error', server: 'bench' });
  });

  test('comes after a sign-in, where one is needed', async () => {
    const { server, person, script } = await scene();
    expect((await script('tools call echo text=x')).exit).toBe(4);
    expect(server.calls('tools/call')).toBe(0);
    expect((await person('tools call echo text=x')).stdout).toBe('x\n');
    expect((await script('tools call echo text=y')).stdout).toBe('y\n');
  });
});

describe('progress', () => {
  const slow = 'tools call slow steps=2 pause=1';
  async function open() {
    const server = keep(await modernServer());
    return desk(notes({ url: server.mcpUrl }));
  }

  test.each(['', ' --json'])('is shown on a terminal, on stderr, and taken back%s', async (flag) => {
    const { script } = await open();
    const { exit, stdout, stderr } = await script(slow + flag, terminal);
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: expect.stringContaining('2 steps') });
    expect(stderr).toMatch(/50 % \(0:00\) step 1/);
    expect(stderr).toMatch(/100 % \(0:00\) step 2/);
    expect(stderr.endsWith('\r\u001b[2K')).toBe(true);
  });

  test.each([
    ['without a terminal, while the call is short', '', {}],
    ['with --quiet', ' --quiet', terminal],
  ])('is not shown %s', async (_, flag, options) => {
    const { script } = await open();
    expect(await script(slow + flag, options)).toMatchObject({ exit: 0, stderr: '' });
  });

  test('keeps a call alive beyond the limit of one request', async () => {
    const { script } = await open();
    expect((await script('tools call slow steps=8 pause=60 --timeout 300ms')).stdout).toBe('8 steps\n');
  });
});

describe('a tool that never ends', () => {
  test.each(['modern', 'legacy'])('and Ctrl-C: the server is told, exit 130 (%s)', async (era) => {
    const { script, started, cancelled } = await workbench();
    const stop = new AbortController();
    const result = script(`tools call endless --protocol ${era}`, { signal: stop.signal });
    await started;
    stop.abort();
    expect(await result).toMatchObject({ exit: 130, stdout: '' });
    await cancelled;
  });

  test.each([
    ['with sessions', sessionServer],
    ['of HTTP+SSE', sseServer],
  ])('and Ctrl-C: a server %s gets a cancellation', async (_, kind) => {
    const server = keep(await kind());
    const { script } = desk(notes({ url: server.mcpUrl }));
    const called = asked(server, 'tools/call');
    const stop = new AbortController();
    const result = script('tools call slow steps=100000 pause=20', { signal: stop.signal });
    const { id } = await called;
    const told = asked(server, 'notifications/cancelled');
    stop.abort();
    expect((await result).exit).toBe(130);
    expect((await told).params?.requestId).toBe(id);
  });

  test.each(['modern', 'legacy'])('and the time limit: the server is told, exit 5 (%s)', async (era) => {
    const { script, cancelled } = await workbench();
    const result = await script(`tools call endless --timeout 300ms --protocol ${era} --json`);
    expect(result.exit).toBe(5);
    expect(errorOf(result)).toMatchObject({ code: 'timeout', server: 'bench' });
    await cancelled;
  });
});

type Message = { method?: string; id?: unknown; params?: { requestId?: unknown } };

/** The next request of this method, when it has come in. */
function asked(server: McpServerHandle, method: string): Promise<Message> {
  return new Promise((resolve) => {
    server.intercept = ({ json }) => {
      const found = [json].flat().find((each) => (each as Message | undefined)?.method === method);
      if (found !== undefined) resolve(found as Message);
      return false;
    };
  });
}
