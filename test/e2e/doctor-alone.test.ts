// `doctor` without a server: what this machine has, and nobody is asked.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeAuthority } from '../support/certificates.ts';
import type { CliOptions } from '../support/cli.ts';
import { odd, type Report, step } from '../support/doctor.ts';
import { scene } from '../support/scene.ts';

const COMPANY = makeAuthority('Example Company');
afterAll(() => COMPANY.remove());

async function examined(
  options: CliOptions = {},
  flags = '',
): Promise<{ exit: number; report: Report; all: string }> {
  const { script, server, authorization } = await scene();
  const { exit, stdout, stderr } = await script(`${flags} doctor --json`.trim(), options);
  expect([...server.log, ...authorization.log]).toEqual([]);
  return { exit, report: JSON.parse(stdout), all: stdout + stderr };
}

test('says what there is', async () => {
  const env = {
    HTTPS_PROXY: 'http://ada:hush-hush-1@proxy.example:3128',
    NO_PROXY: 'internal.example',
    SSL_CERT_FILE: COMPANY.file,
  };
  const { exit, report, all } = await examined({ env }, `--ca-file ${COMPANY.file}`);
  expect([exit, odd(report), report.passed]).toEqual([0, [], true]);
  expect(report).not.toHaveProperty('server');
  expect(report.steps.map((each) => each.step)).toEqual([
    'node',
    'terminal',
    'browser',
    'proxy',
    'authorities',
    'client_certificate',
    'store',
  ]);
  expect(step(report, 'node').seen).toContain(process.version);
  expect(step(report, 'terminal').seen).toContain('nobody can be asked');
  expect(step(report, 'browser').seen).toBe('none opens by itself: CI in the environment');
  expect(step(report, 'proxy').seen).toBe(
    'https: through http://proxy.example:3128 (HTTPS_PROXY); http: straight; straight to internal.example',
  );
  const authorities = step(report, 'authorities').seen;
  expect(authorities).toContain(
    `Node's own and 1 of --ca-file ${COMPANY.file} and 1 of SSL_CERT_FILE ${COMPANY.file}`,
  );
  expect(step(report, 'client_certificate').status).toBe('skipped');
  expect(step(report, 'store').seen).toContain('written, read back and deleted');
  expect(all).not.toContain('hush-hush');
});

test.each<[string, Record<string, string>, string, number]>([
  ['a proxy that is none', { HTTPS_PROXY: 'socks5://x' }, 'proxy failed proxy', 3],
  [
    'a certificate that is none',
    { MCP_CLI_CLIENT_CERT: '/nonexistent.pem' },
    'client_certificate failed client_certificate',
    3,
  ],
  ['a store without a password', { MCP_CLI_ENCRYPTION_KEY: '' }, 'store failed no_password', 6],
])('%s is a failure with its exit', async (_, env, told, code) => {
  const { exit, report } = await examined({ env });
  expect([exit, odd(report)]).toEqual([code, [told]]);
});

test('a certificate for all servers is looked at', async () => {
  const { file, key, cert } = COMPANY.issue(['DNS:laptop.example'], 'clientAuth');
  const both = join(file, '..', 'both.pem');
  writeFileSync(both, `${cert}\n${key}`);
  const { report } = await examined({ env: { MCP_CLI_CLIENT_CERT: both } });
  expect(step(report, 'client_certificate').seen).toBe(`${both}, with its key`);
});

test('with a server it is auth doctor', async () => {
  const { script } = await scene();
  const result = await script('doctor notes --json');
  expect(JSON.parse(result.stdout)).toMatchObject({ server: 'notes', passed: true });
  const { stdout } = await script('doctor');
  expect(stdout).toMatch(/^ok +node +Node v/);
});
