import { type Block, placeOf } from './block.ts';
import { invalid } from './place.ts';

/**
 * What an authorization request says by itself. Set from a file, they would replace our protection (`state`, PKCE,
 * `redirect_uri`), send the code elsewhere or in a form the listener cannot see (`response_mode`), move all other
 * parameters out of sight (`request`, RFC 9101), or put a secret into a URL. `nonce` is here because a constant one
 * binds nothing, and `scope` and `resource` because they have keys of their own, which refresh and step-up read.
 */
const PROTOCOL = [
  'client_assertion',
  'client_assertion_type',
  'client_id',
  'client_secret',
  'code',
  'code_challenge',
  'code_challenge_method',
  'code_verifier',
  'dpop_jkt',
  'grant_type',
  'iss',
  'nonce',
  'redirect_uri',
  'request',
  'request_uri',
  'resource',
  'response_mode',
  'response_type',
  'scope',
  'state',
];

/** Those that have a key of their own. */
const OWN_KEY: Record<string, string> = {
  client_id: 'client_id',
  redirect_uri: 'redirect_uri',
  resource: 'resource',
  scope: 'scopes',
};

/** @throws ConfigError `invalid` for a name on the list */
export function checkParameters(extra: Record<string, string>, fields: Block): Record<string, string> {
  for (const name of Object.keys(extra)) {
    // Some servers ignore the case of parameter names, so we do too.
    if (!PROTOCOL.includes(name.trim().toLowerCase())) continue;
    const key = OWN_KEY[name.trim().toLowerCase()];
    const hint = key === undefined ? 'remove it' : `use the key "${key}" of the oauth block instead`;
    throw invalid(placeOf(fields, 'extra_auth_params', name), 'is a parameter of the protocol itself', hint);
  }
  return extra;
}
