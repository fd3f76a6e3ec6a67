import type { Whoami } from '../auth/whoami.ts';
import { print } from '../ui/print.ts';
import { sanitize } from '../ui/sanitize.ts';
import { relative } from '../ui/time.ts';
import { onlyTarget, signInEntry } from '../workspace/target.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** What is told of an owner; nothing in it is secret. Moments are ISO 8601. */
type Owner = {
  server: string;
  account?: string;
  source: Whoami['source'] | 'environment' | 'header';
  /** Where a provided token comes from. */
  from?: string;
  identity?: Whoami['identity'];
  signature?: Whoami['signature'];
  idTokenExpiresAt?: string;
  issuer?: string;
  clientId?: string;
  scope?: string;
};

/** `auth whoami`: whose sign-in it is, and who says so. Exit 4 where it is not whom the entry expects. */
export async function authWhoami(workspace: Workspace, named: string[]): Promise<void> {
  const entry = await signInEntry(workspace, await onlyTarget(workspace, named));
  const whose = { server: entry.name, ...(entry.account !== undefined && { account: entry.account }) };
  const given = await workspace.provided(entry);
  if (given) {
    const source = given.value === undefined ? 'header' : 'environment';
    return show(workspace, { ...whose, source, from: given.source });
  }
  const [{ whoami }, { requireExpected }] = await Promise.all([
    import('../auth/whoami.ts'),
    import('../auth/expect.ts'),
  ]);
  const found = await whoami(await workspace.auth(entry));
  const { record, idTokenExpiresAt, ...rest } = found;
  show(workspace, {
    ...whose,
    ...rest,
    ...(idTokenExpiresAt !== undefined && { idTokenExpiresAt: new Date(idTokenExpiresAt).toISOString() }),
    issuer: record.issuer,
    clientId: record.client.id,
    ...(record.tokens.scope !== undefined && { scope: record.tokens.scope }),
  });
  const { identity } = found;
  requireExpected(entry, { ...record, ...(identity && { identity }) });
}

function show(workspace: Workspace, owner: Owner): void {
  print(workspace, { json: owner, text: () => lines(owner, workspace.deps.now()) });
}

function lines(owner: Owner, now: number): string {
  const { server, account, identity, issuer, clientId, scope } = owner;
  const { email, emailVerified, username, name, subject } = identity ?? {};
  const label = account === undefined ? server : `${server} (${account})`;
  const rows: [string, string | undefined][] = [
    ['', `${label}: ${email ?? username ?? subject ?? 'nobody says whose sign-in it is'}`],
    ['name', name],
    ['username', username],
    ['email', email && `${email}${emailVerified === false ? ' (not verified)' : ''}`],
    ['subject', subject],
    ['says', saidBy(owner, now)],
    ['issuer', issuer],
    ['client', clientId],
    ['scopes', scope],
  ];
  return rows
    .flatMap(([key, value]) =>
      value ? `${key === '' ? '' : `  ${key.padEnd(10)}`}${sanitize(value)}\n` : [],
    )
    .join('');
}

const SIGNATURES = {
  valid: 'its signature is good',
  invalid: '',
  unchecked: 'its signature was not checked',
};

function saidBy(owner: Owner, now: number): string | undefined {
  switch (owner.source) {
    case 'id_token': {
      const { signature = 'unchecked', idTokenExpiresAt = '' } = owner;
      const end = Date.parse(idTokenExpiresAt);
      const over = end < now ? 'it was good until' : 'it is good until';
      return `the ID token; ${SIGNATURES[signature]}; ${over} ${idTokenExpiresAt} (${relative(end, now)})`;
    }
    case 'userinfo':
      return 'the userinfo endpoint, now';
    case 'introspection':
      return 'token introspection, now';
    case 'sign_in':
      return 'the server, at the sign-in';
    case 'none':
      return undefined;
    case 'environment':
    case 'header':
      return `a token from ${owner.from}: it is asked nothing, because its issuer is not known`;
  }
}
