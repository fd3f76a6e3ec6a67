import { describe, expect, it } from 'vitest';
import type { AuthEvent } from '../../src/auth/context.ts';
import {
  AuthError,
  CancelledError,
  ConfigError,
  NetworkError,
  ProtocolError,
  StoreError,
  ToolError,
  UsageError,
} from '../../src/errors.ts';
import { openProgress } from '../../src/ui/progress.ts';
import { report } from '../../src/ui/report.ts';

function told(
  error: unknown,
  more: Partial<Parameters<typeof report>[1]> = {},
): { exit: number; text: string } {
  let text = '';
  const err = (each: string) => {
    text += each;
  };
  return { exit: report(error, { err, json: false, verbose: false, aborted: false, ...more }), text };
}

describe('report', () => {
  it.each([
    [new UsageError('a', 'm'), 2],
    [new ConfigError('a', 'm'), 3],
    [new AuthError('a', 'm'), 4],
    [new NetworkError('a', 'm'), 5],
    [new StoreError('a', 'm'), 6],
    [new ProtocolError('a', 'm'), 7],
    [new ToolError('a', 'm'), 8],
    [new CancelledError(), 130],
    [new Error('m'), 1],
    ['a string', 1],
    [undefined, 1],
    [new AggregateError([]), 1],
  ])('%s gives its exit code and never an empty line', (error, exit) => {
    const answer = told(error);
    expect(answer.exit).toBe(exit);
    expect(answer.text).toMatch(/^error: \S/);
  });

  it('writes hints on lines of their own', () => {
    const error = new AuthError('login_required', 'notion needs a sign-in', {
      hint: 'do this\nor that',
      server: 'notion',
    });
    expect(told(error).text).toBe('error: notion needs a sign-in\nhint: do this\nhint: or that\n');
    expect(told(error, { json: true }).text).toBe(
      '{"error":{"code":"login_required","message":"notion needs a sign-in","hint":"do this\\nor that","server":"notion"}}\n',
    );
  });

  it('tells every server of several; the first decides the exit', () => {
    const all = new AggregateError([
      new NetworkError('unreachable', 'cannot connect', { server: 'a' }),
      new AuthError('login_required', 'b needs a sign-in', { server: 'b' }),
      new AuthError('login_required', 'sign-in needed for c', { server: 'c' }),
    ]);
    expect(told(all)).toEqual({
      exit: 5,
      text: 'error: a: cannot connect\nerror: b needs a sign-in\nerror: sign-in needed for c\n',
    });
    const one = new AggregateError([new NetworkError('unreachable', 'cannot connect', { server: 'a' })]);
    expect(told(one).text).toBe('error: a: cannot connect\n');
    const parsed = JSON.parse(told(all, { json: true }).text);
    expect(parsed.error.server).toBe('a');
    expect(parsed.errors.map((each: { code: string }) => each.code)).toEqual([
      'unreachable',
      'login_required',
      'login_required',
    ]);
  });

  it('keeps escape sequences and secrets out, and masks only known secrets in hints', () => {
    const error = new ProtocolError('x', 'said \u001b[2Jno to ?access_token=abc123', {
      hint: 'write "client_secret": "YOURS" not hunter22',
    });
    expect(told(error, { secrets: ['hunter22'] }).text).toBe(
      'error: said no to ?access_token=***\nhint: write "client_secret": "YOURS" not ***\n',
    );
  });

  it('shows a stack of a bug and causes with --verbose only, without secrets', () => {
    const bug = new TypeError('x is not a function', { cause: new Error('sent Bearer abcdef12') });
    expect(told(bug).text).not.toContain('report.test');
    const text = told(bug, { verbose: true }).text;
    expect(text).toContain('report.test');
    expect(text).toContain('cause: Error: sent Bearer ***');
    expect(text).not.toContain('abcdef12');
  });

  it('tells what an interruption broke as a cancellation, but not a lost sign-in', () => {
    expect(told(new DOMException('aborted', 'AbortError'), { aborted: true }).exit).toBe(130);
    expect(told(new AuthError('refresh_lost', 'lost'), { aborted: true }).exit).toBe(4);
  });
});

const URL_LINE = 'https://auth.example/authorize?x=1';
const OPEN: AuthEvent = {
  kind: 'open',
  url: URL_LINE,
  opened: true,
  redirectUri: 'http://127.0.0.1:1/cb',
  timeout: 300_000,
};

function shown(
  events: AuthEvent[],
  more: { quiet?: boolean; verbose?: boolean; isTTY?: boolean } = {},
): string {
  let text = '';
  const { isTTY = false, quiet = false, verbose = false } = more;
  const err = (each: string) => {
    text += each;
  };
  const progress = openProgress(
    { err, stderr: { isTTY, columns: 80 }, now: () => 0, quiet, verbose },
    'notion',
  );
  for (const event of events) progress.notify(event);
  progress.close();
  return text;
}

describe('progress', () => {
  it('uses the words that people know, with the URL alone on its line', () => {
    const text = shown([
      { kind: 'required' },
      { kind: 'discovering' },
      { kind: 'registering', issuer: 'https://i' },
      OPEN,
    ]);
    expect(text.split('\n')).toEqual([
      '🔐 Authentication required for notion',
      '🔍 Discovering authorization server...',
      '📝 Registering OAuth client...',
      '🌐 Opening browser for authorization...',
      '   If it does not open, visit:',
      URL_LINE,
      '⏳ Waiting for authorization, for up to 5 min...',
      '',
    ]);
  });

  it('counts down on a terminal and takes the line away', () => {
    const text = shown([OPEN], { isTTY: true });
    expect(text).toContain('\r\u001b[2K⏳ Waiting for authorization: 5:00 left');
    expect(text.endsWith('\r\u001b[2K')).toBe(true);
  });

  it('says with --quiet only what must be acted on', () => {
    const warning: AuthEvent = { kind: 'notice', level: 'warning', text: 'careful\u001b[2J' };
    const text = shown([{ kind: 'required' }, OPEN, { kind: 'notice', level: 'info', text: 'x' }, warning], {
      quiet: true,
    });
    expect(text).toBe(`${URL_LINE}\nwarning: notion: careful\n`);
  });

  it('says details with --verbose only', () => {
    const detail: AuthEvent = { kind: 'notice', level: 'detail', text: 'slash differs' };
    expect(shown([detail, { kind: 'refreshed' }])).toBe('');
    expect(shown([detail, { kind: 'refreshed' }], { verbose: true })).toBe(
      'notion: slash differs\n🔄 Refreshed the token of notion\n',
    );
  });
});
