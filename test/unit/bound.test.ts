import { describe, expect, test } from 'vitest';
import { planProof } from '../../src/auth/bound.ts';
import type { Challenge } from '../../src/auth/challenge.ts';
import type { ResourceMetadata, ServerMetadata } from '../../src/auth/metadata.ts';
import { judgeBinding, judgeTokenAnswer } from '../../src/auth/token-response.ts';
import type { StoredRecord } from '../../src/store/record.ts';
import { httpEntry, oauthEntry } from '../support/entry.ts';

const ISSUER = 'https://as.example';
const resource = { resource: 'https://rs.example/mcp', authorizationServers: [ISSUER], scopes: [] };
const bound: Partial<ResourceMetadata> = { bound: true };
const signedIn = (issuer: string) => ({ issuer, proofKey: { alg: 'ES256', kty: 'EC' } }) as StoredRecord;

type Facts = {
  dpop?: boolean;
  registered?: boolean;
  server?: Partial<ServerMetadata>;
  resource?: Partial<ResourceMetadata>;
  challenge?: Partial<Challenge>;
  record?: StoredRecord;
};

function plan(facts: Facts) {
  const metadata = facts.registered && { dpop_bound_access_tokens: true };
  const oauth = oauthEntry({
    ...(facts.dpop !== undefined && { dpop: facts.dpop }),
    ...(metadata && {
      dynamicRegistration: {
        enabled: true,
        issuer: undefined,
        registrationEndpoint: undefined,
        metadata,
        initialAccessToken: undefined,
      },
    }),
  });
  const server = { issuer: ISSUER, token_endpoint: `${ISSUER}/token`, ...facts.server } as ServerMetadata;
  return planProof(httpEntry({ oauth }), server, {
    record: facts.record,
    challenge: facts.challenge as Challenge | undefined,
    discovery: { resource: { ...resource, ...facts.resource }, server, source: 'metadata' },
  });
}

describe('tokens are bound to a key', () => {
  const lists = { dpop_signing_alg_values_supported: ['ES256'] };
  test.each<[string, Facts, boolean]>([
    ['not by themselves', {}, false],
    ['not because the authorization server could', { server: lists }, false],
    ['because the configuration says so', { dpop: true }, true],
    ['because the resource takes no others', { resource: bound }, true],
    ['because its refusal names only DPoP', { challenge: { bound: true } }, true],
    ['because the configured registration says so', { registered: true }, true],
    ['because they were last time', { record: signedIn(ISSUER) }, true],
    ['not because they were at another issuer', { record: signedIn('https://other.example') }, false],
    ['not against the configuration', { dpop: false, resource: bound, record: signedIn(ISSUER) }, false],
  ])('%s', (_, facts, wanted) => {
    expect(plan(facts)).toMatchObject({ wanted, allowed: facts.dpop !== false });
  });
});

describe('what is signed with', () => {
  test.each<[string, string[] | undefined, string[] | undefined, string | undefined]>([
    ['nothing listed', undefined, undefined, 'ES256'],
    ['listed in any order', ['RS256', 'ES256'], undefined, 'ES256'],
    ['another curve', ['EdDSA', 'ES384'], undefined, 'ES384'],
    ['RSA alone', ['RS256'], undefined, 'RS256'],
    ['what both take', ['ES256', 'ES512', 'PS256'], ['PS256', 'ES512'], 'ES512'],
    ['nothing in common', ['ES256'], ['ES384'], undefined],
    ['nothing that we know', ['EdDSA', 'HS256', 'none'], undefined, undefined],
  ])('%s', (_, server, listed, best) => {
    const { algorithms } = plan({
      server: server ? { dpop_signing_alg_values_supported: server } : {},
      resource: listed ? { proofAlgorithms: listed } : {},
    });
    expect(algorithms[0]).toBe(best);
  });
});

describe('an answer with a token of', () => {
  const answer = (type: string | undefined) =>
    judgeTokenAnswer(
      { status: 200, contentType: null, text: JSON.stringify({ access_token: 'at', token_type: type }) },
      0,
    );
  test.each<[string | undefined, boolean, string]>([
    ['DPoP', true, 'tokens'],
    ['dpop', true, 'tokens'],
    ['Bearer', true, 'unbound'],
    [undefined, true, 'unbound'],
    ['Bearer', false, 'tokens'],
    [undefined, false, 'tokens'],
    ['DPoP', false, 'broken'],
    ['mac', true, 'broken'],
  ])('the type %s, proved: %s', (type, proved, kind) => {
    expect(judgeBinding(answer(type), proved).kind).toBe(kind);
  });
});
