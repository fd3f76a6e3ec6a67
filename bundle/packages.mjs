// What is left out of packages, or put into them, because a start pays for it.
import { fileURLToPath } from 'node:url';

const source = (name) => fileURLToPath(new URL(`../src/${name}`, import.meta.url));

/** The SDK's default validator of JSON schemas. Each of our clients gets its own judge instead (session/output-schema.ts). */
const noValidator = {
  name: 'no-validator',
  resolveId: (id) => (id === '@modelcontextprotocol/client/_shims' ? '\0no-validator' : undefined),
  load: (id) =>
    id === '\0no-validator'
      ? `export const CORS_IS_POSSIBLE = false;
         export class DefaultJsonSchemaValidator { getValidator() { throw new Error('there is no validator'); } }`
      : undefined,
};

/** Of undici, what src/fetch.ts and src/session/dispatcher.ts use: half of it are caches, mocks and sockets of other kinds. */
const UNDICI = {
  fetch: ['lib/web/fetch/index.js', 'fetch'],
  ProxyAgent: ['lib/dispatcher/proxy-agent.js'],
  Pool: ['lib/dispatcher/pool.js'],
};
const lessUndici = {
  name: 'less-undici',
  resolveId: (id) => (id === 'undici' ? '\0undici' : undefined),
  load: (id) =>
    id === '\0undici'
      ? Object.entries(UNDICI)
          .map(([name, [path, part]]) => {
            const whole = `from_${name}`;
            return `import ${whole} from 'undici/${path}'; export const ${name} = ${whole}${part ? `.${part}` : ''};`;
          })
          .join('\n')
      : undefined,
};

/** Packages that say `Headers` and `Response` mean ours: Node's own would load all of its fetch (src/headers.ts). */
const lightFetch = {
  name: 'light-fetch',
  transform(code, id) {
    if (!/\/node_modules\/(@modelcontextprotocol\/client|oauth4webapi)\//.test(id)) return undefined;
    const [headers, response] = ['headers.ts', 'response.ts'].map((name) => JSON.stringify(source(name)));
    return `import { Headers } from ${headers};\nimport { Response } from ${response};\n${code}`;
  },
};

/**
 * What the SDK asks its schemas without need: each is made of dozens of others. `[what it says, what it is to say]`, and
 * what that uses of ours.
 */
const ASKED = [
  // Its table of all types asks for every schema when it is filled. Each is asked for when it is looked up.
  [
    '_specTypeSchemas[name] = schema;',
    'Object.defineProperty(_specTypeSchemas, name, { enumerable: true, get: schema });',
  ],
  ['schema.safeParse(v).success;\n}', 'schema().safeParse(v).success;\n}'],
  ['register(key, schemas_exports[key])', 'register(key, () => schemas_exports[key])'],
  [
    'for (const [key, schema] of Object.entries(authSchemas)) register(key, schema)',
    'for (const key of Object.keys(authSchemas)) register(key, () => authSchemas[key])',
  ],
  // The schemas have the method as a literal.
  [
    'isInitializeRequest = (value) => ',
    "isInitializeRequest = (value) => value?.method === 'initialize' && ",
  ],
  [
    'isInitializedNotification = (value) => ',
    "isInitializedNotification = (value) => value?.method === 'notifications/initialized' && ",
  ],
  [
    'DiscoverResultSchema.safeParse(prior.discover).success',
    '(isUsualDiscover(prior.discover) || DiscoverResultSchema.safeParse(prior.discover).success)',
    `import { isUsualDiscover } from ${JSON.stringify(source('session/usual-discover.ts'))};\n`,
  ],
];
const fewerSchemas = {
  name: 'fewer-schemas',
  left: new Set(ASKED.map(([said]) => said)),
  transform(code, id) {
    if (!/\/@modelcontextprotocol\/client\/dist\//.test(id)) return undefined;
    let made = code;
    for (const [said, instead, uses = ''] of ASKED) {
      if (!made.includes(said)) continue;
      if (made.split(said).length > 2) throw new Error(`the SDK says twice: ${said}`);
      made = uses + made.replace(said, () => instead);
      fewerSchemas.left.delete(said);
    }
    return made;
  },
  buildEnd() {
    for (const said of fewerSchemas.left) throw new Error(`the SDK no longer says: ${said}`);
  },
};

/** commander wants it for commands that are programs of their own; there are none. */
const noChild = {
  name: 'no-child',
  transform(code, id) {
    if (!/\/commander\/lib\/command\.js$/.test(id)) return undefined;
    const whole = "const childProcess = require('node:child_process');";
    if (!code.includes(whole)) throw new Error('commander no longer says how it loads child_process');
    return code.replace(whole, 'const childProcess = undefined;');
  },
};

/** rolldown plugins. */
export const packages = [noValidator, lessUndici, lightFetch, fewerSchemas, noChild];
