// Assertions of workloads and of companies: made by whoever issues them, taken by oidc-provider for tokens (RFC 7523).
import { generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { errors, type default as Provider } from 'oidc-provider';
import { applyDpopBinding } from 'oidc-provider/lib/helpers/grant_common.js';
import validateDpop from 'oidc-provider/lib/helpers/validate_dpop.js';
import { registerSecret } from './secrets.ts';

export type Signer = { publicKey: KeyObject; issue(claims: object): string };

/** Who signs: a CI platform, a cluster, an identity provider. */
export function signer(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return {
    publicKey,
    issue(claims) {
      const now = Math.floor(Date.now() / 1000);
      const text = `${part({ alg: 'ES256' })}.${part({ iat: now, exp: now + 300, ...claims })}`;
      const signature = sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' });
      return registerSecret(`${text}.${signature.toString('base64url')}`, 'assertion');
    },
  };
}

type Claims = { aud?: string; exp?: number; sub?: string; resource?: string };

/** The claims of a JWT of this signer for this audience; undefined for any other. */
export function readAssertion(token: string, { publicKey }: Signer, audience: string): Claims | undefined {
  const [head = '', body = '', signature = ''] = token.split('.');
  const key = { key: publicKey, dsaEncoding: 'ieee-p1363' as const };
  const signed = verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'));
  if (!signed) return undefined;
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Claims;
  return claims.aud === audience && (claims.exp ?? 0) * 1000 > Date.now() ? claims : undefined;
}

/** Teaches the provider the grant of RFC 7523 section 2.1, for assertions of this signer; bound to a key that is proved. */
export function takeAssertions(provider: Provider, trusted: Signer): void {
  const grant = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
  provider.registerGrantType(
    grant,
    async (context) => {
      const { client, params } = context.oidc;
      const proof = await validateDpop(provider, context);
      const claims = readAssertion(params.assertion ?? '', trusted, provider.issuer);
      if (!claims) throw new errors.InvalidGrant('the assertion is not good');
      const scope = params.scope ?? '';
      const token = new provider.ClientCredentials({ client, scope });
      const audience = params.resource ?? provider.issuer;
      token.resourceServer = new provider.ResourceServer(audience, { audience, scope });
      await applyDpopBinding(provider, context, proof, token);
      context.oidc.entity('ClientCredentials', token);
      const { expiration: expires_in, tokenType: token_type } = token;
      context.body = { access_token: await token.save(), expires_in, token_type };
    },
    ['assertion', 'scope', 'resource'],
  );
}

/** Teaches an identity provider to vouch for its people (RFC 8693, ID-JAG). */
export function vouch(provider: Provider, company: Signer): void {
  const ID_JAG = 'urn:ietf:params:oauth:token-type:id-jag';
  provider.registerGrantType(
    'urn:ietf:params:oauth:grant-type:token-exchange',
    async (context) => {
      const { client, params } = context.oidc;
      const person = readAssertion(params.subject_token ?? '', company, client.clientId);
      if (!person || params.requested_token_type !== ID_JAG) throw new errors.InvalidGrant('nobody we know');
      const { audience = '', resource, scope } = params;
      const jag = company.issue({ iss: provider.issuer, sub: person.sub, aud: audience, resource, scope });
      context.body = { issued_token_type: ID_JAG, access_token: jag, token_type: 'N_A', expires_in: 300 };
    },
    ['requested_token_type', 'audience', 'resource', 'scope', 'subject_token', 'subject_token_type'],
  );
}
