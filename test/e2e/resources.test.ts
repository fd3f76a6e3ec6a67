// `resources list`, `templates` and `read` against servers of both SDK lines.
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { configFile } from '../support/home.ts';
import { modernServer, modernSurfaceServer } from '../support/modern-server.ts';
import { notes } from '../support/person.ts';
import { desk, errorOf, keep } from '../support/scene.ts';
import { sessionSurfaceServer } from '../support/session-server.ts';
import { PICTURE } from '../support/surface.ts';

const kinds = [
  ['2026-07-28', modernSurfaceServer],
  ['2025-11-25', sessionSurfaceServer],
] as const;

async function open(make: (typeof kinds)[number][1] = modernSurfaceServer) {
  const server = keep(await make());
  return { server, ...desk(notes({ url: server.mcpUrl })) };
}

const terminal = { terminal: { stdout: true } };

/** The bytes on stdout, which the usual result has only as text. */
function bytes() {
  const stream = new PassThrough();
  return {
    options: { deps: { stdout: { isTTY: false, columns: 0, stream } } },
    read: () => stream.read() as Buffer,
  };
}

describe.each(kinds)('a server of %s', (_, kind) => {
  test('its resources are a table for a person', async () => {
    const { script } = await open(kind);
    expect(await script('resources list')).toMatchObject({
      exit: 0,
      stderr: '',
      stdout: [
        'RESOURCE       NAME     TYPE        SIZE      DESCRIPTION',
        'memo://readme  Read me  text/plain  12 bytes  What this is',
        'memo://logo    logo     image/png',
        'memo://album   album',
        '',
      ].join('\n'),
    });
  });

  test('--json has them as the server sent them, and ndjson one on each line', async () => {
    const { script } = await open(kind);
    const { resources } = JSON.parse((await script('resources list --json')).stdout);
    expect(resources[0]).toEqual({
      uri: 'memo://readme',
      name: 'readme',
      title: 'Read me',
      description: 'What this is\nand more',
      mimeType: 'text/plain',
      size: 12,
    });
    const lines = (await script('resources list --format ndjson')).stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(resources);
  });

  test('its templates are listed and filled in, by themselves or by name', async () => {
    const { script } = await open(kind);
    expect((await script('resources templates')).stdout).toBe(
      'TEMPLATE                   NAME  TYPE        DESCRIPTION\n' +
        'memo://page/{id}           page  text/plain  A page by its id\n' +
        'memo://part/{id}{?number}  part\n',
    );
    const { resourceTemplates } = JSON.parse((await script('resources templates --json')).stdout);
    expect(resourceTemplates).toMatchObject([{ uriTemplate: 'memo://page/{id}', name: 'page' }, {}]);
    for (const uri of ['page', 'memo://page/{id}'])
      expect(await script(['resources', 'read', uri, 'id=a b'])).toMatchObject({
        exit: 0,
        stdout: 'page memo://page/a%20b',
      });
  });

  test('the server proposes values', async () => {
    const { script } = await open(kind);
    const line = 'resources read page --complete id=so';
    expect(await script(line)).toMatchObject({ exit: 0, stdout: 'south\nsouthwest\n' });
    expect(JSON.parse((await script(`${line} --json`)).stdout)).toMatchObject({
      values: ['south', 'southwest'],
    });
    expect((await script('resources read page --complete id --format ndjson')).stdout).toBe(
      '"north"\n"south"\n"southwest"\n',
    );
  });

  test('text is raw in a pipe, and whole lines on a terminal', async () => {
    const { script } = await open(kind);
    expect((await script('resources read memo://readme')).stdout).toBe('hello\nworld');
    expect((await script('resources read memo://readme', terminal)).stdout).toBe('hello\nworld\n');
  });

  test('bytes go to a pipe and into a file, and not to a terminal', async () => {
    const { script, home } = await open(kind);
    const pipe = bytes();
    expect((await script('resources read memo://logo', pipe.options)).exit).toBe(0);
    expect(pipe.read()).toEqual(PICTURE);
    expect(await script('resources read memo://logo', terminal)).toMatchObject({
      exit: 2,
      stdout: '',
      stderr: expect.stringMatching(
        /^error: this is binary: \[memo:\/\/logo, image\/png, 10 bytes\]\nhint: .*--output FILE/,
      ),
    });
    const saved = await script('resources read memo://logo --output logo.png', terminal);
    expect(saved).toMatchObject({ exit: 0, stdout: '', stderr: 'wrote 10 bytes to logo.png\n' });
    expect(readFileSync(join(home, 'logo.png'))).toEqual(PICTURE);
    const { contents } = JSON.parse((await script('resources read memo://logo --json')).stdout);
    expect(contents).toEqual([
      { uri: 'memo://logo', mimeType: 'image/png', blob: PICTURE.toString('base64') },
    ]);
  });

  test('several contents follow one another, and do not fit into a file', async () => {
    const { script, home } = await open(kind);
    const pipe = bytes();
    await script('resources read memo://album', pipe.options);
    expect(pipe.read()).toEqual(Buffer.concat([Buffer.from('one\n'), PICTURE]));
    expect((await script('resources read memo://album', terminal)).stdout).toBe(
      '--- memo://album/1\none\n[memo://album/2, image/png, 10 bytes]\n',
    );
    const result = await script('resources read memo://album --output album --json');
    expect(result.exit).toBe(2);
    expect(errorOf(result)).toMatchObject({ code: 'several_contents' });
    expect(existsSync(join(home, 'album'))).toBe(false);
  });

  test('a resource that is not there is exit 7 in the words of the server', async () => {
    const { script } = await open(kind);
    const result = await script('resources read memo://nothing --json');
    expect(result.exit).toBe(7);
    expect(errorOf(result)).toMatchObject({ code: 'rpc_error', server: 'notes' });
  });
});

