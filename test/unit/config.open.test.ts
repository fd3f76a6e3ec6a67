// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is what a configuration holds.
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Opening, openConfig } from '../../src/config/config.ts';
import { readSafely } from '../../src/config/file.ts';
import { locate } from '../../src/config/locate.ts';

const posix = process.platform !== 'win32';
let base: string;
let cwd: string;
let home: string;
let shown: string[];
let warned: string[];
let asked: number;

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'mcp-cli-config-'));
  [cwd, home] = [join(base, 'work'), join(base, 'home')];
  for (const folder of [cwd, home, join(home, '.mcp_cli'), join(home, '.mcp')])
    await mkdir(folder, { mode: 0o700 });
  [shown, warned, asked] = [[], [], 0];
});
afterEach(() => rm(base, { recursive: true, force: true }));

const NOTION = {
  mcpServers: {
    notion: {
      url: 'https://mcp.notion.com/mcp',
      oauth: {
        authorization_url: 'https://api.notion.com/a',
        token_url: 'https://api.notion.com/t',
        client_id: '${ID}',
      },
    },
    files: { command: 'npx', args: ['-y', 'files', '/tmp'], env: { MODE: 'ro' } },
  },
};

async function put(folder: string, content: unknown = { mcpServers: {} }, name = 'server_config.json') {
  const file = join(folder, name);
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 });
  return file;
}

function opening(more: Partial<Opening> & { answer?: boolean } = {}): Opening {
  const { answer, ...rest } = more;
  return {
    flag: undefined,
    env: {},
    cwd,
    home,
    platform: process.platform,
    prompt: {
      available: answer !== undefined,
      confirm: async () => {
        asked += 1;
        return answer === true;
      },
      secret: async () => '',
    },
    warn: (text) => void warned.push(text),
    show: (text) => void shown.push(text),
    ...rest,
  };
}

describe('locate', () => {
  it('looks in the documented order', async () => {
    const all = ['./server_config.json', '~/.mcp_cli/server_config.json', '~/.mcp/servers.json'];
    const find = (flag?: string, env = {}) => locate(flag, { env, cwd, home });
    expect(await find()).toEqual({ file: undefined, named: false, stranger: false, searched: all });
    const last = await put(join(home, '.mcp'), {}, 'servers.json');
    expect(await find()).toMatchObject({ file: last, stranger: false });
    const own = await put(join(home, '.mcp_cli'));
    expect(await find()).toMatchObject({ file: own, stranger: false });
    const local = await put(cwd);
    expect(await find()).toMatchObject({ file: local, stranger: true });
    const named = await put(base, {}, 'named.json');
    expect(await find(undefined, { MCP_CLI_CONFIG: named })).toMatchObject({ file: named, stranger: false });
    expect(await find('server_config.json', { MCP_CLI_CONFIG: named })).toMatchObject({
      file: local,
      stranger: false,
    });
    expect(await find('~/.mcp/servers.json')).toMatchObject({ file: last });
    expect(await find('../named.json')).toMatchObject({ file: named });
    expect(await find(undefined, { MCP_CLI_CONFIG: '' })).toMatchObject({ file: local });
  });

  it('does not take one’s own folder for a stranger’s', async () => {
    await put(join(home, '.mcp_cli'));
    const found = await locate(undefined, { env: {}, cwd: join(home, '.mcp_cli'), home });
    expect(found.stranger).toBe(false);
  });

  it.each([
    ['missing.json', {}, '--config-file'],
    ['', {}, '--config-file'],
    [undefined, { MCP_CLI_CONFIG: '/nowhere/c.json' }, 'MCP_CLI_CONFIG'],
  ])('a named file that is missing is an error: %j %j', async (flag, env, by) => {
    await put(cwd);
    await expect(locate(flag, { env, cwd, home })).rejects.toMatchObject({
      code: 'not_found',
      exit: 3,
      message: expect.stringContaining(JSON.stringify(flag ?? env.MCP_CLI_CONFIG)),
      hint: expect.stringContaining(by),
    });
  });
});

