import { issuerFault, urlFault } from './address.ts';
import { type Around, absolute, type Block, block, expandBlock, placeOf, refuse } from './block.ts';
import type { Credentials, IdentityProvider } from './entry.ts';
import { IDP } from './keys.ts';
import { invalid, type Place } from './place.ts';
import { check, type Shaped } from './schema.ts';

/**
 * Reads the keys of the grants that need no browser: a private key, an assertion, an identity provider.
 * Nothing is opened here: files and variables are named, and read when they are used.
 * @throws ConfigError `invalid`, `missing_env`, `unsupported_reference`
 */
export function toCredentials(
  oauth: Shaped<'oauth'>,
  fields: Block,
  allowHttp: boolean,
  around: Around,
): Credentials | undefined {
  const { private_key, private_key_file, assertion, assertion_file, assertion_env } = oauth;
  atMostOne({ private_key, private_key_file }, fields);
  atMostOne({ assertion, assertion_file, assertion_env }, fields);
  const credentials: Credentials = {
    privateKey: private_key,
    privateKeyFile: absolute(private_key_file, fields, around.home),
    signingAlgorithm: oauth.signing_algorithm,
    assertion,
    assertionFile: absolute(assertion_file, fields, around.home),
    assertionEnv: assertion_env,
    idp: toIdp(oauth.idp, placeOf(fields, 'idp'), allowHttp, around),
  };
  return Object.values(credentials).some((value) => value !== undefined) ? credentials : undefined;
}

function toIdp(
  value: unknown,
  place: Place,
  allowHttp: boolean,
  around: Around,
): IdentityProvider | undefined {
  if (value === undefined) return undefined;
  const fields = expandBlock(block(value, IDP, place, around.warn), around.env, ['id_token_env']);
  const idp = check('idp', fields);
  if (idp.issuer !== undefined) refuse(issuerFault(idp.issuer, allowHttp), fields, 'issuer');
  if (idp.token_endpoint !== undefined)
    refuse(urlFault(idp.token_endpoint, allowHttp), fields, 'token_endpoint');
  const { id_token, id_token_env, id_token_file } = idp;
  atMostOne({ id_token, id_token_env, id_token_file }, fields);
  return {
    issuer: idp.issuer,
    tokenEndpoint: idp.token_endpoint,
    clientId: idp.client_id,
    clientSecret: idp.client_secret,
    idToken: id_token,
    idTokenEnv: id_token_env,
    idTokenFile: absolute(id_token_file, fields, around.home),
  };
}

function atMostOne(values: Record<string, unknown>, fields: Block): void {
  const given = Object.keys(values).filter((key) => values[key] !== undefined);
  const [, second] = given;
  if (second === undefined) return;
  throw invalid(
    placeOf(fields, second),
    'says the same thing a second time',
    `keep one of: ${given.join(', ')}`,
  );
}
