import type { HttpEntry } from '../config/entry.ts';
import { UsageError } from '../errors.ts';
import { print } from '../ui/print.ts';
import { onlyTarget, signInEntry } from '../workspace/target.ts';
import type { Workspace } from '../workspace/workspace.ts';

type Token = {
  server: string;
  account?: string;
  accessToken: string;
  tokenType: string;
  expiresAt?: string;
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
  const given = await workspace.provided(entry);
  if (given && given.value === undefined) {
    throw new UsageError('token_provided', `${name} uses the Authorization header in ${given.source}`, {
      hint: `read it there, or remove it to sign in: ${given.source}`,
      server: name,
    });
  }
  const token: Token = given?.value
    ? { server: name, ...ownAccount(entry), accessToken: given.value, tokenType: 'Bearer' }
    : await current(workspace, entry);
  print(workspace, { json: token, text: () => `${token.accessToken}\n` });
}

async function current(workspace: Workspace, entry: HttpEntry): Promise<Token> {
  const [{ openBearer }, { findRecord }, { loginRequired }] = await Promise.all([
    import('../auth/bearer.ts'),
    import('../auth/keep.ts'),
    import('../auth/required.ts'),
  ]);
  const auth = await workspace.auth(entry);
  const bearer = openBearer(auth);
  const accessToken = await bearer.current();
  if (accessToken === undefined) throw loginRequired(auth);
  const tokenType = bearer.bound() ? 'DPoP' : 'Bearer';
  const plain = { server: entry.name, ...ownAccount(entry), accessToken, tokenType };
  if (workspace.flags.format === 'text') {
    if (bearer.bound()) throw useless(entry.name);
    return plain;
  }
  // Only JSON tells more than the token: only then the store is asked a second time.
  const { expiresAt, scope } = (await findRecord(auth)).record?.tokens ?? {};
  return {
    ...plain,
    ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt).toISOString() }),
    ...(scope !== undefined && { scope }),
  };
}

function ownAccount({ account }: HttpEntry): { account?: string } {
  return account === undefined ? {} : { account };
}

/** Whoever puts a bare token behind `Bearer` would be refused, and would not learn why. JSON names the type. */
function useless(name: string): UsageError {
  return new UsageError('token_bound', `the token of ${name} is bound to a key that stays here (DPoP)`, {
    hint: `no other program can use it: call the server through mcp-cli (--json prints the token, with its type)`,
    server: name,
  });
}