describe('readSafely', () => {
  it.skipIf(!posix).each([
    [0o600, true],
    [0o644, true],
    [0o640, true],
    [0o664, false],
    [0o602, false],
  ])('mode %o: %s', async (mode, fine) => {
    const file = await put(cwd, '{}');
    await chmod(file, mode);
    const read = readSafely(file, 'linux');
    if (fine) expect(await read).toBe('{}');
    else
      await expect(read).rejects.toMatchObject({ code: 'unsafe_file', exit: 3, hint: `chmod go-w ${file}` });
    expect(await readSafely(file, 'win32')).toBe('{}');
  });

  it.skipIf(!posix).each([
    [0o700, true],
    [0o775, true],
    [0o777, false],
    [0o1777, true],
  ])('in a folder of mode %o: %s', async (mode, fine) => {
    const file = await put(cwd, '{}');
    await chmod(cwd, mode);
    const read = readSafely(file, 'linux');
    if (fine) expect(await read).toBe('{}');
    else await expect(read).rejects.toMatchObject({ code: 'unsafe_file', hint: `chmod o-w ${cwd}` });
  });

  it.skipIf(!posix)('looks behind a link', async () => {
    const open = join(base, 'open');
    await mkdir(open);
    await put(open, '{}');
    await chmod(open, 0o777);
    await symlink(join(open, 'server_config.json'), join(cwd, 'link.json'));
    await expect(readSafely(join(cwd, 'link.json'), 'linux')).rejects.toMatchObject({ code: 'unsafe_file' });
  });

  it.skipIf(!posix)('refuses a file of another user, but root’s', async () => {
    const file = await put(cwd, '{}');
    const me = userInfo().uid;
    // Root can give a file away; anybody else can only pretend to be another user.
    if (me === 0) await chown(file, 12345, 12345);
    await expect(readSafely(file, 'linux', me === 0 ? 0 : me + 1)).rejects.toMatchObject({
      code: 'unsafe_file',
      message: expect.stringContaining(`uid ${me === 0 ? 12345 : me}`),
    });
    if (me === 0) await expect(readSafely(file, 'linux')).rejects.toMatchObject({ code: 'unsafe_file' });
    if (me === 0) await chown(file, 0, 0);
    expect(await readSafely(file, 'linux', me === 0 ? 12345 : me)).toBe('{}');
  });

  it('refuses folders, other encodings and large files, and names a missing one', async () => {
    await expect(readSafely(cwd, process.platform)).rejects.toMatchObject({ code: 'unreadable' });
    await expect(readSafely(join(cwd, 'x'), process.platform)).rejects.toMatchObject({ code: 'not_found' });
    const file = join(cwd, 'c.json');
    await writeFile(file, Buffer.from('\uFEFF{}', 'utf16le'), { mode: 0o600 });
    await expect(readSafely(file, process.platform)).rejects.toMatchObject({ code: 'invalid_json' });
    await writeFile(file, ' '.repeat(1024 * 1024));
    expect(await readSafely(file, process.platform)).toHaveLength(1024 * 1024);
    await writeFile(file, ' '.repeat(1024 * 1024 + 1));
    await expect(readSafely(file, process.platform)).rejects.toMatchObject({ code: 'too_large' });
  });
});

describe('a file from the current folder', () => {
  it('is refused without a terminal, with the flag to pass', async () => {
    await put(cwd, NOTION);
    await expect(openConfig(opening())).rejects.toMatchObject({
      code: 'untrusted',
      exit: 3,
      hint: expect.stringContaining('--config-file ./server_config.json'),
    });
    expect(await readdir(join(home, '.mcp_cli'))).toEqual([]);
  });

  it('is used when it was asked for', async () => {
    const file = await put(cwd, NOTION);
    const flagged = await openConfig(opening({ flag: './server_config.json' }));
    expect(flagged.names()).toEqual(['notion', 'files']);
    const variable = await openConfig(opening({ env: { MCP_CLI_CONFIG: file } }));
    expect(variable.file).toBe(file);
  });

  it('is shown, asked about once, and remembered privately', async () => {
    const file = await put(cwd, NOTION);
    await openConfig(opening({ answer: true }));
    expect(shown.join('')).toBe(`${file} names:
  commands that it runs
    MODE=ro npx -y files /tmp    (mcpServers.files)
  hosts that it sends to
    https://mcp.notion.com    (mcpServers.notion.url)
    https://api.notion.com    (mcpServers.notion.oauth.authorization_url)
    https://api.notion.com    (mcpServers.notion.oauth.token_url)
  environment variables that it reads
    ID    (mcpServers.notion.oauth.client_id)
`);
    const kept = join(home, '.mcp_cli', 'trusted_configs.json');
    if (posix) expect((await stat(kept)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(home, '.mcp_cli'))).toEqual(['trusted_configs.json']);
    await openConfig(opening({ answer: false }));
    await openConfig(opening());
    expect(asked).toBe(1);
  });

  it('asks again for what an edit adds, and only for that', async () => {
    const trusted = structuredClone(NOTION) as { mcpServers: Record<string, Record<string, unknown>> };
    await put(cwd, trusted);
    await openConfig(opening({ answer: true }));

    delete trusted.mcpServers.files;
    trusted.mcpServers.notion!.timeout = 5000;
    trusted.mcpServers.notion!.url = 'https://mcp.notion.com/other';
    await put(cwd, trusted);
    await openConfig(opening());

    trusted.mcpServers.notion!.headers = { Authorization: 'Bearer ${ID}' };
    await put(cwd, trusted);
    shown = [];
    await expect(openConfig(opening({ answer: false }))).rejects.toMatchObject({ code: 'untrusted' });
    expect(shown.join('')).toContain(`now also names:
  environment variables that it reads
    ID    (mcpServers.notion.headers.Authorization)
`);
    expect(shown.join('')).not.toContain('https://');
    await openConfig(opening({ answer: true }));
    await openConfig(opening());
  });

  it('asks again if somebody else could have answered', async () => {
    await put(cwd, NOTION);
    await openConfig(opening({ answer: true }));
    const kept = join(home, '.mcp_cli', 'trusted_configs.json');
    if (posix) {
      await chmod(kept, 0o666);
      await expect(openConfig(opening())).rejects.toMatchObject({ code: 'untrusted' });
      await chmod(kept, 0o600);
      await openConfig(opening());
    }
    await writeFile(kept, 'broken');
    await expect(openConfig(opening())).rejects.toMatchObject({ code: 'untrusted' });
    await openConfig(opening({ answer: true }));
    expect(JSON.parse(await readFile(kept, 'utf8'))).toMatchObject({ version: 1 });
  });

  it('is not asked about if it names nothing', async () => {
    await put(cwd, { mcpServers: {} });
    await openConfig(opening());
    expect(shown).toEqual([]);
  });

  it('keeps the trust of one folder from another’s', async () => {
    await put(cwd, NOTION);
    await openConfig(opening({ answer: true }));
    const other = join(base, 'other');
    await mkdir(other, { mode: 0o700 });
    await put(other, NOTION);
    await expect(openConfig(opening({ cwd: other }))).rejects.toMatchObject({ code: 'untrusted' });
    await openConfig(opening({ cwd: other, answer: true }));
    await openConfig(opening());
  });
});

