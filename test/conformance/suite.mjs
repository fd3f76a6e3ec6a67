// The suite as it is installed here: which scenarios it has, and one of them at work.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const file = (path) => fileURLToPath(new URL(path, import.meta.url));
/** The two pinned releases, and what the wire of their test servers is. */
export const releases = ['stable', 'next'];
const LEGACY = '2025-11-25';
const MODERN = '2026-07-28';
/** Ends what hangs: the program itself gives up on a request long before. */
const LIMIT_MS = 60_000;

export function versionOf(release) {
  return JSON.parse(readFileSync(file(`node_modules/conformance-${release}/package.json`), 'utf8')).version;
}

/**
 * Every client scenario of a release, once for each wire it exists on.
 * The stable release has servers of the older wire only, whatever revision a scenario is about.
 */
export async function runsOf(release) {
  const { stdout } = await suite(release, ['list', '--client'], process.env);
  const found = [...stdout.matchAll(/^ {2}- (\S+) \[([^\]]*)\]$/gm)];
  if (found.length === 0) throw new Error(`the ${release} suite lists no scenario for clients`);
  return found.flatMap(([, scenario, tags]) => {
    const revisions = tags.split(',');
    const run = (wire, revision, protocol = wire) => ({ release, scenario, wire, revision, protocol });
    if (release === 'stable') return [run('legacy')];
    const extension = revisions.includes('extension');
    const older = extension ? LEGACY : revisions.filter((revision) => revision <= LEGACY).at(-1);
    const runs = [];
    if (older) runs.push(run('legacy', older));
    if (extension || revisions.includes(MODERN)) runs.push(run('modern', MODERN));
    return runs;
  });
}

/**
 * Lets the suite judge one scenario; `folder` is removed at the end.
 * @returns what it checked (`checks`), its verdict (`passed`), what the client did (`ran`, `opened`), all it said (`said`)
 */
export async function judge({ release, scenario, revision, protocol }, { folder, key, cache }) {
  mkdirSync(folder, { recursive: true });
  const argv = [
    'client',
    '--scenario',
    scenario,
    '--command',
    `"${process.execPath}" "${file('client.mjs')}"`,
  ];
  // An extension belongs to no revision, so the suite has to be told that the wire is meant.
  const more = revision ? ['--spec-version', revision, '--force'] : [];
  const env = {
    ...process.env,
    // A browser may open here, also in CI: it is a program of ours.
    CI: '',
    CONFORMANCE_FOLDER: folder,
    CONFORMANCE_PROTOCOL: protocol,
    CONFORMANCE_KEY: key,
    NODE_COMPILE_CACHE: cache,
  };
  try {
    const { code, stderr } = await suite(
      release,
      [...argv, ...more, '--timeout', `${LIMIT_MS}`, '-o', join(folder, 'out')],
      env,
    );
    const played = join(folder, 'ran.json');
    return {
      passed: code === 0,
      checks: checksIn(join(folder, 'out')),
      ...(existsSync(played) ? JSON.parse(readFileSync(played, 'utf8')) : { ran: [], opened: 0 }),
      said: stderr,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The suite's report lies in a folder whose name has the time in it. */
function checksIn(folder) {
  if (!existsSync(folder)) return [];
  const found = readdirSync(folder, { recursive: true }).find((name) => name.endsWith('checks.json'));
  return found ? JSON.parse(readFileSync(join(folder, found), 'utf8')) : [];
}

function suite(release, argv, env) {
  const program = file(`node_modules/conformance-${release}/dist/index.js`);
  const child = spawn(process.execPath, ['--disable-warning=DEP0190', program, ...argv], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr']) {
    child[stream].setEncoding('utf8').on('data', (chunk) => {
      text[stream] += chunk;
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...text }));
  });
}
