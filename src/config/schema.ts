// The shapes of the configuration's blocks. Rules that need two values are in server.ts and oauth.ts.

import { type Block, placeOf } from './block.ts';
import { invalid } from './place.ts';
import {
  anything,
  boolean,
  type Checked,
  either,
  integer,
  list,
  Misshapen,
  number,
  oneOf,
  record,
  scalar,
  shape,
  string,
} from './shape.ts';

const NAME = 'must be the name of an environment variable|write it';

// A message is the second half of a sentence; after the bar comes what to write.
const filled = [(value: string) => value !== '', 'is empty|remove the key, or give it a value'] as const;
const oneLine = [
  (value: string) => /^\P{Cc}*$/u.test(value),
  'contains a control character, such as a line break|check the variable it comes from',
] as const;
const quoted = 'must be a string|put it in double quotes';
const text = string(quoted, filled, oneLine);
const yes = boolean('must be true or false|write true or false, without quotes');
const table = record(scalar(quoted), 'must be an object of strings|write {"NAME": "value", …}');
const word = <const T extends string>(...values: T[]) =>
  oneOf(values, `is not one of the values it can have|write one of: ${values.join(', ')}`);
const variable = string(`${NAME} like "NOTION_TOKEN"`, [
  (value) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(value),
  `${NAME} bare: "NOTION_TOKEN"`,
]);
// RFC 6749 appendix A: client ids and secrets are visible ASCII and spaces.
const credential = string(quoted, filled, oneLine, [
  (value) => /^[\x20-\x7e]*$/.test(value),
  'contains a character outside ASCII (RFC 6749 appendix A)|copy it again',
]);
const isPositive = (value: number) => value > 0;

const SHAPES = {
  entry: shape({
    url: text,
    command: text,
    args: list(scalar(quoted), 'must be a list of strings|write ["one", "two"]'),
    env: table,
    cwd: text,
    headers: table,
    transport: text,
    disabled: yes,
    enabled: yes,
    oauth: anything,
    bearer_token_env: variable,
    account: text,
    expect_account: text,
    expect_issuer: text,
    // The most a timer can wait (2^31 - 1 ms).
    timeout: integer(
      'must be a whole number of milliseconds|write 30000 for half a minute',
      [isPositive, 'must be more than 0|write 30000'],
      [(value) => value <= 2_147_483_647, 'is too long|write 30000'],
    ),
    tool_timeout: number(
      'must be a number of seconds|write it like 30',
      [isPositive, 'must be more than 0|write 30'],
      [(value) => value <= 2_147_483, 'is too long|write 120'],
    ),
    protocol: word('auto', 'legacy', 'modern'),
    allow_http: yes,
    allow_private_network: yes,
    client_cert: text,
    client_key: text,
    client_cert_urls: list(text, 'must be a list of strings|write ["https://mtls.example.com"]'),
  }),
  oauth: shape({
    enabled: yes,
    grant_type: text,
    client_id: credential,
    client_secret: credential,
    token_endpoint_auth_method: word('none', 'client_secret_post', 'client_secret_basic', 'private_key_jwt'),
    scopes: either(
      string(quoted),
      list(string(quoted), quoted),
      'must be a list of strings|write ["read", "write"] or "read write"',
    ),
    authorization_url: text,
    token_url: text,
    device_authorization_url: text,
    registration_url: text,
    revocation_url: text,
    discovery_url: text,
    issuer: text,
    redirect_uri: text,
    callback_port: integer('must be a port number|write it like 8080', [
      (value) => value >= 1 && value <= 65_535,
      'must be a port number|write 8080',
    ]),
    use_pkce: yes,
    extra_auth_params: table,
    resource: text,
    client_metadata_url: text,
    client_name: text,
    dynamic_registration: anything,
    allow_missing_pkce_metadata: yes,
    dpop: yes,
    private_key: string('must be a string|put the PEM text in double quotes'),
    private_key_file: text,
    signing_algorithm: text,
    assertion: text,
    assertion_file: text,
    assertion_env: variable,
    idp: anything,
  }),
  registration: shape({
    enabled: yes,
    issuer: text,
    registration_endpoint: text,
    metadata: record(anything, 'must be an object|write {"key": value, …}'),
    initial_access_token: credential,
  }),
  idp: shape({
    issuer: text,
    token_endpoint: text,
    client_id: credential,
    client_secret: credential,
    id_token: text,
    id_token_env: variable,
    id_token_file: text,
  }),
  storage: shape({
    backend: word('auto', 'keychain', 'windows', 'secretservice', 'vault', 'encrypted'),
    password: string(quoted),
    vault_url: text,
    vault_token: text,
    vault_mount_point: text,
    vault_path_prefix: text,
    vault_namespace: text,
    vault_auth_method: word('token', 'approle', 'jwt', 'oidc', 'kubernetes'),
    vault_auth_path: text,
    vault_role: text,
    vault_role_id: text,
    vault_secret_id: text,
    vault_jwt: text,
    vault_jwt_file: text,
    vault_ca_file: text,
    vault_client_cert: text,
    vault_client_key: text,
    vault_server_name: text,
    vault_kv_version: word('1', '2'),
  }),
};

export type Shape = keyof typeof SHAPES;
export type Shaped<S extends Shape> = Checked<(typeof SHAPES)[S]>;

/**
 * Checks the types of one block, our keys, already expanded.
 * @throws ConfigError `invalid` for the first value of a wrong type
 */
export function check<S extends Shape>(named: S, block: Block): Shaped<S> {
  try {
    return SHAPES[named](block.values) as Shaped<S>;
  } catch (error) {
    if (!(error instanceof Misshapen)) throw error;
    const [key = '', ...rest] = error.path;
    const [said = '', hint] = error.message.split('|');
    throw invalid(placeOf(block, String(key), ...rest), said, hint);
  }
}
