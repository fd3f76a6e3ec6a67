import { expect, it } from 'vitest';
import { providedToken } from '../../src/config/provided.ts';
import { httpEntry } from './program.fake.ts';

it.each([
  [{}, {}, undefined],
  [{}, { MCP_CLI_TOKEN_A: 't' }, 'MCP_CLI_TOKEN_A'],
  [{}, { MCP_CLI_TOKEN_A: '' }, undefined],
  [{ bearerTokenEnv: 'MINE' }, { MINE: 't' }, 'MINE'],
  [{ bearerTokenEnv: 'MINE' }, {}, undefined],
  [{ bearerTokenEnv: 'MINE' }, { MINE: 't', MCP_CLI_TOKEN_A: 't' }, 'MINE'],
  [{ name: 'backend' }, { MCP_CLI_TOKEN_BACKEND: 'vault' }, undefined],
  [{ headers: { AUTHORIZATION: 'x' } }, {}, 'mcpServers.a.headers.AUTHORIZATION'],
])('%j with %j', (entry, env, source) =>
  expect(providedToken(httpEntry('a', entry), [], env)?.source).toBe(source),
);

it('never gives the value of a configured header', () =>
  expect(
    providedToken(httpEntry('a', { headers: { Authorization: 'sssecret' } }), [], {})?.value,
  ).toBeUndefined());
