// The shapes, and the only file that loads zod, which is most of what reading a configuration costs: whoever wants a
// faster start replaces this file and nothing else. Rules that need two values are in server.ts and oauth.ts.

import * as z from 'zod/mini';
import { type Block, placeOf } from './block.ts';
import { invalid } from './place.ts';

// A shape's message is the second half of a sentence; after the bar comes what to write.
const text = z
  .string('must be a string|put it in double quotes')
  .check(
    z.minLength(1, 'is empty|remove the key, or give it a value'),
    z.regex(
      /^\P{Cc}*$/u,
      'contains a control character, such as a line break|check the variable it comes from',
    ),
  );
const yes = z.boolean('must be true or false|write true or false, without quotes');
const object = z.record(z.string(), z.unknown(), 'must be an object|write {"key": value, …}');
/** Numbers and booleans are what people write for PORT or max_age. */
const scalar = z.pipe(
  z.union([z.string(), z.number(), z.boolean()], 'must be a string|put it in double quotes'),
  z.transform(String),
);
const table = z.record(z.string(), scalar, 'must be an object of strings|write {"NAME": "value", …}');
const word = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, `is not one of the values it can have|write one of: ${values.join(', ')}`);
const variable = z
  .string('must be the name of an environment variable|write it like "NOTION_TOKEN"')
  .check(
    z.regex(
      /^[A-Za-z_][A-Za-z0-9_]*$/,
      'must be the name of an environment variable|write it bare: "NOTION_TOKEN"',
    ),
  );
// RFC 6749 appendix A: client ids and secrets are visible ASCII and spaces.
const credential = text.check(
  z.regex(/^[\x20-\x7e]*$/, 'contains a character outside ASCII (RFC 6749 appendix A)|copy it again'),
);
const seconds = z
  .number('must be a number of seconds|write it like 30')
  .check(z.positive('must be more than 0|write 30'));

const optional = z.optional;

const SHAPES = {
  entry: z.object({
    url: optional(text),
    command: optional(text),
    args: optional(z.array(scalar, 'must be a list of strings|write ["one", "two"]')),
    env: optional(table),
    cwd: optional(text),
    headers: optional(table),
    transport: optional(text),
    disabled: optional(yes),
    enabled: optional(yes),
    oauth: optional(z.unknown()),
    bearer_token_env: optional(variable),
    account: optional(text),
    expect_account: optional(text),
    expect_issuer: optional(text),
    // The most a timer can wait (2^31 - 1 ms).
    timeout: optional(
      z
        .int('must be a whole number of milliseconds|write 30000 for half a minute')
        .check(
          z.positive('must be more than 0|write 30000'),
          z.maximum(2_147_483_647, 'is too long|write 30000'),
        ),
    ),
    tool_timeout: optional(seconds.check(z.maximum(2_147_483, 'is too long|write 120'))),
    protocol: optional(word(['auto', 'legacy', 'modern'])),
    allow_http: optional(yes),
    allow_private_network: optional(yes),
    client_cert: optional(text),
    client_key: optional(text),
    client_cert_urls: optional(z.array(text, 'must be a list of strings|write ["https://mtls.example.com"]')),
  }),
  oauth: z.object({
    enabled: optional(yes),
    grant_type: optional(text),
    client_id: optional(credential),
    client_secret: optional(credential),
    token_endpoint_auth_method: optional(
      word(['none', 'client_secret_post', 'client_secret_basic', 'private_key_jwt']),
    ),
    scopes: optional(
      z.union(
        [z.string(), z.array(z.string())],
        'must be a list of strings|write ["read", "write"] or "read write"',
      ),
    ),
    authorization_url: optional(text),
    token_url: optional(text),
    device_authorization_url: optional(text),
    registration_url: optional(text),
    revocation_url: optional(text),
    discovery_url: optional(text),
    issuer: optional(text),
    redirect_uri: optional(text),
    callback_port: optional(
      z
        .int('must be a port number|write it like 8080')
        .check(
          z.minimum(1, 'must be a port number|write 8080'),
          z.maximum(65_535, 'must be a port number|write 8080'),
        ),
    ),
    use_pkce: optional(yes),
    extra_auth_params: optional(table),
    resource: optional(text),
    client_metadata_url: optional(text),
    client_name: optional(text),
    dynamic_registration: optional(z.unknown()),
    allow_missing_pkce_metadata: optional(yes),
    dpop: optional(yes),
    private_key: optional(z.string('must be a string|put the PEM text in double quotes')),
    private_key_file: optional(text),
    signing_algorithm: optional(text),
    assertion: optional(text),
    assertion_file: optional(text),
    assertion_env: optional(variable),
    idp: optional(z.unknown()),
  }),
  registration: z.object({
    enabled: optional(yes),
    issuer: optional(text),
    registration_endpoint: optional(text),
    metadata: optional(object),
    initial_access_token: optional(credential),
  }),
  idp: z.object({
    issuer: optional(text),
    token_endpoint: optional(text),
    client_id: optional(credential),
    client_secret: optional(credential),
    id_token: optional(text),
    id_token_env: optional(variable),
    id_token_file: optional(text),
  }),
  storage: z.object({
    backend: optional(word(['auto', 'keychain', 'windows', 'secretservice', 'vault', 'encrypted'])),
    password: optional(z.string('must be a string|put it in double quotes')),
    vault_url: optional(text),
    vault_token: optional(text),
    vault_mount_point: optional(text),
    vault_path_prefix: optional(text),
    vault_namespace: optional(text),
    vault_auth_method: optional(word(['token', 'approle', 'jwt', 'oidc', 'kubernetes'])),
    vault_auth_path: optional(text),
    vault_role: optional(text),
    vault_role_id: optional(text),
    vault_secret_id: optional(text),
    vault_jwt: optional(text),
    vault_jwt_file: optional(text),
    vault_ca_file: optional(text),
    vault_client_cert: optional(text),
    vault_client_key: optional(text),
    vault_server_name: optional(text),
    vault_kv_version: optional(word(['1', '2'])),
  }),
};

export type Shape = keyof typeof SHAPES;
export type Shaped<S extends Shape> = z.infer<(typeof SHAPES)[S]>;

/**
 * Checks the types of one block, our keys, already expanded.
 * @throws ConfigError `invalid` for the first value of a wrong type
 */
export function check<S extends Shape>(shape: S, block: Block): Shaped<S> {
  const result = SHAPES[shape].safeParse(block.values);
  if (result.success) return result.data as Shaped<S>;
  const [issue] = result.error.issues;
  const [key = '', ...rest] = (issue?.path ?? []).map((step) =>
    typeof step === 'symbol' ? String(step) : step,
  );
  const [said = 'has the wrong type', hint] = (issue?.message ?? '').split('|');
  throw invalid(placeOf(block, String(key), ...rest), said, hint);
}
