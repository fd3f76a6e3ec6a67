// Every key we know, in our spelling, with the spellings of other clients. Both snake_case and camelCase of each are
// accepted everywhere, so only real synonyms are listed.

/** Our spelling -> synonyms. */
export type Keys = Readonly<Record<string, readonly string[]>>;

export const ROOT: Keys = {
  mcpServers: [],
  servers: [],
  token_storage: [],
  // Settings of the Python tool and of editors. Known, so that a file shared with them draws no warning.
  $schema: [],
  inputs: [],
  default_provider: [],
  default_model: [],
  theme: [],
  verbose: [],
  confirm_tools: [],
  timeouts: [],
  tools: [],
};

export const ENTRY: Keys = {
  url: ['base_url', 'server_url', 'http_url'],
  command: [],
  args: [],
  env: [],
  cwd: [],
  headers: ['http_headers'],
  transport: ['type'],
  disabled: [],
  enabled: [],
  oauth: [],
  bearer_token_env: ['bearer_token_env_var'],
  account: [],
  expect_account: [],
  expect_issuer: [],
  timeout: [],
  tool_timeout: [],
  protocol: [],
  allow_http: [],
  allow_private_network: [],
  client_cert: [],
  client_key: [],
  client_cert_urls: [],
  // Known and without effect.
  init_timeout: [],
  max_retries: [],
  description: [],
};

export const OAUTH: Keys = {
  enabled: [],
  grant_type: [],
  client_id: [],
  client_secret: [],
  token_endpoint_auth_method: [],
  scopes: ['scope'],
  authorization_url: ['authorization_endpoint'],
  token_url: ['token_endpoint'],
  device_authorization_url: ['device_authorization_endpoint'],
  registration_url: ['registration_endpoint'],
  revocation_url: ['revocation_endpoint'],
  discovery_url: ['auth_server_metadata_url'],
  issuer: [],
  redirect_uri: ['redirect_url'],
  callback_port: [],
  use_pkce: [],
  extra_auth_params: ['authorization_params'],
  resource: [],
  client_metadata_url: [],
  client_name: [],
  dynamic_registration: [],
  allow_missing_pkce_metadata: [],
  dpop: [],
  private_key: [],
  private_key_file: [],
  signing_algorithm: [],
  assertion: [],
  assertion_file: [],
  assertion_env: [],
  idp: [],
};

export const REGISTRATION: Keys = {
  enabled: [],
  issuer: [],
  registration_endpoint: ['registration_url'],
  metadata: [],
  initial_access_token: [],
};

export const IDP: Keys = {
  issuer: [],
  token_endpoint: ['token_url'],
  client_id: [],
  client_secret: [],
  id_token: [],
  id_token_env: [],
  id_token_file: [],
};

export const STORAGE: Keys = {
  backend: [],
  password: [],
  vault: [],
  vault_url: [],
  vault_token: [],
  vault_mount_point: [],
  vault_path_prefix: [],
  vault_namespace: [],
  vault_auth_method: [],
  vault_auth_path: [],
  vault_role: [],
  vault_role_id: [],
  vault_secret_id: [],
  vault_jwt: [],
  vault_jwt_file: [],
  vault_ca_file: ['vault_ca_cert'],
  vault_client_cert: [],
  vault_client_key: [],
  vault_server_name: [],
  vault_kv_version: [],
};

/** The nested form: `token_storage.vault`. */
export const VAULT: Keys = {
  url: [],
  token: [],
  mount_point: [],
  path_prefix: [],
  namespace: [],
  auth_method: [],
  auth_path: [],
  role: [],
  role_id: [],
  secret_id: [],
  jwt: [],
  jwt_file: [],
  ca_file: ['ca_cert'],
  client_cert: [],
  client_key: [],
  server_name: [],
  kv_version: [],
};

const known = new WeakMap<Keys, ReadonlyMap<string, string>>();

/** All spellings of a table's keys, each with our own. Asked for with every block of every entry, so made once. */
export function spellings(keys: Keys): ReadonlyMap<string, string> {
  const made = known.get(keys);
  if (made !== undefined) return made;
  const all = new Map<string, string>();
  for (const [own, synonyms] of Object.entries(keys)) {
    for (const name of [own, ...synonyms]) all.set(name, own).set(camel(name), own);
  }
  known.set(keys, all);
  return all;
}

function camel(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
