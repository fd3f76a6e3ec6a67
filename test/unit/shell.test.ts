import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { NetworkError } from '../../src/errors.ts';
import { parseCall, parseLine, splitWords } from '../../src/shell/line.ts';
import { allSlashes } from '../../src/shell/slash/table.ts';
import { ECHO, fakeSession, go, httpEntry, type World } from './program.fake.ts';

describe('splitWords', () => {
  it.each([
    ['a b  c', ['a', 'b', 'c']],
    ['q="two words" x', ['q=two words', 'x']],
    ['q=\'a "b" \\n\'', ['q=a "b" \\n']],
    ['"a \\"b\\" \\\\ \\n"', ['a "b" \\ \\n']],
    ['a\\ b', ['a b']],
    ["''", ['']],
    ['', []],
  ])('%s', (text, words) => expect(splitWords(text)).toEqual(words));
  it('refuses an open quote', () => {
    expect(() => splitWords('q="a')).toThrow(expect.objectContaining({ code: 'open_quote' }));
  });
});

describe('parseLine', () => {
  const slashes = allSlashes({});
  const read = (text: string, talks = false) => {
    const line = parseLine(text, slashes, talks);
    return line?.kind === 'slash' ? [line.slash.name, line.rest] : line?.text;
  };
  it.each([
    ['', undefined],
    ['  ', undefined],
    ['/', ['help', '']],
    ['/tools', ['tools', '']],
    [' /CALL echo text=a b ', ['call', 'echo text=a b']],
    ['/run echo', ['call', 'echo']],
    ['/call echo {\n"a": 1\n}', ['call', 'echo {\n"a": 1\n}']],
    ['/quit', ['exit', '']],
    ['/q', ['exit', '']],
    ['/th 3', ['toolhistory', '3']],
    ['/cls', ['clear', '']],
    ['/stop', ['interrupt', '']],
    ['/tokens', ['token', '']],
    ['exit', ['exit', '']],
    ['Quit', ['exit', '']],
    ['help', ['help', '']],
  ])('%j', (text, line) => expect(read(text)).toEqual(line));
  it.each([
    ['/tols', 'did you mean /tools?'],
    ['/zzzzzz', 'see them all with /help'],
    ['what is this', 'see them all with /help'],
    ['call echo', 'did you mean /call echo?'],
    ['tools', 'did you mean /tools?'],
  ])('%s: %s', (text, hint) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'unknown_command', hint }));
  });
  it('says what is no command to somebody who listens', () => {
    expect(read('tools for me', true)).toBe('tools for me');
    expect(read('exit', true)).toEqual(['exit', '']);
    expect(() => read('/tols', true)).toThrow('there is no command /tols');
  });
  it('has every name once', () => {
    const names = slashes.flatMap(({ name, aliases }) => [name, ...aliases]);
    expect(names).toEqual([...new Set(names)]);
  });
});

describe('parseCall', () => {
  it.each([
    ['echo a=1 b="x y"', { name: 'echo', words: ['a=1', 'b=x y'], json: undefined }],
    ['echo {"a": "x y"}', { name: 'echo', words: [], json: '{"a": "x y"}' }],
    [`echo '{"a": 1}'`, { name: 'echo', words: [], json: '{"a": 1}' }],
    ['echo', { name: 'echo', words: [], json: undefined }],
  ])('%s', (rest, call) => expect(parseCall(rest)).toEqual(call));
  it('needs a name', () =>
    expect(() => parseCall(' ')).toThrow(expect.objectContaining({ code: 'missing_argument' })));
});

