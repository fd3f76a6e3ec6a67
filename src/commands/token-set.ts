import { UsageError } from '../errors.ts';
import {
  isTokenName,
  serializeToken,
  type TokenName,
  type TokenType,
  tokenKey,
  valueFault,
} from '../store/token.ts';
import { note, print } from '../ui/print.ts';
import { sanitize } from '../ui/sanitize.ts';
import { parseExpiry } from '../workspace/expiry.ts';
import { readInput } from '../workspace/input.ts';
import { providerVariable } from '../workspace/provider.ts';
import { describeToken } from '../workspace/stored.ts';
import { setCommand } from '../workspace/tokens.ts';
import type { Workspace } from '../workspace/workspace.ts';

export type SetOptions = {
  type?: TokenType;
  value?: string;
  provider?: string;
  namespace?: string;
  expires?: string;
};

/** `token set`: keeps a token that comes from a pipe, a hidden question or, with a warning, the command line. */
export async function tokenSet(workspace: Workspace, name: string, options: SetOptions): Promise<void> {
  const { deps } = workspace;
  const now = deps.now();
  const type = options.type ?? usualType(options);
  const token: TokenName = { namespace: options.namespace ?? type, name };
  checkName(token);
  const expiresAt = options.expires === undefined ? undefined : momentOf(options.expires, now);
  const provider = options.provider ?? (token.namespace === 'provider' ? name : undefined);
  const store = await workspace.store();
  // Before a question whose answer could not be kept.
  await store.ready();
  const value = await valueFor(workspace, token, options.value);
  const fault = valueFault(type, value);
  if (fault !== undefined) {
    throw new UsageError('bad_value', `the value for ${token.namespace}:${name} ${fault}`, {
      hint:
        type === 'generic' ? 'give it as text' : 'give the token alone, or use --type generic for other text',
    });
  }
  const stored = {
    version: 1 as const,
    type,
    value,
    ...(provider !== undefined && { provider }),
    createdAt: now,
    ...(expiresAt !== undefined && { expiresAt }),
  };
  const key = tokenKey(token);
  await store.set(key, serializeToken(stored, key));
  const told = describeToken(token, stored, (await store.holder(key)).name, now);
  print(workspace, {
    json: told,
    text: () => `stored ${token.namespace}:${sanitize(name)}\n`,
    quiet: () => '',
  });
  const variable = token.namespace === 'provider' ? providerVariable(name) : undefined;
  if (variable !== undefined && deps.env[variable])
    note(workspace, `${variable} is set in the environment, and comes first`);
}

/** What the other words say about it. Pure. */
function usualType({ namespace, provider }: SetOptions): TokenType {
  if (namespace === 'generic') return 'generic';
  return namespace === 'api-key' || namespace === 'provider' || provider !== undefined ? 'api-key' : 'bearer';
}

function checkName(token: TokenName): void {
  if (token.namespace === 'oauth') {
    throw new UsageError(
      'not_for_sign_ins',
      'a sign-in is not set by hand: mcp-cli gets it from the server',
      {
        hint: 'sign in with: mcp-cli auth login NAME',
      },
    );
  }
  if (isTokenName(token)) return;
  throw new UsageError('bad_name', 'this is not a name, or not a namespace, that a token can have', {
    hint: 'a namespace has letters, digits, hyphens, dots and underscores; a name has no braces and no control characters',
  });
}

function momentOf(text: string, now: number): number {
  const moment = parseExpiry(text, now);
  if (moment !== undefined && moment > now) return moment;
  const said = moment === undefined ? 'is neither a date nor a length of time' : 'lies in the past';
  throw new UsageError('bad_expiry', `what --expires says ${said}`, {
    hint: 'write it like 2027-12-31, 2027-12-31T12:00Z, 12h or 90d',
  });
}

/** The value itself is never repeated, in an error or elsewhere. */
async function valueFor(workspace: Workspace, token: TokenName, given: string | undefined): Promise<string> {
  const { deps, flags } = workspace;
  const called = `${token.namespace}:${sanitize(token.name)}`;
  const hint = `pipe it: PROGRAM | ${setCommand(token)} --value -`;
  if (given !== undefined && given !== '-') {
    deps.err(
      `warning: other users can see a value in the command line, and the shell remembers it; ${hint}\n`,
    );
    return given;
  }
  if (given === '-' || !deps.stdin.isTTY) {
    const waiting = () => note(workspace, `waiting for the value of ${called} on standard input...`);
    // The line break is the program's that printed it.
    const text = (await readInput(deps, waiting, hint)).replace(/\r?\n$/, '');
    if (text !== '') return text;
  } else if (deps.prompt.available && !flags.nonInteractive) {
    const text = await deps.prompt.secret(`Value of ${called}`);
    if (text !== '') return text;
  }
  throw new UsageError('no_value', `there is no value for ${called}`, { hint });
}
