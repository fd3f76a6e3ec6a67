// The token endpoint of a stored sign-in, and who we are there: the only place where a record meets what is configured.

import type { StoredRecord } from '../store/record.ts';
import type { AuthContext } from './context.ts';
import { mayUse } from './destination.ts';
import { proofOf } from './proof.ts';
import { loginRequired } from './required.ts';
import { keyFor } from './signing.ts';
import type { TokenEndpoint } from './token.ts';

/**
 * Where and how a stored refresh token is used: at the endpoint recorded when it was issued, with the client's present
 * secret or key. Throws ConfigError `private_key`; StoreError `corrupt`; AuthError `login_required` where nobody but the
 * record says that they may go there.
 */
export async function endpointOf(ctx: AuthContext, record: StoredRecord): Promise<TokenEndpoint> {
  const { entry } = ctx;
  if (!(await mayUse(ctx.entry, record))) throw loginRequired(ctx);
  const configured = record.client.source === 'configured';
  const authMethod =
    (configured ? entry.oauth?.tokenEndpointAuthMethod : undefined) ?? record.client.authMethod;
  return {
    issuer: record.issuer,
    tokenEndpoint: record.tokenEndpoint,
    clientId: record.client.id,
    secret: configured ? entry.oauth?.clientSecret : record.client.secret,
    authMethod,
    key: await keyFor(entry, authMethod),
    resource: record.resource,
    proof: await proofOf(ctx, record),
  };
}
