// Enterprise-managed authorization (ID-JAG): the company's identity provider, not the person, says that this client may
// use that server. An identity token is exchanged there (RFC 8693) for an assertion that the server's own
// authorization server takes (RFC 7523).

import * as oauth from 'oauth4webapi';
import type { HttpEntry, IdentityProvider } from '../../config/entry.ts';
import { AuthError, ConfigError, ProtocolError } from '../../errors.ts';
import { parseObject } from '../../json-object.ts';
import { basicCredentials } from '../basic.ts';
import { readText } from '../body.ts';
import type { AuthContext } from '../context.ts';
import { fetchDocument } from '../document.ts';
import { echoes } from '../echo.ts';
import { toward } from '../hop.ts';
import { judgeServerMetadata } from '../metadata.ts';
import type { GrantPlan } from '../plan.ts';
import { clientAuth } from '../token.ts';
import { serverMetadataUrls } from '../well-known.ts';
import { within } from '../within.ts';
import { checked, fromFile, fromVariable } from './assertion.ts';

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ID_JAG = 'urn:ietf:params:oauth:token-type:id-jag';
const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token';

/**
 * The assertion for the authorization server of `plan`, from the configured identity provider.
 * @throws ConfigError `credential_missing`, `idp_needed`; AuthError `idp_refused`; NetworkError; ProtocolError
 */
export async function identityAssertion(ctx: AuthContext, plan: GrantPlan): Promise<string> {
  const idp = ctx.entry.oauth?.credentials?.idp;
  const clientId = idp?.clientId ?? ctx.entry.oauth?.clientId;
  if (!idp || !clientId) throw needed(ctx.entry, 'idp');
  const [subject, endpoint] = await Promise.all([identityToken(ctx, idp), endpointOf(ctx, idp)]);
  const params = new URLSearchParams({
    requested_token_type: ID_JAG,
    audience: plan.server.issuer,
    subject_token: subject,
    subject_token_type: ID_TOKEN,
    ...(plan.resource !== undefined && { resource: plan.resource }),
    ...(plan.scopes.length > 0 && { scope: plan.scopes.join(' ') }),
  });
  const auth = clientAuth({ secret: idp.clientSecret, authMethod: 'client_secret_basic' });
  const response = await oauth.genericTokenEndpointRequest(
    { issuer: idp.issuer ?? new URL(endpoint).origin, token_endpoint: endpoint },
    { client_id: clientId },
    auth,
    EXCHANGE,
    params,
    {
      signal: within(ctx),
      [oauth.customFetch]: toward(ctx.http, "the identity provider's token endpoint") as never,
      [oauth.allowInsecureRequests]: true,
    },
  );
  const secrets = [subject, idp.clientSecret, basicCredentials(clientId, idp.clientSecret)];
  return judge(ctx, { status: response.status, text: await readText(response) }, secrets);
}

/** RFC 8693 section 2.2: the token is called `access_token` whatever it is, so its type decides. */
function judge(
  ctx: AuthContext,
  { status, text }: { status: number; text: string },
  secrets: readonly (string | undefined)[],
): string {
  const { name: server, path } = ctx.entry;
  const json = parseObject(text);
  if (json?.error !== undefined || status >= 400) {
    const error = typeof json?.error === 'string' && !echoes(json.error, secrets) ? json.error : undefined;
    const said = error?.slice(0, 100) ?? `HTTP ${status}`;
    throw new AuthError('idp_refused', `the identity provider does not vouch for ${server}: ${said}`, {
      hint: `ask its administrator to allow this client; a new identity token may be needed: ${path}.oauth.idp`,
      server,
    });
  }
  if (json?.issued_token_type !== ID_JAG || typeof json.access_token !== 'string') {
    throw new ProtocolError('token_response_invalid', 'the identity provider answered without an ID-JAG', {
      hint: `check ${path}.oauth.idp: it must know identity assertion grants`,
      server,
    });
  }
  return checked(ctx, json.access_token, 'the identity provider');
}

async function identityToken(ctx: AuthContext, idp: IdentityProvider): Promise<string> {
  const setting = `${ctx.entry.path}.oauth.idp`;
  if (idp.idToken !== undefined) return checked(ctx, idp.idToken, `${setting}.id_token`);
  if (idp.idTokenFile !== undefined) return fromFile(ctx, idp.idTokenFile, `${setting}.id_token_file`);
  if (idp.idTokenEnv !== undefined) return fromVariable(ctx, idp.idTokenEnv);
  throw needed(ctx.entry, 'idp.id_token_env');
}

async function endpointOf(ctx: AuthContext, { issuer, tokenEndpoint }: IdentityProvider): Promise<string> {
  if (tokenEndpoint !== undefined) return tokenEndpoint;
  if (issuer === undefined) throw needed(ctx.entry, 'idp.issuer');
  for (const url of serverMetadataUrls(issuer)) {
    const json = await fetchDocument(ctx, url, "the identity provider's metadata");
    if (json !== undefined)
      return judgeServerMetadata(json, { issuer, url, entry: ctx.entry }).metadata.token_endpoint;
  }
  throw needed(ctx.entry, 'idp.token_endpoint');
}

function needed({ name: server, path }: HttpEntry, key: string): ConfigError {
  return new ConfigError(
    'idp_needed',
    `${server} is signed in to by an identity provider, and it is not known`,
    {
      hint: `set ${path}.oauth.${key}`,
      server,
    },
  );
}
