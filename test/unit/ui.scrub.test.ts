// What is taken out of a line before strangers read it.
import { expect, test } from 'vitest';
import { openAliases, scrub, scrubLines } from '../../src/ui/scrub.ts';

const how = { home: '/home/jane', secrets: ['hush-hush-hush'], name: 'notes' };

test.each<[string, string]>([
  ['nothing', 'nothing'],
  ['it said hush-hush-hush', 'it said ***'],
  [`it said ${Buffer.from('hush-hush-hush').toString('base64url')}`, 'it said ***'],
  ['at https://a.example/mcp?key=1#x, twice', 'at https://a.example/mcp, twice'],
  ['at https://jane:pw@a.example/mcp', 'at https://a.example/mcp'],
  ['(https://a.example).', '(https://a.example).'],
  ['https://a.example/s/c2VjcmV0LTEyMzQ1Njc4/mcp', 'https://a.example/s/***/mcp'],
  ['https://a.example/3f2504e0-4f89-11d3-9a0c-0305e82c3301/v2.0', 'https://a.example/***/v2.0'],
  [
    'https://a.example/.well-known/oauth-authorization-server/mcp',
    'https://a.example/.well-known/oauth-authorization-server/mcp',
  ],
  ['https://a.example:70000/?key=1', '***'],
  ['in /home/jane/.mcp_cli/server_config.json', 'in ~/.mcp_cli/server_config.json'],
  ['in /home/janet/x', 'in /home/***/x'],
  ['in /Users/joe/x and C:\\Users\\joe\\x', 'in /Users/***/x and C:\\Users\\***\\x'],
  ['a \u001b[2Jscreen\nand more', 'a screen and more'],
  ['Authorization: Bearer abcdefgh', 'Authorization: ***'],
])('%j', (text, clean) => {
  expect(scrub(text, how)).toBe(clean);
});

test('Windows writes a home in two ways', () => {
  const there = { ...how, home: 'C:\\Data\\jane' };
  expect(scrub('C:\\Data\\jane\\x and C:/Data/jane/x', there)).toBe('~\\x and ~/x');
});

test('a root without a home of its own blots nothing out', () => {
  expect(scrub('/etc/x', { ...how, home: '/' })).toBe('/etc/x');
});

test('a server that is named by its URL has no key in its name', () => {
  const name = 'a.example/s/c2VjcmV0LTEyMzQ1Njc4/mcp';
  expect(scrub(`${name} is down`, { ...how, name })).toBe('a.example/s/***/mcp is down');
});

test('lines stay lines', () => {
  expect(scrubLines('one\ntwo hush-hush-hush', how)).toBe('one\ntwo ***');
});

test('private names have aliases, the same one everywhere', () => {
  const aliases = openAliases();
  aliases.add('host', 'corp.example');
  aliases.add('host', '10.0.0.3');
  aliases.add('host', 'Corp Authority');
  aliases.add('server', 'crm');
  const clean = (text: string) => scrub(text, { ...how, aliases });
  expect(clean('https://mcp.corp.example:8443/crm is at 10.0.0.3')).toBe(
    'https://host-4:8443/server-1 is at host-2',
  );
  expect(clean('mcp.corp.example, corp.example and CORP AUTHORITY')).toBe('host-4, host-1 and host-3');
  expect(clean('api.corp.example')).toBe('api.host-1');
  expect(clean('crm, crm2 and mcpServers.crm.url')).toBe('server-1, crm2 and mcpServers.server-1.url');
  expect(clean('http://127.0.0.1:80 and http://localhost/x')).toBe('http://127.0.0.1 and http://localhost/x');
});
