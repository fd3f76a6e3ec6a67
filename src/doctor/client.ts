// Which client we would be, and whether the answer of a sign-in could come back to us. Nothing is registered.
import { bindLoopback } from '../auth/bind.ts';
import { keepSecretWithItsIssuer } from '../auth/binding.ts';
import { fetchDocument } from '../auth/document.ts';
import { type Client, chooseClient, machineClient, registrationEndpoint } from '../auth/identity.ts';
import type { ServerMetadata } from '../auth/metadata.ts';
import { serverOf } from '../auth/plan.ts';
import { chooseRedirect, withEphemeralPort } from '../auth/redirect.ts';
import { AuthError, CliError } from '../errors.ts';
import { loopbackRedirect } from '../url.ts';
import { type Case, noBrowser } from './case.ts';
import { type Finding, failed, passed, warned } from './finding.ts';
import { storedRecord } from './kept.ts';

export async function probeRegistration(subject: Case, signal: AbortSignal): Promise<Finding> {
  const { entry, known, now } = subject;
  known.record = await storedRecord(subject);
  const { server } = serverOf(entry.oauth, known.discovery);
  keepSecretWithItsIssuer(entry, server.issuer, known.record);
  if (noBrowser(subject) !== undefined) {
    known.client = machineClient(entry, server, known.record);
    return passed(`${sourceName(known.client)}, ${known.client.authMethod} at the token endpoint`);
  }
  const facts = {
    discovery: known.discovery,
    challenge: known.challenge,
    record: known.record,
    forgetClient: false,
    stepUp: [],
    withoutOffline: false,
    now: now(),
  };
  try {
    known.client = chooseClient(entry, server, facts);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return failed(error);
  }
  const { client } = known;
  if (client?.source === 'document') return judgeDocument(subject, client, signal);
  if (client) return passed(`${sourceName(client)}, ${client.authMethod} at the token endpoint`);
  return judgeEndpoint(subject, server);
}

/** Whether it would register us, only a registration could say. */
function judgeEndpoint({ entry }: Case, server: ServerMetadata): Finding {
  const endpoint = registrationEndpoint(entry.oauth, server) ?? '';
  const seen = `dynamic registration at ${endpoint}, which was not tried`;
  if (!entry.oauth?.clientMetadataUrl) return passed(seen);
  return warned(
    `${seen}; its metadata does not say that it takes client_metadata_url`,
    `remove ${entry.path}.oauth.client_metadata_url, or tell its operator`,
  );
}

/** draft-ietf-oauth-client-id-metadata-document section 4: the document names its own URL, and the redirect. */
async function judgeDocument(subject: Case, { id }: Client, signal: AbortSignal): Promise<Finding> {
  const seen = `client metadata document ${id}`;
  const clause = 'draft-ietf-oauth-client-id-metadata-document section 4';
  const document = (await fetchDocument({ ...subject.ctx, signal }, id, 'the client metadata document').catch(
    (error: unknown) => {
      if (error instanceof CliError) return undefined;
      throw error;
    },
  )) as { client_id?: unknown; redirect_uris?: unknown } | null | undefined;
  if (document?.client_id !== id) {
    const why = document ? 'names another client_id than its own URL' : 'cannot be read from here';
    const error = new AuthError('invalid_client', `${seen} ${why}`, {
      hint: `host it there, or remove ${subject.entry.path}.oauth.client_metadata_url`,
    });
    return failed(error, { clause });
  }
  const uris = Array.isArray(document.redirect_uris) ? document.redirect_uris : [];
  const home = uris.some((uri) => typeof uri === 'string' && loopbackRedirect(uri) !== undefined);
  if (home) return { ...passed(seen), clause };
  return warned(`${seen} lists no redirect to this machine`, 'add http://127.0.0.1/callback to it', clause);
}

function sourceName({ source }: Client): string {
  const names: Record<Client['source'], string> = {
    configured: 'the configured client',
    document: 'a client metadata document',
    registered: 'the client that was registered before',
    assertion: 'no client, the assertion alone',
  };
  return names[source];
}

/** Listens for a moment, as a sign-in would, and tells nobody of the port. */
export async function probeRedirect({ entry, known }: Case): Promise<Finding> {
  const configured = entry.oauth?.clientId;
  const client: Client | undefined =
    known.client ??
    (configured === undefined
      ? undefined
      : { id: configured, secret: undefined, source: 'configured', authMethod: 'none', methodKnown: true });
  const issuer = known.discovery?.server.issuer ?? known.record?.issuer ?? '';
  const choice = chooseRedirect(entry, { client, issuer }, known.record);
  const setting = `${entry.path}.oauth.redirect_uri`;
  try {
    await listenAt(choice.uri, setting);
  } catch (error) {
    const taken = error instanceof CliError && error.code === 'port_in_use';
    if (!taken || choice.fixed) throw error;
    await listenAt(withEphemeralPort(choice.uri), setting);
    return passed(
      `${choice.uri} of last time is in use: another port is taken, and the client registered for it`,
    );
  }
  const { port, host } = loopbackRedirect(choice.uri) ?? { port: 0, host: '' };
  return passed(
    port === 0 ? `${host} at a free port can be listened on` : `${choice.uri} can be listened on`,
  );
}

async function listenAt(uri: string, setting: string): Promise<void> {
  const target = loopbackRedirect(uri);
  if (!target) return;
  await (await bindLoopback(target.hosts, target.port, setting)).close();
}
