import { describeRecord } from '../auth/status.ts';
import { UsageError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { parseRecord } from '../store/record.ts';
import { splitKey } from '../store/record-key.ts';
import type { Secrets } from '../store/store.ts';
import { signInKeys, splitTokenKey, tokenKeys } from '../store/token.ts';
import { print } from '../ui/print.ts';
import { sanitize, sanitizeLines } from '../ui/sanitize.ts';
import { providerVariable } from '../workspace/provider.ts';
import { describeToken, findToken, readToken } from '../workspace/stored.ts';
import { tokenExpired } from '../workspace/tokens.ts';
import type { Workspace } from '../workspace/workspace.ts';

export type GetOptions = { namespace?: string; showValue?: boolean };

/**
 * `token get`: what is stored under a name. The value comes on request only, and then alone; one that has expired does
 * not: whoever asks for it would use it.
 */
export async function tokenGet(workspace: Workspace, name: string, options: GetOptions): Promise<void> {
  const { deps } = workspace;
  const store = await workspace.store();
  const key = options.namespace === 'oauth' ? undefined : await findToken(store, name, options.namespace);
  const token = key === undefined ? undefined : await readToken(store, key);
  if (key === undefined || !token) return signIn(workspace, store, name, options);
  const told = describeToken(splitTokenKey(key), token, (await store.holder(key)).name, deps.now());
  if (!options.showValue) return print(workspace, { json: told, text: () => lines(told) });
  if (told.expired) throw tokenExpired(told);
  const { value } = token;
  const text = deps.stdout.isTTY ? sanitizeLines(value) : value;
  print(workspace, { json: { ...told, value }, text: () => `${text}\n` });
}

/** A server's sign-in, where no token has that name. */
async function signIn(
  workspace: Workspace,
  store: Secrets,
  name: string,
  { namespace, showValue }: GetOptions,
): Promise<void> {
  const { account } = workspace.flags;
  const all = await store.list();
  const keys = signInKeys(all).filter((key) => {
    const owner = splitKey(key);
    return owner.server === name && (account === undefined || owner.account === account);
  });
  const [key] = keys;
  const value = namespace === undefined || namespace === 'oauth' ? key && (await store.get(key)) : undefined;
  if (key === undefined || value === undefined) throw unknown(name, namespace, all);
  if (showValue) {
    throw new UsageError(
      'not_for_sign_ins',
      'the token of a sign-in is renewed when it is used, not shown as stored',
      {
        hint: 'get it with: mcp-cli auth token NAME',
        server: name,
      },
    );
  }
  const record = describeRecord(parseRecord(value, key, { allowHttp: true }), workspace.deps.now());
  const { server, ...rest } = record;
  const told = {
    namespace: 'oauth',
    name: server,
    type: 'oauth',
    ...rest,
    store: (await store.holder(key)).name,
  };
  print(workspace, { json: told, text: () => lines(told) });
}

function unknown(name: string, namespace: string | undefined, keys: string[]): UsageError {
  const names = [
    ...(namespace === 'oauth' ? [] : tokenKeys(keys).map((key) => splitTokenKey(key).name)),
    ...(namespace === undefined || namespace === 'oauth'
      ? signInKeys(keys).map((key) => splitKey(key).server)
      : []),
  ];
  const near = nearest(name, names);
  const where = namespace === undefined ? '' : ` in ${namespace}`;
  return new UsageError('unknown_token', `no token called ${name} is stored${where}`, {
    hint: [
      ...(near === undefined ? [] : [`did you mean ${near}?`]),
      'see what is stored: mcp-cli token list',
    ].join('\n'),
  });
}

/** `token get-provider`: where an LLM provider's key comes from. */
export async function tokenGetProvider(
  workspace: Workspace,
  provider: string,
  options: { showValue?: boolean },
): Promise<void> {
  if (options.showValue) return tokenGet(workspace, provider, { namespace: 'provider', showValue: true });
  const variable = providerVariable(provider);
  const inEnvironment = Boolean(workspace.deps.env[variable]);
  const store = await workspace.store();
  const inStore = (await findToken(store, provider, 'provider')) !== undefined;
  const source = inEnvironment ? 'environment' : inStore ? 'store' : 'none';
  const told = { provider, source, variable, inEnvironment, inStore };
  print(workspace, { json: told, text: () => lines(told) });
}

function lines(value: object): string {
  return Object.entries(value)
    .map(([key, each]) => `${key}: ${sanitize(String(each))}\n`)
    .join('');
}
