import { describe, expect, it } from 'vitest';
import { describeRecord } from '../../src/auth/status.ts';
import { NOW, record } from './program.fake.ts';

const tokens = { accessToken: 'sssecret', tokenType: 'Bearer' as const, issuedAt: NOW - 10 };
const { tokens: _, ...bare } = record('x');

describe('describeRecord', () => {
  it.each([
    ['signed_in', record('x')],
    ['signed_in', record('x', { tokens })],
    ['signed_in', record('x', { tokens: { ...tokens, expiresAt: NOW + 1 } })],
    ['expired', record('x', { tokens: { ...tokens, expiresAt: NOW } })],
    ['expired_refreshable', record('x', { tokens: { ...tokens, expiresAt: NOW - 1, refreshToken: 'r' } })],
    ['registered', bare],
  ])('%s', (state, value) => expect(describeRecord(value, NOW).state).toBe(state));

  it('has no secret in it', () => {
    const described = describeRecord(record('x', { url: 'https://x.example/mcp?key=sssecret' }), NOW);
    expect(JSON.stringify(described)).not.toContain('sssecret');
    expect(described).toEqual({
      server: 'x',
      state: 'signed_in',
      url: 'https://x.example/mcp',
      issuer: 'https://auth.x.example',
      clientId: 'client-1',
      clientSource: 'registered',
      tokenType: 'Bearer',
      scope: 'read write',
      issuedAt: new Date(NOW - 60_000).toISOString(),
      expiresAt: new Date(NOW + 3_600_000).toISOString(),
      refreshable: true,
    });
  });

  it('tells the account', () =>
    expect(describeRecord(record('x', { account: 'work' }), NOW)).toMatchObject({
      server: 'x',
      account: 'work',
    }));
});