describe('--output', () => {
  test('replaces nothing without --force', async () => {
    const { script, home } = await open();
    const path = join(home, 'mine');
    writeFileSync(path, 'mine');
    const refused = await script('resources read memo://logo --output mine --json');
    expect(refused.exit).toBe(2);
    expect(errorOf(refused)).toMatchObject({ code: 'file_exists', hint: expect.stringContaining('--force') });
    expect(readFileSync(path, 'utf8')).toBe('mine');
    expect((await script('resources read memo://logo --output mine --force')).exit).toBe(0);
    expect(readFileSync(path)).toEqual(PICTURE);
  });

  test('does not write through a link that leads nowhere', async () => {
    const { script, home } = await open();
    symlinkSync(join(home, 'elsewhere'), join(home, 'link'));
    const result = await script('resources read memo://logo --output link --json');
    expect(errorOf(result)).toMatchObject({ code: 'file_exists' });
    expect(existsSync(join(home, 'elsewhere'))).toBe(false);
  });

  test.each(['folder', 'missing/file'])('cannot be %s, and leaves nothing behind', async (path) => {
    const { script, home } = await open();
    mkdirSync(join(home, 'folder'));
    const before = readdirSync(home);
    const result = await script(`resources read memo://logo --force --output ${path} --json`);
    expect(result.exit).toBe(2);
    expect(errorOf(result)).toMatchObject({ code: 'unwritable_file' });
    expect(
      readdirSync(home).filter((name) => !before.includes(name) && !name.startsWith('.mcp_cli')),
    ).toEqual([]);
  });
});

describe('values of a template', () => {
  test.each([
    [['memo://page/{id}'], 'bad_arguments', 'wrong values for memo://page/{id}: id is missing'],
    [['page', 'idd=1'], 'bad_arguments', 'there is no idd (did you mean id?); id is missing'],
    [['pag', 'id=1'], 'unknown_template', 'there is no resource template named "pag" on notes'],
    [['page', 'id:=1'], 'bad_argument', 'id is a text here, and no JSON'],
    [['page', 'id=1', 'id=2'], 'bad_argument', 'id is given twice'],
  ])('%j is exit 2 before anything is read', async (words, code, message) => {
    const { server, script } = await open();
    const result = await script(['resources', 'read', ...words, '--json']);
    expect(result.exit).toBe(2);
    expect(errorOf(result)).toMatchObject({ code, message: expect.stringContaining(message) });
    expect(server.calls('resources/read')).toBe(0);
  });

  test('one of a query may be left out or given, and one may come from a file', async () => {
    const { script, home } = await open();
    writeFileSync(join(home, 'id'), 'long/name');
    expect((await script('resources read part id=@id number=2')).stdout).toBe(
      'memo://part/long%2Fname?number=2',
    );
  });
});

describe('several servers, and servers without', () => {
  async function two() {
    const [rich, poor] = [keep(await modernSurfaceServer()), keep(await modernServer())];
    return desk(configFile({ mcpServers: { rich: { url: rich.mcpUrl }, poor: { url: poor.mcpUrl } } }));
  }

  test('a server that offers none says what it offers', async () => {
    const { script } = await two();
    for (const what of ['resources list', 'resources templates', 'resources read x', 'resources watch x']) {
      const result = await script(`--server poor ${what} --json`);
      expect(result.exit).toBe(7);
      expect(errorOf(result)).toEqual({
        code: 'not_offered',
        message: 'poor offers no resources',
        hint: 'it offers: tools',
        server: 'poor',
      });
    }
  });

  test('several are asked side by side', async () => {
    const { script } = await two();
    const result = await script('resources list rich,poor --json');
    expect(result.exit).toBe(7);
    expect(JSON.parse(result.stdout).servers).toMatchObject({
      rich: { resources: [{ uri: 'memo://readme' }, {}, {}] },
      poor: { error: { code: 'not_offered' } },
    });
    expect((await script('--server rich,poor resources list')).stdout).toMatch(/^rich \(3\)\nRESOURCE /);
    const lines = (await script('resources list rich poor --format ndjson')).stdout.trimEnd().split('\n');
    // Whoever answers first comes first.
    expect(lines.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({
        server: 'rich',
        resource: expect.objectContaining({ uri: 'memo://readme' }),
      }),
    );
  });

  test('one resource is read from one server', async () => {
    const { script } = await two();
    expect(errorOf(await script('--server rich,poor resources read memo://readme --json')).code).toBe(
      'one_server',
    );
  });
});
