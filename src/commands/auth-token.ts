import { readForDisplay } from '../auth/status.ts';
import { AuthError, UsageError } from '../errors.ts';
import { print } from '../ui/print.ts';
import type { Workspace } from '../workspace.ts';
import { provided } from './environment.ts';
import { accountOf, onlyTarget, signInEntry, storeKey } from './target.ts';

type Token = {
  server: string;
  access_token: string;
  token_type: string;
  expires_at?: string;
  scope?: string;
};

/** `auth token`: the access token, refreshed if need be, for another program's use. A pipe gets it bare. */
export async function authToken(
  workspace: Workspace,
  named: string[],
  options: { show?: boolean },
): Promise<void> {
  const name = await onlyTarget(workspace, named);
  if (workspace.deps.stdout.isTTY && !options.show) {
    throw new UsageError('token_to_terminal', 'a token is not shown on a terminal', {
      hint: 'pipe it to the program that needs it, or add --show',
      server: name,
    });
  }
  const entry = await signInEntry(workspace, name);
  const given = provided(entry, workspace.deps.env);
  if (given?.kind === 'header') {
    throw new UsageError('token_provided', `${name} uses the Authorization header in ${given.source}`, {
      server: name,
    });
  }
  const token: Token = given
    ? { server: name, access_token: given.token, token_type: 'Bearer' }
    : await current(workspace, entry.name, entry);
  print(workspace, { json: token, text: () => `${token.access_token}\n` });
}

async function current(
  workspace: Workspace,
  name: string,
  entry: Awaited<ReturnType<typeof signInEntry>>,
): Promise<Token> {
  const { openBearer } = await import('../auth/bearer.ts');
  const accessToken = await openBearer(await workspace.auth(entry)).current();
  if (accessToken === undefined) {
    throw new AuthError('login_required', `${name} needs a sign-in`, {
      hint: `sign in with: mcp-cli auth login ${name}`,
      server: name,
    });
  }
  const plain = { server: name, access_token: accessToken, token_type: 'Bearer' };
  if (workspace.flags.format === 'text') return plain;
  // Only JSON tells more than the token: only then the store is asked a second time.
  const text = await (await workspace.store()).get(storeKey(name, accountOf(workspace, entry)));
  const tokens = text === undefined ? undefined : readForDisplay(text)?.tokens;
  if (tokens?.accessToken !== accessToken) return plain;
  return {
    ...plain,
    token_type: tokens.tokenType,
    ...(tokens.expiresAt === undefined ? {} : { expires_at: new Date(tokens.expiresAt).toISOString() }),
    ...(tokens.scope === undefined ? {} : { scope: tokens.scope }),
  };
}
