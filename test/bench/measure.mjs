// Whole processes, one after the other in turn, so that what else the machine does falls on all of them.
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unlessEnding, watched } from './undo.mjs';

/**
 * `until`: what its terminal shows when it is done. `shows`: what it has to say somewhere, because not every program that
 * fails has an exit code for it. `open`: its standard input stays open, for those that end with it. `limit`: milliseconds.
 * @typedef {{ name: string, argv: string[], env?: object, program?: string, until?: RegExp, shows?: RegExp, open?: boolean, limit?: number }} Subject
 */

const LIMIT = 60_000;

/** Milliseconds of one run, to its end or until its terminal shows `until`. */
export async function run(subject) {
  return (await (subject.until ? untilShown(subject) : toItsEnd(subject))).took;
}

/** @throws Error if it ends with another code than 0, or does not show what it should */
export async function toItsEnd(subject) {
  const { name, argv, env = {}, program = process.execPath, shows, open = false, limit = LIMIT } = subject;
  await unlessEnding();
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    const child = spawn(program, argv, {
      env: environment(env),
      stdio: [open ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      timeout: limit,
      killSignal: 'SIGKILL',
    });
    const { ended } = watched(() => child.kill('SIGKILL'));
    const said = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'])
      child[stream].setEncoding('utf8').on('data', (piece) => (said[stream] += piece));
    child.on('error', reject);
    child.on('close', async (code, signal) => {
      const took = performance.now() - begin;
      ended();
      await unlessEnding();
      const text = said.stdout + said.stderr;
      if (code === 0 && (!shows || shows.test(text))) resolve({ took, stdout: said.stdout });
      else reject(new Error(`${name} ended with ${code ?? signal}: ${text.slice(-1000)}`));
    });
  });
}

async function untilShown({ name, argv, env = {}, program = process.execPath, until }) {
  await unlessEnding();
  // Native code that not every machine has: only who needs a terminal loads it.
  const { default: pty } = await import('@lydell/node-pty');
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    const terminal = pty.spawn(program, argv, { env: environment(env), cols: 100, rows: 30 });
    const { ended } = watched(() => terminal.kill('SIGKILL'));
    const limit = setTimeout(() => terminal.kill('SIGKILL'), LIMIT);
    let shown = '';
    let took;
    terminal.onData((text) => {
      shown += text;
      if (took !== undefined || !until.test(shown)) return;
      took = performance.now() - begin;
      terminal.write('\x04');
    });
    terminal.onExit(async () => {
      clearTimeout(limit);
      ended();
      await unlessEnding();
      if (took === undefined) reject(new Error(`${name} showed: ${shown.slice(-1000)}`));
      else resolve({ took });
    });
  });
}

/** Nothing of the caller's own, such as further authorities for TLS, which cost Node 30 ms at each start. */
export const environment = (env) => ({
  PATH: process.env.PATH,
  LANG: 'C.UTF-8',
  TERM: 'xterm-256color',
  ...env,
});

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

export const probe = fileURLToPath(new URL('peak.cjs', import.meta.url));

/** The most memory of one run, in MiB: of its own process, or of the child that had more. */
export async function peak(subject, folder) {
  const file = join(folder, 'peak');
  rmSync(file, { force: true });
  await run({ ...subject, env: { ...subject.env, NODE_OPTIONS: `--require=${probe}`, BENCH_PEAK: file } });
  return Math.max(...readFileSync(file, 'utf8').trim().split('\n').map(Number)) / 1024;
}
