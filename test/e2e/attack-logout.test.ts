// An authorization server that does not want to be left: whatever its revocation endpoint does, the tokens go.
import { expect, test } from 'vitest';
import { storedRecord } from '../support/expired.ts';
import { fault } from '../support/faults.ts';
import type { Intercept } from '../support/loopback.ts';
import { scene } from '../support/scene.ts';

const refusals: [string, (path: string) => Intercept][] = [
  [
    'no HTTP at all',
    (path) => fault(path, (response) => void response.socket?.end('nothing of the kind\r\n\r\n')),
  ],
  [
    'a status that there is not',
    (path) =>
      fault(path, (response) => void response.socket?.end('HTTP/1.1 999 No\r\ncontent-length: 0\r\n\r\n')),
  ],
  ['the end of the connection', (path) => fault(path, (response) => void response.destroy())],
  [
    'headers without end',
    (path) =>
      fault(path, (response) => void response.writeHead(200, { 'x-long': 'x'.repeat(100_000) }).end()),
  ],
];

test.each(refusals)('%s at a sign-out: the tokens are forgotten, and it is said', async (_, refusal) => {
  const { authorization, home, person, script } = await scene();
  expect((await person('auth login notes')).exit).toBe(0);
  authorization.intercept = refusal(authorization.paths.revocation);
  const result = await script('auth logout notes --json');
  expect(result.exit).toBe(6);
  expect(JSON.parse(result.stdout)).toMatchObject({ deleted: true, revoked: 'failed' });
  expect((await storedRecord(home))?.tokens).toBeUndefined();
});
