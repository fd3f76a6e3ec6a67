// The packed tarball, installed elsewhere, runs: what npm users get, not what the checkout has.

import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const exec = promisify(execFile);
const root = new URL('../../', import.meta.url).pathname;
let folder: string;
let bin: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mcp-cli-package-'));
  await exec('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], { cwd: root });
  const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
  const options = ['--silent', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts'];
  await exec('npm', ['install', ...options, '--prefix', folder, join(folder, tarball ?? '')], {
    cwd: folder,
  });
  bin = join(folder, 'node_modules', '.bin', 'mcp-cli');
}, 400_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(...argv: string[]): Promise<{ exit: number; stdout: string; stderr: string }> {
  const env = { PATH: process.env.PATH, HOME: folder };
  try {
    return { exit: 0, ...(await exec(bin, argv, { env, cwd: folder })) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { exit: code, stdout, stderr };
  }
}

describe('the packed tarball', () => {
  test('tells its version', async () => {
    expect(await run('--version')).toEqual({
      exit: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      stderr: '',
    });
  });

  test('helps on stdout', async () => {
    const { exit, stdout, stderr } = await run('--help');
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
    expect(stdout).toContain('mcp-cli');
  });

  test('has the schemas', async () => {
    const { exit, stdout } = await run('schema', 'auth', 'status');
    expect([exit, JSON.parse(stdout).$id]).toEqual([0, 'mcp-cli:/schemas/auth-status.json']);
  });

  test('reports what is missing with its exit code, and nothing on stdout', async () => {
    const { exit, stdout, stderr } = await run('--server', 'nowhere', 'tools', 'list');
    expect({ exit, stdout }).toEqual({ exit: 3, stdout: '' });
    expect(stderr).toMatch(/^error: there is no configuration file\nhint: /);
  });
});