describe('the session', () => {
  const world = (input: string | PassThrough, more: World = {}): World => ({
    terminal: true,
    entries: [httpEntry('notion'), httpEntry('linear')],
    sessions: { notion: fakeSession('notion'), linear: fakeSession('linear', [{ ...ECHO, name: 'issues' }]) },
    input,
    ...more,
  });

  it('lists, calls, leaves; closes what it opened', async () => {
    const notion = fakeSession('notion');
    const lines = '/tools\n/call echo text="hello world" times=2\n/exit\n/tools\n';
    const ran = await go('--server notion', world(lines, { sessions: { notion } }));
    expect(ran.exit).toBe(0);
    expect(ran.stderr).toBe('');
    expect(ran.stdout).toContain('Connected to notion (notion server 1.0, MCP 2026-07-28)\n');
    expect(ran.stdout).toContain('1 Available Tool\n- echo\n');
    expect(ran.stdout).toContain('you said hello world\n');
    expect(ran.stdout.match(/Available/g)).toHaveLength(1);
    expect(notion.calls).toEqual([{ name: 'echo', args: { text: 'hello world', times: 2 } }]);
    expect(notion.closed).toBe(1);
    expect(ran.closed).toBe(1);
  });

  it('ends with the input (Ctrl-D), exit 0', async () => {
    expect((await go('--server notion', world(''))).exit).toBe(0);
  });

  it('reports what went wrong and goes on', async () => {
    const ran = await go(
      '--server notion',
      world('/tols\n/call nope\n/call echo times=2\n/call echo "x\n/tools\n'),
    );
    expect(ran.exit).toBe(0);
    expect(ran.stderr.split('\n').filter((line) => line.startsWith('error:'))).toEqual([
      'error: there is no command /tols',
      'error: there is no tool named "nope" on notion',
      'error: wrong arguments for echo: text is missing',
      'error: a " is not closed',
    ]);
    expect(ran.stdout).toContain('1 Available Tool\n');
  });

  it('shows an answer that is an error, says so, and goes on', async () => {
    const notion = fakeSession('notion', [ECHO], () => ({
      isError: true,
      content: [{ type: 'text', text: 'no luck' }],
    }));
    const ran = await go('--server notion', world('/call echo text=a\n/help\n', { sessions: { notion } }));
    expect(ran.stdout).toContain('no luck\n');
    expect(ran.stdout).toContain('/call NAME key=value…');
    expect(ran.stderr).toBe('error: echo answered with an error\n');
    expect(ran.exit).toBe(0);
  });

  it('serves several servers at once; one that is away is told and left out', async () => {
    const both = await go('--server notion,linear', world('/tools\n/call issues text=a\n'));
    expect(both.stdout).toContain('2 Available Tools\n- notion/echo\n- linear/issues\n');
    const sessions = {
      notion: fakeSession('notion'),
      linear: new NetworkError('unreachable', 'linear is away'),
    };
    const one = await go('--server notion,linear', world('/tools\n', { sessions }));
    expect(one.exit).toBe(0);
    expect(one.stderr).toBe('error: linear is away\n');
    expect(one.stdout).toContain('1 Available Tool\n- echo\n');
    const none = await go('--server linear', world('/tools\n', { sessions }));
    expect(none.exit).toBe(5);
  });

  it('cancels the call under way on Ctrl-C and goes on', async () => {
    const input = new PassThrough();
    let seen: AbortSignal | undefined;
    const notion = fakeSession('notion');
    notion.callTool = (_, __, options) => {
      seen = options?.signal;
      // The person presses Ctrl-C, and leaves when the prompt is back.
      input.write('\u0003');
      return new Promise(() => {});
    };
    const running = go('--server notion', world(input, { sessions: { notion } }));
    input.write('/call echo text=a\r');
    await new Promise<void>((resolve) => {
      const wait = () => (seen?.aborted ? resolve() : setImmediate(wait));
      wait();
    });
    input.end('/exit\r');
    const ran = await running;
    expect(ran).toMatchObject({ exit: 0, stderr: 'error: cancelled\n' });
    expect(notion.closed).toBe(1);
  });

  it('ends with 130 when the program is told to stop', async () => {
    const input = new PassThrough();
    const controller = new AbortController();
    const notion = fakeSession('notion');
    notion.callTool = () => {
      controller.abort();
      return new Promise(() => {});
    };
    const running = go('--server notion', world(input, { sessions: { notion }, signal: controller.signal }));
    input.write('/call echo text=a\r');
    expect((await running).exit).toBe(130);
    expect(notion.closed).toBe(1);
  });

  it('needs a terminal, or lines to read, and says what works without one', async () => {
    const ran = await go('--server notion', world('', { terminal: false }));
    expect(ran).toMatchObject({ exit: 2, stdout: '' });
    expect(ran.stderr).toContain('hint: without one: mcp-cli --server notion tools list\n');
  });
});
