// Metadata of servers that want to be let in somewhere, to have a browser sent somewhere, or to waste our time.
import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import type { Fetch } from '../../src/deps.ts';
import { fetchWithin as fetch } from '../../src/fetch.ts';
import { walkingBrowser } from '../support/browser.ts';
import { liar, resourcePath, serverPath } from '../support/hostile-server.ts';
import { notes } from '../support/person.ts';
import { desk, errorOf, keep } from '../support/scene.ts';

const PUBLIC = 'https://mcp.example.com';

function endpoints(issuer: string): Record<string, unknown> {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    registration_endpoint: `${issuer}/register`,
    code_challenge_methods_supported: ['S256'],
  };
}

type Edit = (document: Record<string, unknown>, url: string) => Record<string, unknown>;

/** A server that is its own authorization server, on loopback, with a document of its own making. */
function selfMade(edit: Edit) {
  return liar((url) => ({
    [resourcePath]: { resource: `${url}/mcp`, authorization_servers: [url] },
    [serverPath]: edit(endpoints(url), url),
    '/register': { client_id: 'c', redirect_uris: [] },
  }));
}

const bad: [string, string, number][] = [
  ['javascript:alert(1)', 'insecure_url', 7],
  ['file:///etc/passwd', 'insecure_url', 7],
  ['data:text/html,x', 'insecure_url', 7],
  ['ms-msdt:/id', 'insecure_url', 7],
  ['http://as.example.com/authorize', 'insecure_url', 7],
  ['https://user:pw@as.example.com/authorize', 'invalid_url', 7],
  ['https://as.example.com/authorize#x', 'invalid_url', 7],
  ['https://as.example.com/\nauthorize', 'invalid_url', 7],
  [' https://as.example.com/authorize', 'invalid_url', 7],
  ['//as.example.com/authorize', 'invalid_url', 7],
];

test.each(bad)('an authorization endpoint %s is never opened', async (endpoint, code, exit) => {
  const server = keep(await selfMade((document) => ({ ...document, authorization_endpoint: endpoint })));
  const browser = walkingBrowser();
  const result = await desk(notes({ url: server.mcpUrl })).person('auth login notes --json', { browser });
  expect({ exit: result.exit, opened: browser.opened }).toEqual({ exit, opened: [] });
  expect(errorOf(result).code).toBe(code);
  expect(server.count('/register')).toBe(0);
});

test.each(['token_endpoint', 'registration_endpoint', 'revocation_endpoint'])(
  'a %s that is not https is refused before anything is sent',
  async (name) => {
    const server = keep(await selfMade((document) => ({ ...document, [name]: 'http://as.example.com/x' })));
    const result = await desk(notes({ url: server.mcpUrl })).person('auth login notes --json');
    expect(errorOf(result).code).toBe('insecure_url');
    expect(server.count('/register')).toBe(0);
  },
);

test('what a shell would act on in an authorization endpoint reaches no opener', async () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a shell's variable
  const path = "/authorize$(touch${IFS}pwned);`id`|&'x'";
  const server = keep(
    await selfMade((document, url) => ({ ...document, authorization_endpoint: `${url}${path}` })),
  );
  const browser = walkingBrowser();
  await desk(notes({ url: server.mcpUrl })).person('auth login notes --login-timeout 500ms', { browser });
  for (const url of browser.opened) expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]+$/);
});

/** The world as a public server makes it look: names lead to the counterpart here, everything else is as written. */
function world(port: number, hosts: string[]): { fetch: Fetch; asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    fetch: (url, init) => {
      const { host, origin } = new URL(url);
      asked.push(origin);
      const here = hosts.includes(host) ? url.replace(origin, `http://127.0.0.1:${port}`) : url;
      const { dispatcher: _, ...rest } = init ?? {};
      return fetch(here, {
        ...rest,
        headers: [...new Headers(rest.headers), ['x-host', host]],
      } as never) as never;
    },
  };
}

async function publicServer(pages: Parameters<typeof liar>[0]) {
  const server = keep(await liar(pages));
  const { fetch: through, asked } = world(server.port, ['mcp.example.com', 'as.example.com']);
  // The browser of a person for whom the public authorization server exists.
  const browser = walkingBrowser({
    tamper: (url) =>
      url.host === 'as.example.com'
        ? `http://127.0.0.1:${server.port}${url.pathname}${url.search}`
        : url.href,
  });
  const login = () =>
    desk(notes({ url: `${PUBLIC}/mcp` })).person('auth login notes --json --quiet --login-timeout 1', {
      browser,
      deps: { fetch: through },
    });
  return { server, asked, browser, login };
}

const near = [
  'https://127.0.0.1',
  'https://localhost',
  'https://2130706433',
  'https://0x7f.1',
  'https://0177.0.0.1',
  'https://[::1]',
  'https://[::ffff:127.0.0.1]',
  'https://[2002:7f00:1::]',
  'https://[64:ff9b::7f00:1]',
  'https://0.0.0.0',
  'https://10.0.0.1',
  'https://169.254.169.254',
  'https://[fd00::1]',
];

test.each(near)('a public server may not name %s as its authorization server', async (issuer) => {
  const { asked, login } = await publicServer(() => ({
    [resourcePath]: { resource: `${PUBLIC}/mcp`, authorization_servers: [issuer] },
  }));
  const result = await login();
  expect(errorOf(result).code).toBe('private_address');
  expect(new Set(asked)).toEqual(new Set([PUBLIC]));
});

test.each([
  ['token_endpoint', '/token'],
  ['registration_endpoint', '/register'],
  ['authorization_endpoint', '/authorize'],
])('nor have its %s there', async (name, path) => {
  for (const origin of [
    'https://192.168.1.1',
    'http://127.0.0.1:9',
    'http://localhost:9',
    'https://[::1]:9',
  ]) {
    const issuer = 'https://as.example.com';
    const { asked, browser, login } = await publicServer(() => ({
      [resourcePath]: { resource: `${PUBLIC}/mcp`, authorization_servers: [issuer] },
      [serverPath]: { ...endpoints(issuer), [name]: `${origin}${path}` },
      '/register': { client_id: 'c' },
      '/authorize': ({ params }: { params: Record<string, string> }, response: ServerResponse) => {
        const back = new URL(params.redirect_uri ?? '');
        response.writeHead(302, { location: `${back.href}?code=the-code&state=${params.state}` }).end();
      },
    }));
    const result = await login();
    expect(errorOf(result).code).toBe('private_address');
    expect(asked).not.toContain(origin);
    if (name === 'authorization_endpoint') expect(browser.opened).toEqual([]);
  }
});

test('nor lead there by a redirect, or by the metadata URL of its challenge', async () => {
  const hop = await publicServer(() => ({
    [resourcePath]: (_hit: unknown, response: ServerResponse) =>
      response.writeHead(302, { location: 'https://127.0.0.1/secret' }).end(),
  }));
  await hop.login();
  expect(hop.asked).not.toContain('https://127.0.0.1');
});
