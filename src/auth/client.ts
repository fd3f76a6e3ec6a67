// The listener and the client are bound to each other: a client is registered for the port that was really got, and a
// registration of last time serves only if its port could be had again.

import { CliError } from '../errors.ts';
import type { StoredClient, StoredRecord } from '../store/record.ts';
import { issuerTag, loopbackRedirect } from '../url.ts';
import { answerHolds } from './authorize.ts';
import { listen } from './callback.ts';
import type { AuthContext } from './context.ts';
import { type Receiver, waitElsewhere } from './elsewhere.ts';
import type { Client } from './identity.ts';
import type { AuthPlan, DevicePlan } from './plan.ts';
import { chooseRedirect, type RedirectChoice, withEphemeralPort, withLocalhost } from './redirect.ts';
import { RedirectRefused, type Registration, register } from './register.ts';
import { resetCommand } from './required.ts';
import { within } from './within.ts';

export type BoundClient = Client & {
  /** Registered before, and used again. */
  reused: boolean;
  /** What is kept of a registration. */
  registered:
    | Pick<StoredClient, 'secret' | 'redirectUris' | 'secretExpiresAt' | 'bound' | 'pushes'>
    | undefined;
};

/**
 * Binds the listener, and registers a client for it where none fits. The caller closes the listener.
 * @throws ConfigError `port_in_use` for a fixed redirect; all of register's errors
 */
export async function bindClient(
  ctx: AuthContext,
  plan: AuthPlan,
  options: { record: StoredRecord | undefined; state: string; omitMethod: boolean; device: boolean },
): Promise<{ listener: Receiver; client: BoundClient }> {
  const choice = chooseRedirect(
    ctx.entry,
    { client: plan.client, issuer: plan.server.issuer },
    options.record,
    ctx.terminal !== undefined,
  );
  const open = async (redirectUri: string): Promise<Receiver> => {
    const stuck = whatIsWrong(ctx, plan, redirectUri);
    const waiting = { redirectUri, signal: ctx.signal, timeout: ctx.loginTimeout, stuck };
    if (!loopbackRedirect(redirectUri)) return waitElsewhere(waiting);
    return listen({
      ...waiting,
      state: options.state,
      random: ctx.random,
      answerHolds: (answer) => answerHolds(plan, answer),
      setting: `${ctx.entry.path}.oauth.redirect_uri`,
    });
  };
  let listener = await openChosen(open, choice);
  try {
    const ready = readyClient(plan.client, options.record, listener.redirectUri);
    if (ready) return { listener, client: ready };
    ctx.notify({ kind: 'registering', issuer: plan.server.issuer });
    const registerFor = (uri: string) =>
      register(ctx.http, ctx.entry, plan, uri, {
        signal: within(ctx),
        omitMethod: options.omitMethod,
        device: options.device,
      });
    try {
      return { listener, client: asClient(await registerFor(listener.redirectUri)) };
    } catch (error) {
      if (!(error instanceof RedirectRefused) || choice.fixed) throw error;
      await listener.close();
      listener = await open(withLocalhost(withEphemeralPort(choice.uri)));
      return { listener, client: asClient(await registerFor(listener.redirectUri)) };
    }
  } catch (error) {
    await listener.close();
    throw error;
  }
}

/** An authorization server that does not know the client or the redirect shows a page and sends nobody back. */
function whatIsWrong({ entry }: AuthContext, { client, server }: AuthPlan, uri: string): string {
  if (client?.source === 'registered' || !client) {
    return `if the page showed an error, forget the registration: ${resetCommand(entry)}`;
  }
  const { path } = entry;
  if (client.source === 'document') {
    return `if the page showed an error, see whether ${client.id} lists ${uri} in its redirect_uris (any port will do, or the same one)`;
  }
  return `if the page showed an error, compare ${path}.oauth.client_id and redirect_uri with ${server.issuer}: the redirect is ${uri}`;
}

async function openChosen(
  open: (uri: string) => Promise<Receiver>,
  choice: RedirectChoice,
): Promise<Receiver> {
  try {
    return await open(choice.uri);
  } catch (error) {
    const taken = error instanceof CliError && error.code === 'port_in_use';
    if (!taken || choice.fixed) throw error;
    return open(withEphemeralPort(choice.uri));
  }
}

/** The planned client, unless it was registered for another redirect. */
function readyClient(
  client: Client | undefined,
  record: StoredRecord | undefined,
  redirectUri: string,
): BoundClient | undefined {
  if (!client) return undefined;
  if (client.source !== 'registered') return { ...client, reused: false, registered: undefined };
  const stored = record?.client;
  if (!stored?.redirectUris?.includes(redirectUri)) return undefined;
  return { ...client, reused: true, registered: keptOf(stored) };
}

/**
 * The client for device codes, which come back to no redirect: the planned one, or a new registration.
 * @throws all of register's errors
 */
export async function deviceClient(
  ctx: AuthContext,
  plan: DevicePlan,
  options: { record: StoredRecord | undefined; omitMethod: boolean },
): Promise<BoundClient> {
  const { client } = plan;
  const stored = options.record?.client;
  if (client?.source === 'registered' && stored)
    return { ...client, reused: true, registered: keptOf(stored) };
  if (client) return { ...client, reused: false, registered: undefined };
  ctx.notify({ kind: 'registering', issuer: plan.server.issuer });
  const registerFor = (uri: string | undefined) =>
    register(ctx.http, ctx.entry, plan, uri, {
      signal: within(ctx),
      omitMethod: options.omitMethod,
      device: true,
    });
  try {
    return asClient(await registerFor(undefined));
  } catch (error) {
    if (!(error instanceof RedirectRefused)) throw error;
    // Some servers register nobody without a redirect.
    return asClient(await registerFor(`http://127.0.0.1/callback/${issuerTag(plan.server.issuer)}`));
  }
}

function asClient(registration: Registration): BoundClient {
  const { id, secret, authMethod } = registration;
  return {
    id,
    secret,
    source: 'registered',
    authMethod,
    methodKnown: true,
    reused: false,
    registered: keptOf(registration),
  };
}

function keptOf(client: StoredClient): BoundClient['registered'] {
  return {
    ...(client.secret !== undefined && { secret: client.secret }),
    ...(client.redirectUris && { redirectUris: client.redirectUris }),
    ...(client.secretExpiresAt !== undefined && { secretExpiresAt: client.secretExpiresAt }),
    ...(client.bound && { bound: client.bound }),
    ...(client.pushes && { pushes: client.pushes }),
  };
}
