import type { HttpEntry, OAuthEntry, ServerEntry, StdioEntry, TokenText } from '../config/entry.ts';
import { masked as maskedByName } from '../config/mask.ts';
import { writtenToken } from '../config/tokens.ts';
import { CliError, UsageError } from '../errors.ts';
import { note, print } from '../ui/print.ts';
import { MASK, redact, redactUrl } from '../ui/redact.ts';
import { type ErrorJson, errorJson } from '../ui/report.ts';
import { sanitize } from '../ui/sanitize.ts';
import { table, tableView } from '../ui/table.ts';
import { asked } from '../workspace/target.ts';
import type { Workspace } from '../workspace/workspace.ts';

type Shown = {
  name: string;
  type?: string;
  url?: string;
  command?: string;
  disabled?: boolean;
  origin?: string;
  error?: ErrorJson;
};

/** `servers list`: what is configured. A bad entry is shown as one; it fails nobody but itself. */
export async function serversList(workspace: Workspace): Promise<void> {
  const { deps } = workspace;
  const told: Shown[] = [];
  for (const name of await workspace.names()) told.push(await short(workspace, name));
  if (told.length === 0)
    note(
      workspace,
      'write mcpServers.<name> into server_config.json, or name one by its URL: --server https://…',
    );
  print(workspace, {
    json: { servers: told },
    items: told,
    text: () => {
      if (told.length === 0) return 'No server is configured.\n';
      const rows = told.map((each) => [
        each.name,
        each.error ? 'error' : `${each.type}${each.disabled ? ', disabled' : ''}`,
        each.error?.message ?? each.url ?? each.command ?? '',
      ]);
      return table(['SERVER', 'TYPE', 'TARGET'], rows, tableView(deps.stdout, deps.env));
    },
    quiet: () => told.map(({ name }) => `${sanitize(name)}\n`).join(''),
  });
}

async function short(workspace: Workspace, name: string): Promise<Shown> {
  try {
    const entry = await workspace.entry(name);
    const { disabled, origin } = entry;
    if (entry.kind === 'stdio') {
      return {
        name,
        type: 'stdio',
        command: [redact(entry.command), ...maskedWords(entry.args)].join(' '),
        disabled,
        origin,
      };
    }
    return { name, type: entry.transport ?? 'http', url: redactUrl(entry.url), disabled, origin };
  } catch (error) {
    if (!(error instanceof CliError) || error.exit > 3) throw error;
    return { name, error: errorJson(error) };
  }
}

/** `servers get`: one entry as it was understood, expanded, with every secret masked. */
export async function serversGet(workspace: Workspace, named: string[]): Promise<void> {
  const [name, ...more] = asked(workspace, named);
  if (name === undefined || more.length > 0) {
    throw new UsageError('one_server', 'name one server', {
      hint: 'for example: mcp-cli servers get notion',
    });
  }
  const shown = masked(await workspace.entry(name));
  print(workspace, { json: shown, text: () => lines(shown).join('') });
}

/** An entry that may be shown. Values of headers and of the environment are secrets until proven otherwise. */
export function masked(entry: ServerEntry): Record<string, unknown> {
  const { withTokens, secrets: _, ...rest } = entry;
  return defined(rest.kind === 'http' ? maskedHttp(rest, withTokens) : maskedStdio(rest, withTokens));
}

function maskedStdio(entry: StdioEntry, stored?: TokenText[]): Record<string, unknown> {
  return {
    ...entry,
    command: redact(entry.command),
    args: maskedWords(entry.args),
    env: { ...maskedValues(entry.env), ...named(stored) },
  };
}

function maskedHttp(entry: HttpEntry, stored?: TokenText[]): Record<string, unknown> {
  return {
    ...entry,
    url: redactUrl(entry.url),
    headers: { ...maskedValues(entry.headers), ...named(stored) },
    oauth: entry.oauth && maskedOAuth(entry.oauth),
  };
}

function maskedOAuth(oauth: OAuthEntry): Record<string, unknown> {
  const { dynamicRegistration: registration, extraAuthParams } = oauth;
  return {
    // By name, at any depth: what is added to the type is masked without anybody thinking of it here.
    ...(maskedByName(oauth) as object),
    extraAuthParams: maskedValues(extraAuthParams),
    dynamicRegistration: registration && {
      ...(maskedByName(registration) as object),
      ...(registration.metadata ? { metadata: Object.keys(registration.metadata) } : {}),
    },
  };
}

function maskedValues(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.keys(values).map((name) => [name, MASK]));
}

/** Which stored tokens a value has in it; the text around them may be a secret as well. */
function named(stored: TokenText[] = []): Record<string, string> {
  return Object.fromEntries(
    stored.map(({ name, parts }) => [
      name,
      parts.map((part) => (typeof part === 'string' ? '' : writtenToken(part))).join(''),
    ]),
  );
}

const SECRET_WORD = /^-{0,2}[\w.-]*(?:key|token|secret|passw|auth|credential|header)[\w.-]*$/i;

/** `--api-key VALUE`, `--header VALUE`, `--token=VALUE` and `TOKEN=VALUE`, besides what looks like a secret by itself. */
function maskedWords(words: string[]): string[] {
  return words.map((word, index) => {
    const equals = word.indexOf('=');
    if (equals > 0 && SECRET_WORD.test(word.slice(0, equals))) return `${word.slice(0, equals)}=${MASK}`;
    const before = words[index - 1] ?? '';
    if (/^-/.test(before) && (before === '-H' || SECRET_WORD.test(before)) && !word.startsWith('-'))
      return MASK;
    return /^[a-z][a-z0-9+.-]*:\/\//i.test(word) ? redactUrl(word) : redact(word);
  });
}

/** As JSON has it: without what is not configured, at any depth. */
function defined(value: object): Record<string, unknown> {
  return JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
}

function lines(value: Record<string, unknown>, prefix = ''): string[] {
  return Object.entries(value).flatMap(([key, each]) => {
    const name = sanitize(`${prefix}${key}`);
    if (Array.isArray(each)) return each.length === 0 ? [] : [`${name}: ${sanitize(each.join(' '))}\n`];
    if (typeof each === 'object' && each !== null)
      return lines(each as Record<string, unknown>, `${prefix}${key}.`);
    return [`${name}: ${sanitize(String(each))}\n`];
  });
}
