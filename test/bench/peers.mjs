// Other programs that list the tools of an MCP server at a command line, as they are published. Installed into a folder
// that is deleted again, never into the project.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listOf } from './cases.mjs';
import { toItsEnd } from './measure.mjs';
import { measured, progress, ratios } from './report.mjs';
import { PEERS, SHOWS } from './signed-in.mjs';
import { later } from './undo.mjs';

/** Of the fastest peer's time, at most. */
const BUDGET = 0.4;
const ERAS = { modern: '2026-07-28', legacy: '2025-11-25' };

export async function peers(bench) {
  const { report, ours } = bench;
  const at = join(bench.folder, 'peers');
  const absent = [];
  const installed = [];
  for (const peer of PEERS) {
    progress(`npm install ${peer.name}`);
    // By its tag: without one, npm takes an older version that suits this Node.
    await install(at, `${peer.name}@latest`).then(
      ({ version, engines }) => installed.push({ ...peer, version, engines: engines?.node ?? '' }),
      (error) => {
        progress(error.message);
        absent.push(`${peer.title} does not install`);
      },
    );
  }
  const { program, version } = await nodeFor(installed, at);
  report.say();
  report.say(
    `Other clients, each signed in beforehand and with the token in its own store, and mcp-cli in turn with them, on Node ${version}: ${installed.map(({ name, version }) => `${name} ${version}`).join(', ')}.`,
  );
  const lines = [];
  const on = (subject) => ({ ...subject, program });
  const helps = installed.map((peer) =>
    on({ name: peer.title, argv: [binOf(at, peer), ...peer.help], env: { HOME: at } }),
  );
  progress('--help of each');
  await group(bench, '--help', on(ours('mcp-cli', ['--help'])), helps);
  for (const [era, revision] of Object.entries(ERAS)) {
    const homes = [];
    const found = [];
    for (const peer of installed) {
      progress(`${peer.title} is signed in to a ${revision} server`);
      const home = join(bench.folder, 'homes', `${peer.bin}-${era}`);
      mkdirSync(home, { recursive: true, mode: 0o700 });
      const end = () => peer.end?.(home);
      later(end);
      homes.push(end);
      await subjectOf(peer, { at, home, era, program, bench }).then(
        (subject) => found.push(subject),
        (error) => {
          progress(error.message);
          absent.push(`${peer.title} does not list from a server that speaks ${revision} alone`);
        },
      );
    }
    progress(`tools list, ${revision}`);
    const mine = on({ ...listOf(ours, era), name: 'mcp-cli' });
    const fastest = await group(bench, `tools list, ${revision}`, mine, found);
    if (fastest) lines.push(`\`tools list\`, ${revision}: ${fastest}`);
    for (const end of homes)
      await Promise.resolve()
        .then(end)
        .catch(() => {});
  }
  report.say();
  for (const line of lines) report.say(`${line}.`);
  if (absent.length > 0) report.say(`Not measured: ${absent.join('; ')}.`);
}

/** A row each, of ours too. @returns what the fastest says of the budget */
async function group(bench, title, mine, others) {
  if (others.length === 0) return undefined;
  bench.report.table(
    title,
    'median, ms:',
    'least, ms:',
    'to mcp-cli, medians:',
    'least:',
    'requests:',
    'memory, MiB:',
  );
  const found = await measured(bench, [mine, ...others]);
  const base = found.get(mine);
  let fastest;
  for (const subject of [mine, ...others]) {
    const one = found.get(subject);
    const ratio = ratios(one, base);
    if (subject !== mine && !(one.median >= fastest?.median)) fastest = { ...one, name: subject.name };
    bench.report.row(
      subject.name,
      one.median.toFixed(0),
      one.least.toFixed(0),
      ratio.medians.toFixed(2),
      ratio.least.toFixed(2),
      one.requests,
      one.memory.toFixed(0),
    );
  }
  const share = base.median / fastest.median;
  return `mcp-cli takes ${share.toFixed(2)} of the fastest, ${fastest.name} (${(base.least / fastest.least).toFixed(2)} by the least); budget ${BUDGET}, ${share <= BUDGET ? 'held' : 'missed'}`;
}

/** @throws Error if it cannot be signed in, or does not list the tools then */
async function subjectOf(peer, { at, home, era, program, bench: { origin, token } }) {
  const url = `${origin}/${era}/1`;
  const start = (words, more = {}) => ({
    name: peer.title,
    argv: [binOf(at, peer), ...words],
    env: { HOME: home },
    program,
    ...more,
  });
  const { words, more } = await peer.signIn({ url, era, token, home, start });
  const subject = {
    ...start(words, more),
    name: `${peer.title}${peer.through ? ` through ${peer.through}` : ''}`,
    shows: SHOWS,
  };
  await toItsEnd(subject);
  return subject;
}

const binOf = (at, { bin }) => join(at, 'node_modules', '.bin', bin);

async function install(at, name) {
  const folder = name.replace(/(?<=.)@.*$/, '');
  const words = ['install', '--silent', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', at, name];
  await toItsEnd({
    name: 'npm',
    program: 'npm',
    argv: words,
    env: { ...process.env, NODE_OPTIONS: '' },
    limit: 300_000,
  });
  return JSON.parse(readFileSync(join(at, 'node_modules', folder, 'package.json'), 'utf8'));
}

/** This Node, or the oldest one that all of them run on. */
async function nodeFor(installed, at) {
  const majors = installed.map(({ engines }) => Number(/\d+/.exec(engines)?.[0] ?? 0));
  const major = Math.max(0, ...majors);
  if (major <= Number(process.versions.node.split('.')[0]))
    return { program: process.execPath, version: process.versions.node };
  const name = `node-${process.platform.replace('win32', 'win')}-${process.arch}`;
  progress(`npm install ${name}@${major}, for the other clients`);
  const { version } = await install(at, `${name}@${major}`);
  return { program: join(at, 'node_modules', name, 'bin', 'node'), version };
}
