import type { Deps } from '../deps.ts';
import { type NetworkOptions, openNetwork } from './network.ts';
import type { Service } from './provider.ts';
import type { Wire } from './wire.ts';

export type WireOptions = {
  deps: Pick<Deps, 'fetch' | 'env' | 'now'>;
  service: Service;
  model: string;
  key: string | undefined;
  /** The variable that the key is looked for in, for hints; none, if none goes there. */
  variable: string | undefined;
  caFiles: NetworkOptions['caFiles'];
  certificate: NetworkOptions['certificate'];
  /** Milliseconds until an answer begins, and between two pieces of it. */
  timeout: number | undefined;
};

/** Opens no connection yet. Throws ConfigError `insecure_url`. */
export async function openWire(options: WireOptions): Promise<Wire> {
  const { deps, service, model, key, variable } = options;
  const { kind, baseUrl, provider } = service;
  const network = openNetwork({
    ...deps,
    baseUrl,
    key: key === undefined ? undefined : keyHeader(kind, key),
    caFiles: options.caFiles,
    certificate: options.certificate,
    timeout: options.timeout,
  });
  const asked = { provider, model, origin: new URL(baseUrl).origin, variable, hasKey: key !== undefined };
  const speak =
    kind === 'anthropic'
      ? (await import('./anthropic.ts')).anthropicWire
      : (await import('./openai.ts')).openaiWire;
  return {
    provider,
    model,
    imagesInAnswers: kind === 'anthropic',
    ...speak(baseUrl, { network, asked, now: deps.now }),
    close: network.close,
  };
}

function keyHeader(kind: Service['kind'], key: string): { header: string; value: string } {
  return kind === 'anthropic'
    ? { header: 'x-api-key', value: key }
    : { header: 'authorization', value: `Bearer ${key}` };
}
