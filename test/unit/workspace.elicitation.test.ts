// A page that a server wants a person to visit, on this machine or in this network.
import { expect, test } from 'vitest';
import type { Fetch } from '../../src/deps.ts';
import type { Elicit } from '../../src/session/elicit.ts';
import { openHttp } from '../../src/session/http.ts';
import { withinReach } from '../../src/workspace/elicitation.ts';

async function asked(serverUrl: string, url: string) {
  const { mayVisit } = openHttp({
    fetch: (() => Promise.reject(new Error('nothing is fetched'))) as Fetch,
    serverUrl,
    allowHttp: false,
    allowPrivateNetwork: false,
    timeout: 1_000,
    env: {},
    resolve: async () => [{ address: '93.184.216.34', family: 4 }],
  });
  const shown: string[] = [];
  const accept: Elicit = async () => ({ action: 'accept' });
  const elicit = withinReach(accept, mayVisit, (text) => void shown.push(text));
  const { signal } = new AbortController();
  const { action } = await elicit({ server: 'notes', message: 'go', signal, mode: 'url', url });
  return { action, shown: shown.join('') };
}

test.each([
  'http://127.0.0.1:8080/delete-everything',
  'http://localhost:8080/',
  'https://192.168.1.1/reboot',
  'https://169.254.169.254/latest',
  'http://[::ffff:7f00:1]/',
  'https://3232235777/',
  'https://[64:ff9b::a00:1]/',
])('a public server does not send a person to %s', async (url) => {
  const { action, shown } = await asked('https://mcp.example.com/mcp', url);
  expect(action).toBe('cancel');
  expect(shown).toMatch(/^warning: .* a (loopback|private) address: not visited/);
});

test.each([
  ['https://mcp.example.com/mcp', 'https://pay.example/order'],
  ['http://127.0.0.1:3000/mcp', 'http://127.0.0.1:8080/order'],
  ['https://192.168.1.2/mcp', 'https://192.168.1.1/order'],
  // Judged where it is shown.
  ['https://mcp.example.com/mcp', 'javascript:alert(1)'],
])('%s may name %s', async (serverUrl, url) => {
  expect(await asked(serverUrl, url)).toEqual({ action: 'accept', shown: '' });
});
