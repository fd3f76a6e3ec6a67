import { describe, expect, it } from 'vitest';
import { checkEnvToken, envToken, envTokenName } from '../../src/config/env-token.ts';

it.each([
  ['notion', 'MCP_CLI_TOKEN_NOTION'],
  ['my-server.2', 'MCP_CLI_TOKEN_MY_SERVER_2'],
  ['Größe', 'MCP_CLI_TOKEN_GR_SSE'],
  ['a😀b', 'MCP_CLI_TOKEN_A_B'],
  ['mcp.notion.com/mcp', 'MCP_CLI_TOKEN_MCP_NOTION_COM_MCP'],
])('%s reads %s', (server, name) => {
  expect(envTokenName(server)).toBe(name);
});

describe('envToken', () => {
  const entry = (name: string, bearerTokenEnv?: string) => ({ name, bearerTokenEnv });

  it('prefers the variable that was chosen for the entry', () => {
    const env = { MCP_CLI_TOKEN_A: 'one', MINE: 'two', NONE: '' };
    expect(envToken(entry('a', 'MINE'), ['a'], env)).toEqual({ variable: 'MINE', token: 'two' });
    expect(envToken(entry('a', 'UNSET'), ['a'], env)).toEqual({ variable: 'MCP_CLI_TOKEN_A', token: 'one' });
    expect(envToken(entry('a', 'NONE'), ['a'], env)).toEqual({ variable: 'MCP_CLI_TOKEN_A', token: 'one' });
    expect(envToken(entry('b'), ['a', 'b'], env)).toBeUndefined();
  });

  it('refuses a variable that two servers could mean, only if it is set', () => {
    const servers = ['my-server', 'my.server', 'other'];
    const env = { MCP_CLI_TOKEN_MY_SERVER: 'x', MCP_CLI_TOKEN_OTHER: 'y' };
    const ambiguous = expect.objectContaining({ code: 'ambiguous_token', exit: 3, server: 'my.server' });
    expect(() => envToken(entry('my.server'), servers, env)).toThrow(ambiguous);
    expect(() => checkEnvToken('my.server', servers, { MCP_CLI_TOKEN_MY_SERVER: '' })).not.toThrow();
    expect(() => checkEnvToken('my.server', servers, {})).not.toThrow();
    expect(envToken(entry('other'), servers, env)?.token).toBe('y');
    expect(envToken(entry('my.server', 'OWN'), servers, { ...env, OWN: 'z' })?.token).toBe('z');
  });

  it('never takes the name of a backend for a token', () => {
    const env = { MCP_CLI_TOKEN_BACKEND: 'vault' };
    expect(envToken(entry('backend'), ['backend', 'Backend'], env)).toBeUndefined();
  });

  it('does not read what every object has', () => {
    expect(envToken(entry('a', 'constructor'), ['a'], {})).toBeUndefined();
  });
});
