import { expect, it } from 'vitest';
import { loginCommand, loginRequired } from '../../src/auth/required.ts';
import { httpEntry } from './program.fake.ts';

it.each([
  [{}, 'mcp-cli auth login a'],
  [{ account: 'work' }, 'mcp-cli auth login a --account work'],
  [{ account: 'me@example.com' }, 'mcp-cli auth login a --account me@example.com'],
  [{ name: 'my server' }, "mcp-cli auth login 'my server'"],
  [{ name: "$(x)'y" }, `mcp-cli auth login '$(x)'\\''y'`],
  [{ origin: '--server', url: 'https://a.example/mcp' }, 'mcp-cli auth login https://a.example/mcp'],
  [{ origin: '--server', url: 'https://a.example/mcp?key=sssecret' }, 'mcp-cli auth login URL'],
])('%j', (entry, command) => expect(loginCommand(httpEntry('a', entry))).toBe(command));

it('names the scopes that are missing in the command, which would otherwise find a good token and do nothing', () => {
  const { code, hint } = loginRequired({ entry: httpEntry('a') }, ['read', 'admin:all']);
  expect({ code, hint }).toEqual({
    code: 'insufficient_scope',
    hint: 'sign in with: mcp-cli auth login a --scope read,admin:all',
  });
});
