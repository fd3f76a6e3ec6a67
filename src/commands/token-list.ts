import { describeRecord } from '../auth/status.ts';
import { StoreError } from '../errors.ts';
import { parseRecord } from '../store/record.ts';
import { splitKey } from '../store/record-key.ts';
import type { Secrets } from '../store/store.ts';
import { signInKeys, splitTokenKey, tokenKeys } from '../store/token.ts';
import { print } from '../ui/print.ts';
import { type ErrorJson, errorJson } from '../ui/report.ts';
import { sanitize } from '../ui/sanitize.ts';
import { sparseTable, tableView } from '../ui/table.ts';
import { relative } from '../ui/time.ts';
import { providerVariable } from '../workspace/provider.ts';
import { describeToken, readToken, type TokenDescription } from '../workspace/stored.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** Each true: only these; false: not these; undefined: not said. */
export type ListOptions = {
  namespace?: string;
  oauth?: boolean;
  bearer?: boolean;
  apiKeys?: boolean;
  providers?: boolean;
};

type Row = TokenDescription & { account?: string; error?: ErrorJson };

/** `token list`: what is stored, sign-ins and tokens, without any value. */
export async function tokenList(workspace: Workspace, options: ListOptions): Promise<void> {
  const store = await workspace.store();
  const keys = await store.list();
  const now = workspace.deps.now();
  const rows: Row[] = [];
  for (const key of signInKeys(keys)) {
    if (wanted('oauth', 'oauth', options)) rows.push(await signInRow(store, key, now));
  }
  for (const key of tokenKeys(keys)) {
    if (options.namespace !== undefined && splitTokenKey(key).namespace !== options.namespace) continue;
    const row = await tokenRow(store, key, now);
    if (row && wanted(row.namespace, row.type, options)) rows.push(row);
  }
  print(workspace, {
    json: { tokens: rows },
    items: rows,
    text: () => text(workspace, rows),
    quiet: () => rows.map(({ namespace, name }) => `${namespace}:${sanitize(name)}\n`).join(''),
  });
}

type Kind = 'oauth' | 'bearer' | 'apiKeys' | 'providers';

/** Whether the filters leave it in. A provider's key is an API key as well. Pure. */
export function wanted(namespace: string, type: Row['type'], options: ListOptions): boolean {
  if (options.namespace !== undefined && options.namespace !== namespace) return false;
  const kinds: Kind[] = [];
  if (namespace === 'oauth') kinds.push('oauth');
  else if (namespace === 'provider') kinds.push('providers', 'apiKeys');
  else if (type === 'bearer') kinds.push('bearer');
  else if (type === 'api-key') kinds.push('apiKeys');
  const [own] = kinds;
  if (own !== undefined && options[own] === false) return false;
  const only = (['oauth', 'bearer', 'apiKeys', 'providers'] as const).filter((kind) => options[kind]);
  return only.length === 0 || kinds.some((kind) => only.includes(kind));
}

async function signInRow(store: Secrets, key: string, now: number): Promise<Row> {
  const { server, account } = splitKey(key);
  const about = { namespace: 'oauth', name: server, ...(account !== undefined && { account }) };
  return readable({ ...about, type: 'oauth', expired: false }, async (row) => {
    const value = await store.get(key);
    if (value === undefined) return row;
    const { name } = await store.holder(key);
    const { state, issuedAt, expiresAt } = describeRecord(parseRecord(value, key, { allowHttp: true }), now);
    return {
      ...row,
      store: name,
      ...(issuedAt !== undefined && { createdAt: issuedAt }),
      ...(expiresAt !== undefined && { expiresAt }),
      // One that is renewed on its next use is as good as fresh.
      expired: state === 'expired',
    };
  });
}

async function tokenRow(store: Secrets, key: string, now: number): Promise<Row | undefined> {
  const name = splitTokenKey(key);
  return readable<Row | undefined>({ ...name, type: 'unknown', expired: false }, async () => {
    const token = await readToken(store, key);
    return token && describeToken(name, token, (await store.holder(key)).name, now);
  });
}

/** A damaged entry is shown as one; everything else that a store says concerns all. */
async function readable<T extends Row | undefined>(
  row: Row,
  read: (row: Row) => Promise<T>,
): Promise<T | Row> {
  try {
    return await read(row);
  } catch (error) {
    if (!(error instanceof StoreError) || !['corrupt', 'foreign_entry'].includes(error.code)) throw error;
    return { ...row, error: errorJson(error) };
  }
}

function text({ deps }: Workspace, rows: Row[]): string {
  if (rows.length === 0) return 'Nothing is stored.\n';
  const cells = rows.map((row) => [
    row.namespace,
    row.account === undefined ? row.name : `${row.name} (${row.account})`,
    row.error ? 'damaged' : row.type,
    row.expiresAt === undefined ? '' : relative(Date.parse(row.expiresAt), deps.now()),
    details(row, deps.env).join(', '),
  ]);
  return sparseTable(
    ['NAMESPACE', 'NAME', 'TYPE', 'EXPIRES', 'DETAILS'],
    cells,
    tableView(deps.stdout, deps.env),
  );
}

function details(row: Row, env: Workspace['deps']['env']): string[] {
  const variable = row.namespace === 'provider' ? providerVariable(row.name) : undefined;
  return [
    ...(row.expired ? ['expired'] : []),
    ...(row.provider !== undefined && row.provider !== row.name ? [`provider ${row.provider}`] : []),
    ...(variable !== undefined && env[variable] ? [`${variable} in the environment comes first`] : []),
  ];
}
