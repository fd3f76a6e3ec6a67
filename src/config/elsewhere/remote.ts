// Entries that start mcp-remote, to reach a server that ours reaches by itself. Pure.
import { isObject } from '../../json-object.ts';
import type { Json } from '../read.ts';

const RUNNERS = /^(?:npx|bunx|pnpx|pnpm|yarn|npm|bun|cmd|cmd\.exe|npx\.cmd)$/;
const PACKAGE = /^mcp-remote(?:@[\w.^~-]+)?$/;
/** With a word behind them; the others stand alone. */
const VALUED = ['--header', '--transport', '--static-oauth-client-info', '--static-oauth-client-metadata'];
const IGNORED = ['--host', '--resource', '--auth-timeout', '--ignore-tool'];

type Flags = Record<string, string[]>;

/** The entry with the URL itself; undefined: it does not start mcp-remote, or in no way that is known. */
export function direct(entry: Json): Json | undefined {
  const { command, args = [], env = {}, cwd: _, transport: __, ...rest } = entry;
  if (typeof command !== 'string' || !isStrings(args)) return undefined;
  const program = command.replace(/^.*[/\\]/, '');
  const at = PACKAGE.test(program) ? -1 : args.findIndex((word) => PACKAGE.test(word));
  if (at < 0 && !PACKAGE.test(program)) return undefined;
  if (at >= 0 && !RUNNERS.test(program)) return undefined;
  const flags = flagsOf(args.slice(at + 1));
  const [url] = flags.words ?? [];
  if (url === undefined || !/^https?:\/\//i.test(url)) return undefined;
  const headers = headersOf(flags['--header'] ?? [], isObject(env) ? env : {});
  const oauth = oauthOf(flags);
  if (headers === undefined || oauth === undefined) return undefined;
  return {
    ...rest,
    url,
    ...(/^sse-/.test(flags['--transport']?.at(-1) ?? '') && { transport: 'sse' }),
    ...(flags['--allow-http'] && { allow_http: true }),
    ...(Object.keys(headers).length > 0 && { headers }),
    ...(Object.keys(oauth).length > 0 && { oauth }),
  };
}

function flagsOf(words: string[]): Flags {
  const flags: Flags = { words: [] };
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (!word.startsWith('--')) flags.words?.push(word);
    else if ([...VALUED, ...IGNORED].includes(word)) {
      index += 1;
      flags[word] = [...(flags[word] ?? []), words[index] ?? ''];
    } else flags[word] = [];
  }
  return flags;
}

/** `Name: value`, in which mcp-remote puts what its own environment holds. */
function headersOf(lines: string[], env: Json): Record<string, string> | undefined {
  const pairs = lines.map((line) => /^([^:\s]+):\s*([\s\S]*)$/.exec(line));
  if (pairs.some((pair) => pair === null)) return undefined;
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name = '', value = ''] = pair ?? [];
      return [
        name,
        value.replace(/\$\{(\w+)\}/g, (whole, key: string) =>
          Object.hasOwn(env, key) ? String(env[key]) : whole,
        ),
      ];
    }),
  );
}

function oauthOf(flags: Flags): Json | undefined {
  const info = objectIn(flags['--static-oauth-client-info']?.at(-1));
  const metadata = objectIn(flags['--static-oauth-client-metadata']?.at(-1));
  if (info === undefined || metadata === undefined) return undefined;
  return {
    ...(typeof info.client_id === 'string' && { client_id: info.client_id }),
    ...(typeof info.client_secret === 'string' && { client_secret: info.client_secret }),
    ...(typeof metadata.scope === 'string' && { scopes: metadata.scope.split(' ') }),
  };
}

/** Undefined: it is in a file, or no JSON. */
function objectIn(text: string | undefined): Json | undefined {
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
