import { expect, test } from 'vitest';
import { type Adjustment, adjusted, FIRST_TRY, type Tried } from '../../src/auth/grants/adjust.ts';

const plan = { addedOffline: true };
const fresh = { source: 'registered', reused: false, authMethod: 'none' } as const;
const reused = { ...fresh, reused: true };
const secret = { ...reused, authMethod: 'client_secret_post' } as const;
const configured = { ...reused, source: 'configured' } as const;
const clientErrors = ['invalid_client'];
const many = [...clientErrors, 'unauthorized_client', 'invalid_request'];

type Row = [string, string | undefined, Partial<Tried>, Partial<Adjustment>, Partial<Adjustment> | undefined];

test.each<Row>([
  ['no error of the server', undefined, { plan, client: reused }, {}, undefined],
  ['another error', 'access_denied', { plan, client: reused }, {}, undefined],
  ['our offline_access', 'invalid_scope', { plan }, {}, { withoutOffline: true }],
  ['the same again', 'invalid_scope', { plan }, { withoutOffline: true }, undefined],
  ['scopes that somebody chose', 'invalid_scope', { plan: { addedOffline: false } }, {}, undefined],
  ['scopes before there is a plan', 'invalid_scope', {}, {}, undefined],
  ['a forgotten client', 'invalid_client', { client: reused }, {}, { forgetClient: true }],
  ['a new client', 'invalid_client', { client: fresh }, { forgetClient: true }, undefined],
  ['a configured client', 'invalid_client', { client: configured }, {}, undefined],
  ['a document', 'invalid_client', { client: { ...reused, source: 'document' } }, {}, undefined],
  ['no client yet', 'invalid_client', { plan }, {}, undefined],
  [
    'a public client, where secrets are wanted',
    'unauthorized_client',
    { client: fresh },
    {},
    { omitMethod: true, forgetClient: true },
  ],
  [
    'a public client of last time',
    'unauthorized_client',
    { client: reused },
    {},
    { omitMethod: true, forgetClient: true },
  ],
  ['the same again', 'unauthorized_client', { client: fresh }, { omitMethod: true }, undefined],
  ['a client with a secret', 'unauthorized_client', { client: secret }, {}, undefined],
  [
    'a client of last time that may not do this',
    'unauthorized_client',
    { client: reused, clientErrors: many },
    {},
    { forgetClient: true },
  ],
  [
    'the same in other words',
    'invalid_request',
    { client: secret, clientErrors: many },
    {},
    { forgetClient: true },
  ],
  ['words that do not count here', 'invalid_request', { client: fresh, clientErrors: many }, {}, undefined],
  [
    'what was changed before stays so',
    'invalid_client',
    { client: reused },
    { withoutOffline: true },
    { withoutOffline: true, forgetClient: true },
  ],
])('%s: %s', (_, error, tried, before, next) => {
  const last = { ...FIRST_TRY, ...before };
  expect(adjusted(last, error, { clientErrors, ...tried })).toEqual(next && { ...FIRST_TRY, ...next });
});

test('the try that failed is not changed', () => {
  adjusted(FIRST_TRY, 'invalid_client', { client: reused, clientErrors });
  expect(FIRST_TRY).toEqual({ withoutOffline: false, omitMethod: false, forgetClient: false });
});
