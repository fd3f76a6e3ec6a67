// Resources and prompts in the session, over sessions that are not real; and what Tab proposes.
import type { Tool } from '@modelcontextprotocol/client';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../src/errors.ts';
import type { Session } from '../../src/session/session.ts';
import { proposals } from '../../src/shell/proposals.ts';
import { shelvesOf } from '../../src/shell/shelves.ts';
import { allSlashes } from '../../src/shell/slash/table.ts';
import type { Shell } from '../../src/shell/state.ts';
import { ECHO, type FakeSession, fakeSession, go, httpEntry, type Ran } from './program.fake.ts';

const none = async () => {
  throw new ProtocolError('not_offered', 'there are none', { hint: 'it offers: tools' });
};

function rich(server: string, more: Partial<Session> = {}): FakeSession {
  return Object.assign(fakeSession(server), {
    listResources: async () => [{ uri: `${server}://a`, name: 'a' }],
    listResourceTemplates: async () => [{ uriTemplate: 'memo://{id}{?part}', name: 't' }],
    readResource: async (uri: string) => ({ contents: [{ uri, text: `${server} has ${uri}\u001b[2J` }] }),
    listPrompts: async () => [
      { name: 'review', arguments: [{ name: 'text', required: true }, { name: 'style' }] },
    ],
    getPrompt: async (name: string, args: Record<string, string>) => ({
      messages: [
        {
          role: 'user' as const,
          content: { type: 'text' as const, text: `${name} ${JSON.stringify(args)}` },
        },
      ],
    }),
    complete: async (_of: unknown, { value }: { value: string }, given: Record<string, string>) => ({
      values: ['short', 'sharp', 'two words', 'sh\u001b[2J', `sh${JSON.stringify(given).length}`].filter(
        (each) => each.startsWith(value),
      ),
    }),
    ...more,
  });
}

const poor = () =>
  Object.assign(fakeSession('poor'), { listResources: none, listResourceTemplates: none, listPrompts: none });

async function type(lines: string[], sessions: FakeSession[]): Promise<Ran> {
  return go(`--quiet --server ${sessions.map(({ server }) => server).join(',')}`, {
    terminal: true,
    entries: sessions.map(({ server }) => httpEntry(server)),
    sessions: Object.fromEntries(sessions.map((session) => [session.server, session])),
    input: `${lines.join('\n')}\n`,
  });
}

describe('the session', () => {
  it('lists resources, templates and prompts', async () => {
    const { stdout } = await type(['/resources', '/prompts'], [rich('notes')]);
    expect(stdout).toContain('2 Available Resources\n- notes://a\n- memo://{id}{?part}\n');
    expect(stdout).toContain('1 Available Prompt\n- review\n');
  });

  it('lists those of several servers under their names, and leaves out who has none', async () => {
    const { stdout, stderr } = await type(['/prompts'], [rich('notes'), rich('more'), poor()]);
    expect(stdout).toContain('2 Available Prompts\n- notes/review\n- more/review\n');
    expect(stderr).toBe('');
    expect((await type(['/resources'], [poor()])).stderr).toContain('hint: it offers: tools');
  });

  it('reads a resource, and fills in a template', async () => {
    const { stdout } = await type(['/read notes://a', '/read memo://{id}{?part} id="a b"'], [rich('notes')]);
    expect(stdout).toContain('notes has notes://a\n');
    expect(stdout).toContain('notes has memo://a%20b\n');
    expect(stdout).not.toContain('\u001b[2J');
  });

  it('finds the server of a resource, or is told', async () => {
    const { stdout, stderr } = await type(
      ['/read more://a', '/read more/x://y', '/read x://y'],
      [rich('notes'), rich('more')],
    );
    expect(stdout).toContain('more has more://a\n');
    expect(stdout).toContain('more has x://y\n');
    expect(stderr).toBe('error: it is not clear which server has x://y\nhint: write notes/x://y\n');
  });

  it('gets a prompt, after it has looked at the arguments', async () => {
    const { stdout, stderr } = await type(
      ['/prompt review text=hi', '/prompt review', '/prompt revue', '/prompt', '/read'],
      [rich('notes')],
    );
    expect(stdout).toContain('user:\nreview {"text":"hi"}\n');
    expect(stderr.match(/^error: .*/gm)).toEqual([
      'error: wrong arguments for review: text is missing',
      'error: there is no prompt named "revue" on notes',
      'error: /prompt needs the name of a prompt',
      'error: /read needs a URI',
    ]);
  });

  it('wants the server of a prompt that two have', async () => {
    const { stdout, stderr } = await type(
      ['/prompt review text=a', '/prompt more/review text=b'],
      [rich('notes'), rich('more')],
    );
    expect(stderr).toBe('error: notes and more both have a prompt named review\nhint: write notes/review\n');
    expect(stdout).toContain('review {"text":"b"}');
  });
});

