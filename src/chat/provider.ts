// Which service a model is at, and how it is spoken to. Decided from what the person wrote; asks nobody.
import { UsageError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { isLoopbackHost } from '../url.ts';

export type ModelFlags = {
  provider: string | undefined;
  model: string | undefined;
  apiBase: string | undefined;
};

/** Of one provider's service. */
export type Service = {
  provider: string;
  kind: 'openai' | 'anthropic';
  baseUrl: string;
  /** Undefined: the person named none. */
  model: string | undefined;
  /** `optional`: it may do without one; `environment`: also, and no store is opened to look for it; `none`: none goes there. */
  key: 'needed' | 'optional' | 'environment' | 'none';
};

const KNOWN: Record<string, { kind: Service['kind']; baseUrl: string; key: Service['key'] }> = {
  openai: { kind: 'openai', baseUrl: 'https://api.openai.com/v1', key: 'needed' },
  anthropic: { kind: 'anthropic', baseUrl: 'https://api.anthropic.com', key: 'needed' },
  ollama: { kind: 'openai', baseUrl: 'http://127.0.0.1:11434/v1', key: 'environment' },
};

/** The services that are known by name, as they are asked unless a flag says otherwise. Pure. */
export function knownServices(bases: Readonly<Record<string, string | undefined>>): Service[] {
  return Object.entries(KNOWN).map(([provider, known]) => ({
    provider,
    ...known,
    baseUrl: bases[provider] ?? known.baseUrl,
    model: undefined,
  }));
}

/** What a service at `--api-base` is called that nobody gave a name: no key is sent there. */
const UNNAMED = 'custom';

/**
 * Undefined: no model is asked for. `bases` are the base URLs that the environment has for providers. With an `--api-base`
 * any provider will do, and speaks as OpenAI does; without a provider's name no key goes there, because nobody said
 * whose. Throws UsageError `unknown_provider`, `no_provider`, `invalid_url`. Pure.
 */
export function serviceOf(
  flags: ModelFlags,
  bases: Readonly<Record<string, string | undefined>>,
): Service | undefined {
  const { model, apiBase } = flags;
  const provider = flags.provider?.trim().toLowerCase() || (apiBase ? UNNAMED : providerOf(model));
  if (provider === undefined) return undefined;
  const known = Object.hasOwn(KNOWN, provider) ? KNOWN[provider] : undefined;
  const base = apiBase ?? ((known && bases[provider]) || known?.baseUrl);
  if (base === undefined) {
    const guess = nearest(provider, Object.keys(KNOWN));
    throw new UsageError('unknown_provider', `there is no provider called ${provider}`, {
      hint: [
        guess === undefined ? `known are ${Object.keys(KNOWN).join(', ')}` : `did you mean ${guess}?`,
        'any other service that speaks like OpenAI: add --api-base https://…/v1',
      ].join('\n'),
    });
  }
  const kind = known?.kind ?? 'openai';
  return { provider, kind, baseUrl: baseUrl(base, kind), model, key: keyOf(provider, known?.key, apiBase) };
}

function keyOf(
  provider: string,
  usual: Service['key'] | undefined,
  apiBase: string | undefined,
): Service['key'] {
  if (apiBase === undefined || usual === 'environment') return usual ?? 'optional';
  return provider === UNNAMED ? 'none' : 'optional';
}

/** Some names of models say whose they are. */
function providerOf(model: string | undefined): string | undefined {
  if (model === undefined) return undefined;
  if (/^claude-/.test(model)) return 'anthropic';
  if (/^(?:gpt-|chatgpt-|o\d)/.test(model)) return 'openai';
  throw new UsageError('no_provider', `it is not said who has the model ${model}`, {
    hint: `name the provider too: --provider ${Object.keys(KNOWN).join('|')}, or --api-base https://…/v1`,
  });
}

function baseUrl(text: string, kind: Service['kind']): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (
    !url ||
    !/^https?:$/.test(url.protocol) ||
    url.search !== '' ||
    url.hash !== '' ||
    url.username !== '' ||
    url.password !== ''
  ) {
    throw new UsageError('invalid_url', 'the base URL of the model is not a plain http or https URL', {
      hint: 'write it like https://api.example.com/v1, without a query, a user or a password',
    });
  }
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname)) {
    throw new UsageError(
      'invalid_url',
      'the model is at an http URL, which anybody on the way can read and change',
      {
        hint: 'use https, or bring the port to this machine: ssh -L 11434:127.0.0.1:11434 HOST',
      },
    );
  }
  const path = url.pathname.replace(/\/+$/, '');
  // The SDK adds /v1 itself.
  return `${url.origin}${kind === 'anthropic' ? path.replace(/\/v1$/, '') : path}`;
}
