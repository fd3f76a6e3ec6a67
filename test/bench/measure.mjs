// Whole processes, one after the other in turn, so that what else the machine does falls on all of them.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pty from '@lydell/node-pty';

/** @typedef {{ name: string, argv: string[], env?: object, program?: string, until?: RegExp }} Subject */

/** Milliseconds of one run, to its end or until its terminal shows `until`. */
export function run({ name, argv, env = {}, program = process.execPath, until }) {
  if (until) return untilShown({ name, argv, env, program, until });
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    const child = spawn(program, argv, { env: environment(env), stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stdout.on('data', () => {});
    child.stderr.on('data', (piece) => (said += piece));
    child.on('error', reject);
    child.on('close', (code) => {
      const took = performance.now() - begin;
      if (code === 0) resolve(took);
      else reject(new Error(`${name} ended with ${code}: ${said.slice(-1000)}`));
    });
  });
}

function untilShown({ name, argv, env, program, until }) {
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    const terminal = pty.spawn(program, argv, { env: environment(env), cols: 100, rows: 30 });
    let shown = '';
    let took;
    terminal.onData((text) => {
      shown += text;
      if (took !== undefined || !until.test(shown)) return;
      took = performance.now() - begin;
      terminal.write('\x04');
      setTimeout(() => terminal.kill('SIGKILL'), 3000).unref();
    });
    terminal.onExit(() =>
      took === undefined ? reject(new Error(`${name} showed: ${shown.slice(-1000)}`)) : resolve(took),
    );
  });
}

const environment = (env) => ({ PATH: process.env.PATH, LANG: 'C.UTF-8', TERM: 'xterm-256color', ...env });

/** Each subject `rounds` times, in turn, after one run that is not counted. */
export async function inTurn(subjects, rounds) {
  const times = new Map(subjects.map((each) => [each, []]));
  for (let round = -1; round < rounds; round++)
    for (const subject of subjects) {
      const took = await run(subject);
      if (round >= 0) times.get(subject).push(took);
    }
  return new Map(
    [...times].map(([subject, all]) => [subject, { median: median(all), least: Math.min(...all) }]),
  );
}

export function median(all) {
  const sorted = [...all].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const probe = fileURLToPath(new URL('peak.cjs', import.meta.url));

/** The most memory of one run, in MiB: of its own process, not of its children. */
export async function peak(subject) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const file = join(folder, 'peak');
    const env = { ...subject.env, NODE_OPTIONS: `--require=${probe}`, BENCH_PEAK: file };
    await run({ ...subject, until: undefined, env });
    return Math.max(...readFileSync(file, 'utf8').trim().split('\n').map(Number)) / 1024;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
