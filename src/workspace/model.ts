// The model that flags and environment name, with its key.
import { openWire } from '../chat/open.ts';
import { type Service, serviceOf } from '../chat/provider.ts';
import type { Wire } from '../chat/wire.ts';
import type { Env } from '../deps.ts';
import { AuthError, StoreError, UsageError } from '../errors.ts';
import { isOver, tokenKey } from '../store/token.ts';
import { typed } from '../typed.ts';
import { caFilesOf, certificateOf } from './network.ts';
import { providerVariable } from './provider.ts';
import { readToken } from './stored.ts';
import { setCommand, tokenExpired } from './tokens.ts';
import type { Workspace } from './workspace.ts';

type Named = Pick<Workspace, 'deps' | 'flags'>;

/**
 * Undefined: nobody asked for a model. What the environment says counts where no flag says otherwise, so that no key goes
 * to an address that was not meant for it. Throws UsageError `unknown_provider`, `no_provider`, `invalid_url`.
 */
export function namedService({ deps: { env }, flags }: Named): Service | undefined {
  const { provider, model, apiBase } = flags;
  const elsewhere = provider !== undefined || apiBase !== undefined;
  const named = {
    provider: elsewhere ? provider : model === undefined ? env.LLM_PROVIDER || undefined : undefined,
    model: model ?? (elsewhere ? undefined : env.LLM_MODEL || undefined),
    apiBase,
  };
  return serviceOf(named, basesOf(env));
}

/** The base URLs that the environment has for providers. */
export function basesOf(env: Env): Record<string, string | undefined> {
  return {
    openai: env.OPENAI_BASE_URL || undefined,
    anthropic: env.ANTHROPIC_BASE_URL || undefined,
  };
}

/**
 * The wire to a service, closed with the workspace's own work by whoever opened it. Throws UsageError `no_model`, AuthError
 * `key_missing` or `token_expired`, StoreError.
 */
export async function openModel(workspace: Workspace, service: Service): Promise<Wire> {
  const { deps, flags } = workspace;
  const { provider, model } = service;
  if (model === undefined) {
    throw new UsageError('no_model', `it is not said which model of ${provider}`, {
      hint: 'name one with --model',
    });
  }
  return openWire({
    deps,
    service,
    model,
    key: await keyOf(workspace, service),
    variable: service.key === 'none' ? undefined : providerVariable(provider),
    caFiles: caFilesOf(flags),
    certificate: certificateOf(deps),
    timeout: flags.timeout,
  });
}

/** The environment comes before the store. */
async function keyOf(workspace: Workspace, { provider, key }: Service): Promise<string | undefined> {
  if (key === 'none') return undefined;
  const variable = providerVariable(provider);
  const given = workspace.deps.env[variable]?.trim();
  if (given) return printable(given, variable);
  if (key === 'environment') return undefined;
  const stored = await storedKey(workspace, provider).catch((error: unknown) => {
    // A service that may do without is asked without; if it wants one, it says so.
    if (key === 'optional' && error instanceof StoreError) return undefined;
    throw error;
  });
  if (stored !== undefined) return printable(stored.trim(), `the stored key of ${provider}`);
  if (key === 'optional') return undefined;
  throw new AuthError('key_missing', `there is no key for ${provider}`, {
    hint: `set ${variable}, or store one: ${setCommand({ namespace: 'provider', name: provider })}`,
  });
}

async function storedKey({ store, deps }: Workspace, provider: string): Promise<string | undefined> {
  const name = { namespace: 'provider', name: provider };
  const token = await readToken(await store(), tokenKey(name));
  if (token && isOver(token, deps.now())) throw tokenExpired(name);
  return token?.value;
}

/** A header can hold nothing else, and what fetch says of one repeats it. */
function printable(key: string, where: string): string {
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new AuthError('key_missing', `${where} holds no key: it has blanks or other characters in it`, {
    hint: `set it anew, for example: ${typed('mcp-cli', 'token', 'set-provider')} NAME`,
  });
}
