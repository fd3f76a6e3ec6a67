import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { assertNoSecrets, findSecrets, forms } from '../support/search.ts';
import { registerSecret, unsearchedFolder } from '../support/secrets.ts';

const secret = 'p4ss word&"<+/ü~';

function runWith(parts: { outputs?: string[]; files?: Record<string, string>; exempt?: string[] }): string {
  const folder = unsearchedFolder('search');
  const write = (kind: string, entries: object[]) => {
    mkdirSync(join(folder, kind));
    writeFileSync(
      join(folder, kind, '1.jsonl'),
      entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''),
    );
  };
  write('secrets', [{ kind: 'password', value: secret }]);
  write(
    'outputs',
    (parts.outputs ?? []).map((text) => ({ where: 'stdout', text })),
  );
  mkdirSync(join(folder, 'searched'));
  for (const [name, text] of Object.entries(parts.files ?? {}))
    writeFileSync(join(folder, 'searched', name), text);
  write(
    'exempt',
    (parts.exempt ?? []).map((name) => ({ path: join(folder, 'searched', name) })),
  );
  return folder;
}

const encodings: [string, string][] = [
  ['as it is', secret],
  ['in JSON', JSON.stringify({ secret })],
  ['in HTML', '<p>p4ss word&amp;&quot;&lt;+/ü~</p>'],
  ['percent-encoded', encodeURIComponent(secret)],
  [
    'percent-encoded in lower case',
    encodeURIComponent(secret).replaceAll(/%../g, (code) => code.toLowerCase()),
  ],
  ['in a form', new URLSearchParams({ a: 'b', secret }).toString()],
  ['in hex', Buffer.from(`ab${secret}`).toString('hex')],
  ...[0, 1, 2, 3].flatMap((before): [string, string][] => {
    const bytes = Buffer.from(`${'x'.repeat(before)}${secret}${'y'.repeat(before)}`);
    return [
      [`in base64 after ${before} bytes`, bytes.toString('base64')],
      [`in base64url after ${before} bytes`, bytes.toString('base64url')],
    ];
  }),
];

test.each(encodings)('a secret is found %s', (_, text) => {
  const findings = findSecrets(runWith({ outputs: [`before ${text} after`] }));
  expect(findings.length).toBeGreaterThan(0);
  expect(findings[0]).toMatchObject({ kind: 'password', where: 'stdout' });
});

test('a secret is found in files and in their names, unless they are exempt', () => {
  expect(findSecrets(runWith({ files: { 'a.txt': `x${encodeURIComponent(secret)}` } }))).toHaveLength(1);
  expect(findSecrets(runWith({ files: { [encodeURIComponent(secret)]: '' } }))).toHaveLength(1);
  expect(findSecrets(runWith({ files: { 'a.txt': encodeURIComponent(secret) }, exempt: ['a.txt'] }))).toEqual(
    [],
  );
});

test('nothing is found where there is nothing', () => {
  const folder = runWith({
    outputs: ['nothing', secret.slice(1), forms(secret).hex?.slice(2) ?? ''],
    files: { a: 'b' },
  });
  expect(() => assertNoSecrets(folder)).not.toThrow();
  expect(() => assertNoSecrets(runWith({ outputs: [secret] }))).toThrow(/password \(plain\) in stdout/);
});

test('too short a secret cannot be registered', () => {
  expect(() => registerSecret('hunter2')).toThrow(/too short/);
});
