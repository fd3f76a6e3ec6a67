// Reads the files of other programs: hostile input, never changed.
import type { Env } from '../../deps.ts';
import { ConfigError } from '../../errors.ts';
import { isObject } from '../../json-object.ts';
import { readSafely } from '../file.ts';
import { type Json, parse } from '../read.ts';
import { type Client, type Scope, spotsOf } from './clients.ts';
import { Untranslatable } from './references.ts';
import { type Translation, translate } from './translate.ts';

export type Elsewhere = {
  client: Client;
  name: string;
  /** Absolute path. */
  file: string;
  scope: Scope;
} & ({ entry: Translation; why?: never } | { entry?: never; why: string });

export type Search = {
  found: Elsewhere[];
  faulty: { client: Client; file: string; error: ConfigError }[];
  places: string[];
};

export type Where = { env: Env; home: string; cwd: string; platform: NodeJS.Platform };

/** Claude Code keeps its history in the same file. Bytes. */
const LARGEST = 32 * 1024 * 1024;

/** Every server of one program, its user's first. A file that cannot be used is told, and stops nothing. */
export async function findElsewhere(client: Client, where: Where): Promise<Search> {
  const spots = spotsOf(client, where);
  const search: Search = { found: [], faulty: [], places: spots.map(({ file }) => file) };
  for (const { file, scope } of spots) {
    try {
      const root = await rootOf(file, where.platform);
      for (const [name, value] of serversIn(client, root, where.cwd)) {
        const folder = scope === 'project' ? where.cwd : undefined;
        const place = { client, name, file, scope };
        search.found.push({ ...place, ...attempt(value, { client, home: where.home, folder }, scope) });
      }
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      if (error.code !== 'not_found') search.faulty.push({ client, file, error });
    }
  }
  return search;
}

function attempt(value: unknown, speech: Parameters<typeof translate>[1], scope: Scope) {
  try {
    return { entry: translate(value, speech, scope) };
  } catch (error) {
    if (error instanceof Untranslatable) return { why: error.message };
    throw error;
  }
}

async function rootOf(file: string, platform: NodeJS.Platform): Promise<Json> {
  const text = await readSafely(file, platform, undefined, false, LARGEST);
  if (text.trim() === '') return {};
  if (!file.endsWith('.toml')) return parse(file, text).root;
  const { parse: parseToml, TomlError } = await import('smol-toml');
  try {
    return parseToml(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    const at = error instanceof TomlError ? `:${error.line}:${error.column}` : '';
    throw new ConfigError('invalid_toml', `${file}${at}: this is not TOML`, {
      hint: 'the program that it belongs to cannot read it either; mend it there',
      cause: error,
    });
  }
}

/** Where each program has its servers. */
function serversIn(client: Client, root: Json, cwd: string): [string, unknown][] {
  const under = (value: unknown, key: string) => (isObject(value) && isObject(value[key]) ? value[key] : {});
  switch (client) {
    case 'vscode':
      return Object.entries(under(root, 'servers'));
    case 'codex':
      return Object.entries(under(root, 'mcp_servers'));
    case 'opencode': {
      const servers = under(root, 'mcp');
      // Its second version has them one step deeper.
      const deeper = under(servers, 'servers');
      const isServer = ['type', 'url', 'command'].some(
        (key) => typeof deeper[key] === 'string' || Array.isArray(deeper[key]),
      );
      return Object.entries('servers' in servers && !isServer ? deeper : servers);
    }
    case 'claude-code':
      // What was added in this folder for oneself alone.
      return [root, under(under(root, 'projects'), cwd)].flatMap((each) =>
        Object.entries(under(each, 'mcpServers')),
      );
    case 'mcphub':
      return [root].flatMap((each) =>
        Object.entries(isObject(each.mcpServers) ? each.mcpServers : under(each, 'servers')),
      );
    default:
      return Object.entries(under(root, 'mcpServers'));
  }
}
