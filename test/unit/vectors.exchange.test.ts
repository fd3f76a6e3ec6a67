// Sign-ins that differ from a good one in one place: each ends as its data file says, nothing secret goes to anybody
// but who issued it, and nobody is asked whom the good one does not know.
import { describe, expect, test } from 'vitest';
import type { CliError } from '../../src/errors.ts';
import { type Exchange, exchange } from '../support/exchange.ts';
import { changed, goodExchange, tableOf } from '../support/vectors.ts';

const FILES = [
  'challenge',
  'resource-metadata',
  'server-metadata',
  'shell',
  'private',
  'redirects',
  'registration',
];
const GOOD = ['mcp.example', 'as.example'];

/** As they are, and in base64. */
const SECRETS =
  /the-code-1|access-1|refresh-1|registered-secret-1|dGhlLWNvZGUtMQ|cmVmcmVzaC0x|cmVnaXN0ZXJlZC1zZWNyZXQtMQ/;

test('the good one is good', async () => {
  const outcome = await exchange(goodExchange<Exchange>());
  expect(outcome).toMatchObject({ exit: 0, error: undefined, hosts: GOOD, page: 200 });
  expect(outcome.trusted).toEqual(['https://as.example/token']);
});

describe.each([...FILES, 'callback', 'token', 'refresh'].map((file) => tableOf(file)))(
  '$subject',
  ({ vectors }) => {
    test.each(vectors)('$name', async ({ set, exit, code, hosts = [], page }) => {
      const outcome = await exchange(changed(goodExchange<Exchange>(), set));
      expect({ exit: outcome.exit, code: outcome.code }).toEqual({ exit, code });
      if (page !== undefined) expect(outcome.page).toBe(page);
      if (outcome.link) expect(outcome.link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{22}$/);
      if (exit !== 0) expect((outcome.error as CliError).hint).toMatch(/\w/);
      expect([...GOOD, ...hosts]).toEqual(expect.arrayContaining(outcome.hosts));
      expect(['https://as.example/token']).toEqual(expect.arrayContaining(outcome.trusted));
      expect(outcome.said).not.toMatch(SECRETS);
    });
  },
);
