// What the program does in each scenario of the suite, in ordinary commands, and what must come of each command. What the
// suite must have seen meanwhile is in checks.json.
//
// A step: `run` (or a function of what ran before), `exit` (0 without it); `gives`, what the result must have in it, by key;
// or `fails`, the code of the error. A play: `entry`, more of the server's entry; `opened`, how often the browser opens.

const named = (names) => names.map((name) => ({ name }));
const list = (...names) => ({ run: ['tools', 'list'], gives: { tools: named(names) } });
const call = (tool, args, text) => ({
  run: ['tools', 'call', tool, '--args', JSON.stringify(args)],
  gives: { content: [{ type: 'text', text }] },
});
const failing = (step, exit, fails) => ({ run: step.run, exit, fails });

const using = [list('test-tool'), call('test-tool', {}, 'test')];
/** Signs in at the first command, and not again at the second. */
const signsIn = { steps: () => using, opened: 1 };
const withoutPerson = (oauth) => ({
  entry: (context) => ({ oauth: oauth(context) }),
  steps: () => using,
  opened: 0,
});
const refuses = (code, opened) => ({ steps: () => [failing(list(), 7, code)], opened });

const asked = {
  accept: ['--elicitation', 'accept'],
  confirm: ['--elicitation-answers', '{"confirmed":true}'],
};
const confirmed = (tool, text) => {
  const { run, gives } = call(tool, {}, text);
  return { run: [...run, ...asked.confirm], gives };
};

const skill = { name: 'pdf-processing' };
const skillsList = { run: ['skills', 'list'], gives: { skills: [{ frontmatter: skill }] } };
const tampered = {
  steps: () => [skillsList, { run: ['skills', 'read', skill.name], exit: 7, fails: 'skill_mismatch' }],
  opened: 0,
};

const enterprise = withoutPerson(({ client_id, client_secret, idp_client_id, idp_id_token, idp_issuer }) => ({
  grant_type: 'enterprise_managed',
  client_id,
  client_secret,
  idp: { issuer: idp_issuer, client_id: idp_client_id, id_token: idp_id_token },
}));

const plays = {
  initialize: { steps: () => [list()], opened: 0 },
  tools_call: {
    steps: () => [list('add_numbers'), call('add_numbers', { a: 2, b: 3 }, 'The sum of 2 and 3 is 5')],
    opened: 0,
  },
  'elicitation-sep1034-client-defaults': {
    steps: () => [{ run: ['tools', 'call', 'test_client_elicitation_defaults', ...asked.accept], gives: {} }],
    opened: 0,
  },
  'sse-retry': {
    steps: () => [call('test_reconnection', {}, 'Reconnection test completed successfully')],
    opened: 0,
  },
  'request-metadata': { steps: () => [list()], opened: 0 },
  'json-schema-ref-no-deref': { steps: () => [list('lookup_user')], opened: 0 },
  'json-schema-2020-12-preservation': {
    steps: () => [
      list('json_schema_2020_12_tool', 'json_schema_echo'),
      {
        run: ([{ stdout }]) => {
          const { tools } = JSON.parse(stdout);
          const { inputSchema } = tools.find(({ name }) => name === 'json_schema_2020_12_tool');
          return call('json_schema_echo', { schema: inputSchema }).run;
        },
        gives: { content: [{ type: 'text' }] },
      },
    ],
    opened: 0,
  },
  'sep-2322-client-request-state': {
    steps: () => [
      confirmed('test_mrtr_echo_state', 'echo-state-ok'),
      confirmed('test_mrtr_unrelated', 'unrelated-ok'),
      confirmed('test_mrtr_no_state', 'no-state-ok'),
      confirmed('test_mrtr_no_result_type', 'no-result-type-test-ok'),
    ],
    opened: 0,
  },
  'http-standard-headers': {
    steps: () => [
      list('test_headers', 'my-hyphenated-tool'),
      call('my-hyphenated-tool', {}, 'Headers test completed'),
      { run: ['resources', 'list'], gives: { resources: [{}, {}] } },
      { run: ['resources', 'read', 'file:///path/to/file%20name.txt'], gives: { contents: [] } },
      { run: ['prompts', 'list'], gives: { prompts: named(['test_prompt']) } },
      { run: ['prompts', 'get', 'test_prompt'], gives: { messages: [] } },
    ],
    opened: 0,
  },
  'http-custom-headers': {
    // The second call has a null where the tool's own schema wants a boolean: it is refused here, and made without.
    steps: ({ toolCalls: [first, second] }) => [
      call(first.name, first.arguments, 'Custom headers test completed'),
      failing(call(second.name, second.arguments), 2, 'bad_arguments'),
      call(second.name, withoutNulls(second.arguments), 'Custom headers test completed'),
    ],
    opened: 0,
  },
  'http-invalid-tool-headers': {
    steps: () => [
      list('valid_tool'),
      call('valid_tool', { region: 'eu' }, 'Tool call received'),
      failing(call('invalid_empty_header', { value: 'x' }), 2, 'unknown_tool'),
    ],
    opened: 0,
  },
  'sep-2640-client-no-prefetch': { steps: () => [skillsList], opened: 0 },
  'sep-2640-client-verify-digest': tampered,
  'sep-2640-client-verify-size': tampered,
  'sep-2640-client-verify-frontmatter': tampered,

  'auth/basic-cimd': {
    ...signsIn,
    entry: () => ({ oauth: { client_metadata_url: 'https://conformance-test.local/client-metadata.json' } }),
  },
  'auth/pre-registration': {
    ...signsIn,
    entry: ({ client_id, client_secret }) => ({
      // Registered beforehand, so the port is not ours to choose; several scenarios run at a time.
      oauth: { client_id, client_secret, callback_port: 20_000 + (process.pid % 12_000) },
    }),
  },
  'auth/scope-step-up': { ...signsIn, opened: 2 },
  'auth/scope-retry-limit': { steps: () => [failing(list(), 4, 'insufficient_scope')], opened: 1 },
  'auth/authorization-server-migration': { ...signsIn, opened: 2 },
  'auth/resource-mismatch': refuses('resource_mismatch', 0),
  'auth/metadata-issuer-mismatch': refuses('issuer_mismatch', 0),
  'auth/iss-supported-missing': refuses('issuer_mismatch', 1),
  'auth/iss-wrong-issuer': refuses('issuer_mismatch', 1),
  'auth/iss-unexpected': refuses('issuer_mismatch', 1),
  'auth/iss-normalized': refuses('issuer_mismatch', 1),
  'auth/client-credentials-jwt': withoutPerson(
    ({ client_id, private_key_pem: private_key, signing_algorithm }) => ({
      grant_type: 'client_credentials',
      client_id,
      private_key,
      signing_algorithm,
    }),
  ),
  'auth/client-credentials-basic': withoutPerson(({ client_id, client_secret }) => ({
    grant_type: 'client_credentials',
    client_id,
    client_secret,
  })),
  'auth/wif-jwt-bearer': withoutPerson(({ client_id, valid_jwt: assertion }) => ({
    grant_type: 'jwt_bearer',
    client_id,
    assertion,
  })),
  'auth/enterprise-managed-authorization': enterprise,
  // Its name before 0.2.
  'auth/cross-app-access-complete-flow': enterprise,
};

/** Everything else that is about authorization: sign in, list, call. */
export function playOf(scenario) {
  return plays[scenario] ?? (scenario.startsWith('auth/') ? signsIn : undefined);
}

function withoutNulls(object) {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
}