describe('an open configuration', () => {
  const open = async (content: unknown, env: Record<string, string> = {}) => {
    const flag = await put(base, content);
    return openConfig(opening({ flag, env }));
  };

  it('expands an entry only when it is used', async () => {
    const config = await open(
      {
        mcpServers: {
          a: { url: 'https://a.test', headers: { X: '${NOPE}' } },
          b: { url: 'https://${HOST}/mcp' },
        },
        tokenStorage: { vaultToken: '${NOPE}' },
      },
      { HOST: 'b.test' },
    );
    expect(await config.entry('b')).toMatchObject({ url: 'https://b.test/mcp' });
    await expect(config.entry('a')).rejects.toMatchObject({ code: 'missing_env', server: 'a' });
    await expect(config.storage()).rejects.toMatchObject({ code: 'missing_env' });
    expect(await config.storage('keychain')).toMatchObject({ backend: undefined, vaultToken: undefined });
  });

  it('names the configured servers and the nearest for an unknown one', async () => {
    const config = await open(NOTION);
    await expect(config.entry('notoin')).rejects.toMatchObject({
      code: 'unknown_server',
      exit: 2,
      hint: 'did you mean "notion"?\nconfigured servers: notion, files',
    });
    await expect(config.entry('constructor')).rejects.toMatchObject({ code: 'unknown_server' });
  });

  it('warns once, however often an entry is read', async () => {
    const config = await open({ mcpServers: { a: { url: 'https://a.test', ulr: 1 } }, them: 1 });
    await config.entry('a');
    await config.entry('a');
    expect(warned).toHaveLength(2);
  });

  it('lists entries as written, without secrets and without variables', async () => {
    const config = await open({
      mcpServers: { a: { url: 'https://${NOPE}', headers: { K: 'hunter2' } }, b: 3 },
    });
    expect(await config.list()).toEqual([
      {
        name: 'a',
        path: 'mcpServers.a',
        line: 1,
        kind: 'http',
        disabled: false,
        entry: { url: 'https://${NOPE}', headers: { K: '***' } },
      },
      { name: 'b', path: 'mcpServers.b', line: 1, kind: 'unknown', disabled: false, entry: 3 },
    ]);
  });

  it('is empty where there is no file, and says where was looked', async () => {
    const config = await openConfig(opening());
    expect(config.file).toBeUndefined();
    expect(config.names()).toEqual([]);
    expect(await config.list()).toEqual([]);
    expect((await config.storage()).backend).toBeUndefined();
    await expect(config.entry('a')).rejects.toMatchObject({
      code: 'not_found',
      exit: 3,
      hint: expect.stringContaining('~/.mcp/servers.json'),
    });
  });

  it('refuses a broken file at once', async () => {
    await expect(open('{')).rejects.toMatchObject({ code: 'invalid_json', exit: 3 });
  });
});

it('the example is a configuration', async () => {
  const env = {
    NOTION_CLIENT_ID: 'i',
    NOTION_CLIENT_SECRET: 's',
    GITHUB_OAUTH_APP_ID: 'i',
    GITHUB_OAUTH_APP_SECRET: 's',
    EXAMPLE_REGISTRATION_TOKEN: 't',
    HOME: '/home/me',
  };
  const example = join(import.meta.dirname, '../../server_config.example.json');
  const flag = await put(base, await readFile(example, 'utf8'));
  const config = await openConfig(opening({ flag, env }));
  expect(config.names()).toEqual(['linear', 'notion', 'github', 'example', 'linkedin', 'internal', 'files']);
  for (const name of config.names()) expect((await config.entry(name)).name).toBe(name);
  expect(await config.storage()).toMatchObject({ backend: 'auto', password: undefined });
  expect(warned).toEqual([]);
});
