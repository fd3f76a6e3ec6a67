// The commands of the session, and lines from a pipe, over sessions that are not real.
import { describe, expect, it } from 'vitest';
import { NetworkError } from '../../src/errors.ts';
import type { News } from '../../src/session/session.ts';
import { ECHO, fakeSession, fakeStore, go, httpEntry, type Ran, record, type World } from './program.fake.ts';

type More = World & { flags?: string };

async function type(lines: string[], { flags = '', ...more }: More = {}): Promise<Ran> {
  const sessions = more.sessions ?? { notion: fakeSession('notion'), linear: fakeSession('linear') };
  return go(`${flags} --server ${Object.keys(sessions).join(',')}`, {
    terminal: true,
    env: { NO_COLOR: '1' },
    entries: Object.keys(sessions).map((name) => httpEntry(name)),
    sessions,
    input: lines.map((each) => `${each}\n`).join(''),
    ...more,
  });
}

const one = () => ({ notion: fakeSession('notion') });
const errors = ({ stderr }: Ran) => stderr.split('\n').filter((line) => line.startsWith('error:'));

describe('a command of the session', () => {
  it('is the command of the program, on the session that is open', async () => {
    const sessions = one();
    const ran = await type(['/ping', '/tools echo', '/tools --details', '/tools --raw', '/health'], {
      sessions,
    });
    expect(ran.stdout.match(/SERVER +TIME +PROTOCOL\nnotion +12 ms/g)).toHaveLength(2);
    expect(ran.stdout).toMatch(/echo\n\nSays it again\nand again\n\nARGUMENT +TYPE/);
    expect(ran.stdout).toMatch(/TOOL +DESCRIPTION\necho +Says it again\n/);
    expect(ran.stdout).toContain('"inputSchema": {');
    expect(ran).toMatchObject({ exit: 0, stderr: '' });
    // Lent to each command, and closed once.
    expect(sessions.notion.closed).toBe(1);
  });

  it('of a name that nobody knows, and of flags that are settled, is told', async () => {
    const ran = await type(['/ping nowhere', '/token lst', '/ping --account other', '/ping --wrong'], {
      sessions: one(),
    });
    expect(errors(ran)).toEqual([
      'error: there is no server named "nowhere"',
      'error: there is no command "token lst"',
      'error: --account is settled when a session begins',
      "error: unknown option '--wrong'",
    ]);
    expect(ran.stderr).toContain('did you mean: mcp-cli token list?');
  });

  it('shows the servers, also the one that is away, and tries it again', async () => {
    const sessions = {
      notion: fakeSession('notion'),
      linear: new NetworkError('unreachable', 'linear is away'),
    };
    const ran = await type(['/servers', '/server notion', '/server linear', '/server notoin', '/new'], {
      sessions,
    });
    expect(ran.stdout).toMatch(
      /SERVER +STATE +WHAT IT IS +PROTOCOL\nnotion +connected +notion server 1.0 +2026-07-28\nlinear +away +linear is away/,
    );
    expect(ran.stdout).toMatch(/Connected to notion[^\n]*\n {2}offers: nothing/);
    expect(errors(ran)).toEqual([
      'error: linear is away',
      'error: linear is away',
      'error: there is no server notoin in this session',
      'error: linear is away',
    ]);
    expect(ran.stderr).toContain('hint: did you mean notion?');
    expect(sessions.notion.closed).toBe(2);
  });

  it('says whose sign-in it is, and manages it', async () => {
    const store = fakeStore({ 'oauth:notion': JSON.stringify(record('notion')) });
    const ran = await type(['/auth', '/token'], { sessions: one(), store });
    expect(ran.stdout).toMatch(/SERVER +STATE[\s\S]*notion/);
    expect(ran.stdout).not.toContain('sssecret');
    expect(errors(ran).length).toBeLessThan(2);
  });

  it('keeps the calls of the session', async () => {
    const ran = await type(
      [
        '/th',
        '/call echo text=a',
        '/call echo text=b times=2',
        '/th',
        '/th 2',
        '/th -n 1 --json',
        '/th 9',
        '/th x',
      ],
      { sessions: one() },
    );
    expect(ran.stdout).toContain('No calls yet.\n');
    expect(ran.stdout).toMatch(
      /ROW +TOOL +SERVER +OUTCOME +TIME +ARGUMENTS\n1 +echo +notion +ok +\d+ ms +\{"text":"a"\}\n2 /,
    );
    expect(ran.stdout).toMatch(
      /2: echo on notion, 2026-11-20T12:00:00\.000Z: ok after \d+ ms\n\{\n {2}"text": "b"/,
    );
    expect(ran.stdout.match(/"row": 2/g)).toHaveLength(1);
    expect(errors(ran)).toEqual([
      'error: there is no row 9: 2 calls were made',
      'error: a row, and what is behind -n, is a number from 1 on',
    ]);
  });

  it('sets what it is to set, and says so', async () => {
    const ran = await type(['/verbose on', '/verbose', '/verbose maybe', '/confirm always', '/confirm']);
    expect(ran.stderr.split('\n').filter((line) => !line.startsWith('hint'))).toEqual([
      'verbose is on',
      'verbose is off',
      'error: /verbose takes on, off, or nothing',
      'calls of a model are confirmed: always',
      'calls of a model are confirmed: always',
      '',
    ]);
  });

  it('that stops something says where nothing runs', async () => {
    expect((await type(['/stop'])).stderr).toBe('nothing is running\n');
  });

  it('is explained by help', async () => {
    const ran = await type(['/help', '/help th', '/help nothing', '/auth login --help']);
    expect(ran.stdout).toMatch(/\/call NAME key=value… +call a tool/);
    expect(ran.stdout).toMatch(/\/toolhistory \[ROW\] \[-n N\] \[--json\]\n[\s\S]* also: \/th\n/);
    expect(ran.stdout).toContain('Usage: mcp-cli auth login');
    expect(errors(ran)).toEqual(['error: there is no command /nothing']);
  });
});

it('a list that changes is told, and asked for again', async () => {
  let tell: News | undefined;
  const tools = [ECHO];
  const notion = fakeSession('notion', tools, ({ text }) => {
    if (text === 'grow') {
      tools.push({ ...ECHO, name: 'later' });
      tell?.changed('tools');
    }
    return { content: [] };
  });
  notion.hear = (news) => {
    tell = news;
  };
  const seen: number[] = [];
  notion.listTools = async () => {
    seen.push(notion.calls.length);
    return [...tools];
  };
  const lines = ['/call echo text=a', '/call echo text=grow', '/call echo text=b', '/call later text=c'];
  const ran = await type(lines, { sessions: { notion } });
  expect(ran.stderr).toBe('notion: its tools have changed\n');
  expect(notion.calls.map(({ name }) => name)).toEqual(['echo', 'echo', 'echo', 'later']);
  // The tool that came with the change is there without a further question.
  expect(seen).toEqual([0, 2]);
});

describe('lines from a pipe', () => {
  const pipe = (lines: string[], more: More = {}) =>
    type(lines, { terminal: false, sessions: one(), ...more });

  it('are read one after the other, with results alone on stdout', async () => {
    const ran = await pipe([
      '/tools',
      '',
      '/call echo {',
      '"text": "x"}',
      '/call echo \\',
      'text=y',
      '/exit',
      '/tools',
    ]);
    expect(ran).toMatchObject({
      exit: 0,
      stdout: '1 Available Tool\n- echo\nyou said x\nyou said y\n',
      stderr: '',
      questions: [],
    });
  });

  it('are all read; the exit is that of the first that failed', async () => {
    const ran = await pipe(['/tols', '/ping nowhere', '/call echo text=x']);
    expect(ran.exit).toBe(2);
    expect(ran.stdout).toBe('you said x\n');
    expect(errors(ran)).toHaveLength(2);
    const away = { notion: fakeSession('notion'), linear: new NetworkError('unreachable', 'linear is away') };
    const partly = await pipe(['/tools', '/tols'], { sessions: away });
    expect(partly.exit).toBe(5);
    expect(partly.stdout).toBe('1 Available Tool\n- echo\n');
    const nothing = await pipe(['/tools'], {
      sessions: { linear: new NetworkError('unreachable', 'linear is away') },
    });
    expect(nothing).toMatchObject({ exit: 5, stdout: '', stderr: 'error: linear is away\n' });
  });

  it('answer in JSON where that is asked for', async () => {
    const ran = await pipe(['/tools', '/call echo text=x', '/prompts', '/servers', '/tols'], {
      flags: '--json',
    });
    const documents = ran.stdout
      .trim()
      .split('\n')
      .map((line) => Object.keys(JSON.parse(line) as object)[0]);
    expect(documents).toEqual(['tools', 'content', 'prompts', 'servers']);
    expect(JSON.parse(ran.stderr)).toMatchObject({ error: { code: 'unknown_command' } });
    expect(ran.exit).toBe(2);
  });

  it('are no input of a command, and nobody is asked', async () => {
    const ran = await pipe(['/token set search', '/auth reset', '/tools'], {
      store: fakeStore({ 'oauth:notion': JSON.stringify(record('notion')) }),
    });
    expect(errors(ran)[0]).toBe('error: there is no value for bearer:search');
    expect(ran.questions).toEqual([]);
    expect(ran.stdout).toContain('1 Available Tool\n');
  });
});