function shellOf(...sessions: FakeSession[]): Shell {
  const links = sessions.map((session) => ({ name: session.server, session, shelves: shelvesOf(session) }));
  return { links, away: new Map(), slashes: allSlashes({}) } as unknown as Shell;
}

const PAINT: Tool = {
  name: 'paint',
  inputSchema: {
    type: 'object',
    properties: { colour: { enum: ['red', 'dark red', 'rose'] }, fast: { type: 'boolean' }, size: {} },
  },
};

describe('Tab', () => {
  it.each([
    ['/re', ['/resources', '/read'], '/re'],
    ['/qu', ['/quit'], '/qu'],
    ['x', [], 'x'],
    ['/call e', ['echo'], 'e'],
    ['/run e', ['echo'], 'e'],
    ['/call echo ', ['text=', 'times='], ''],
    ['/call echo text=a t', ['times='], 't'],
    ['/call paint colour=r', ['colour=red', 'colour=rose'], 'colour=r'],
    ['/call paint fast:=', ['fast:=true', 'fast:=false'], 'fast:='],
    ['/call paint size=', [], 'size='],
    ['/call paint other=', [], 'other='],
    ['/tools pa', ['paint'], 'pa'],
    ['/tools no', ['notes'], 'no'],
    ['/help pin', ['ping'], 'pin'],
    ['/server p', ['poor'], 'p'],
    ['/verbose o', ['on', 'off'], 'o'],
    ['/token se', ['set', 'set-provider'], 'se'],
    ['/auth log', ['login', 'logout'], 'log'],
    ['/read no', ['notes://a'], 'no'],
    ['/watch no', ['notes://a'], 'no'],
    ['/read ', ['notes://a', 'memo://{id}{?part}'], ''],
    ['/read memo://{id}{?part} ', ['id=', 'part='], ''],
    ['/read memo://{id}{?part} id=sha', ['id=sharp'], 'id=sha'],
    ['/prompt r', ['review'], 'r'],
    ['/prompt review ', ['text=', 'style='], ''],
    ['/prompt review text=a ', ['style='], ''],
    ['/prompt review st', ['style='], 'st'],
    // What is not plain, or would have to be quoted, is left out; `sh13` knows what was given.
    ['/prompt review style=', ['style=short', 'style=sharp', 'style=sh2'], 'style='],
    ['/prompt review text=a style=sh', ['style=short', 'style=sharp', 'style=sh12'], 'style=sh'],
    ['/prompt review\ntext=a style=sh', ['style=short', 'style=sharp', 'style=sh12'], 'style=sh'],
    ['/prompt review other=', [], 'other='],
    ['/prompt nothing x=', [], 'x='],
    ['/clear x', [], 'x'],
  ])('%s', async (line, found, end) => {
    const notes = Object.assign(rich('notes'), { listTools: async () => [ECHO, PAINT] });
    const silent = Object.assign(poor(), { listTools: none });
    expect(await proposals(shellOf(notes, silent), line)).toEqual([found, end]);
  });

  it('writes the server before a name that two have', async () => {
    const shell = shellOf(fakeSession('notes'), fakeSession('mail', [ECHO, PAINT]));
    expect(await proposals(shell, '/call ')).toEqual([['notes/echo', 'mail/echo', 'paint'], '']);
    expect(await proposals(shell, '/call mail/echo ti')).toEqual([['times='], 'ti']);
  });

  it('proposes no more than can be looked at, and completes nothing by what it leaves out', async () => {
    const many = Array.from({ length: 5000 }, (_, index) => ({ ...ECHO, name: `many_${index}` }));
    const [found, end] = await proposals(shellOf(fakeSession('notes', many)), '/call many_');
    expect([found.length, found.at(-1), end]).toEqual([201, '(and 4800 more)', 'many_']);
  });

  it('takes nothing from a server that would be more than one word, a flag, or a file of the person', async () => {
    const hostile = rich('notes', {
      listTools: async () => [
        { ...ECHO, name: 'echo text=@/home/ada/.ssh/id' },
        { ...ECHO, name: '--output' },
        {
          ...ECHO,
          inputSchema: {
            type: 'object' as const,
            properties: { 'a=@/etc/passwd b': {}, how: { enum: ['@/etc/passwd', 'fast'] } },
          },
        },
      ],
      listResources: async () => [
        { uri: 'notes://a --output .bashrc', name: 'a' },
        { uri: '--output=.bashrc', name: 'b' },
      ],
      listPrompts: async () => [{ name: 'review', arguments: [{ name: 'text' }] }],
      complete: async () => ({ values: ['@/home/ada/.ssh/id', 'good'] }),
    });
    const shell = shellOf(hostile);
    expect(await proposals(shell, '/call ')).toEqual([['echo'], '']);
    expect(await proposals(shell, '/call echo ')).toEqual([['how='], '']);
    expect(await proposals(shell, '/call echo how=')).toEqual([['how=fast'], 'how=']);
    expect(await proposals(shell, '/read ')).toEqual([['memo://{id}{?part}'], '']);
    expect(await proposals(shell, '/read -')).toEqual([[], '-']);
    expect(await proposals(shell, '/prompt review text=')).toEqual([['text=good'], 'text=']);
    expect(await proposals(shell, '/read memo://{id}{?part} id=')).toEqual([['id=good'], 'id=']);
  });

  it('tells what is being typed for one server to no other one', async () => {
    const told: string[] = [];
    const asked =
      (server: string) =>
      async (_: unknown, { value }: { value: string }) => {
        told.push(`${server} ${value}`);
        return { values: [] };
      };
    const notes = rich('notes', { complete: asked('notes') });
    const mail = rich('mail', {
      complete: asked('mail'),
      listResourceTemplates: async () => [{ uriTemplate: 'mail://{id}', name: 'm' }],
    });
    const shell = shellOf(notes, mail, poor());
    await proposals(shell, '/read memo://{id}{?part} id=private');
    await proposals(shell, '/read mail/mail://{id} id=letter');
    await proposals(shell, '/read other://{id} id=private');
    // Both have a prompt of this name: which one is meant is not said yet.
    await proposals(shell, '/prompt review text=private');
    await proposals(shell, '/prompt notes/review text=mine');
    expect(told).toEqual(['notes private', 'mail letter', 'notes mine']);
  });

  it('asks a server once, and again when its list is another one', async () => {
    let asked = 0;
    const notes = Object.assign(fakeSession('notes'), {
      listTools: async () => {
        asked++;
        return [ECHO];
      },
    });
    const shell = shellOf(notes);
    await proposals(shell, '/call e');
    await proposals(shell, '/call ec');
    expect(asked).toBe(1);
    shell.links[0]?.shelves.forget('tools');
    await proposals(shell, '/call ec');
    expect(asked).toBe(2);
  });
});
