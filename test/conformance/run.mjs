// Lets the official conformance suite judge the built program, in both pinned releases and on every wire that a scenario
// exists on. Says what is not as wanted, prints counts, and fails unless every scenario passed or is listed as it failed.
// With words as arguments: only scenarios that have one of them in their name.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { playOf } from './scenarios.mjs';
import { judge, releases, runsOf, versionOf } from './suite.mjs';
import { failedChecks, faultsOf, listingOf, staleListings } from './verdict.mjs';

/** Scenarios of `next` that also run as people run the program, with the era left to be found out. */
const FOUND_OUT = ['tools_call', 'request-metadata', 'auth/metadata-default'];
/** Judged by the clock, so alone, before the others. */
const TIMED = 'sse-retry';

const words = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'mcp-cli-conformance-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const bin = fileURLToPath(new URL('../../bin/mcp-cli.js', import.meta.url));
const key = execFileSync(process.execPath, [bin, 'token', 'keygen'], { encoding: 'utf8' }).trim();

const all = (await Promise.all(releases.map(runsOf))).flat();
const automatic = all
  .filter(({ release, scenario }) => release === 'next' && FOUND_OUT.includes(scenario))
  .map((run) => ({ ...run, protocol: 'auto' }));
const runs = [...all, ...automatic].filter(
  ({ scenario }) => words.length === 0 || words.some((word) => scenario.includes(word)),
);
const counts = new Map();
let failures = 0;

for (const run of runs.filter(({ scenario }) => scenario === TIMED)) await one(run, runs.indexOf(run));
const waiting = runs.filter(({ scenario }) => scenario !== TIMED);
await Promise.all(
  Array.from({ length: Math.max(2, availableParallelism()) }, async () => {
    for (let run = waiting.shift(); run; run = waiting.shift()) await one(run, runs.indexOf(run));
  }),
);

if (words.length === 0)
  for (const { release, scenario } of staleListings(all))
    fail(`${release} ${scenario}`, ['it is listed, and does not exist']);
for (const [what, { passed, listed, failed }] of [...counts].sort())
  console.log(`${what}: ${passed} passed, ${listed} listed, ${failed} failed`);
process.exitCode = failures > 0 || runs.length === 0 ? 1 : 0;

async function one(run, index) {
  const judged = await judge(run, { folder: join(folder, `${index}`), key, cache: join(folder, 'cache') });
  const title = `${versionOf(run.release)} ${run.wire}${run.protocol === 'auto' ? ' (found out)' : ''}`;
  const count = counts.get(title) ?? { passed: 0, listed: 0, failed: 0 };
  counts.set(title, count);
  const listing = listingOf(run);
  const faults = listing ? listingFaults(listing, judged) : faultsOf(run, playOf(run.scenario), judged);
  count[faults.length > 0 ? 'failed' : listing ? 'listed' : 'passed'] += 1;
  fail(`${title} ${run.scenario}`, faults);
}

/** What is listed fails exactly as it is listed. */
function listingFaults({ failing }, { passed, checks }) {
  if (passed) return ['it is listed, and passes: take it off the list'];
  const failed = failedChecks(checks);
  const same = failed.length === failing.length && failed.every((id) => failing.includes(id));
  return same ? [] : [`it is listed, and fails otherwise: ${failed.join(', ')}`];
}

function fail(title, faults) {
  failures += faults.length;
  for (const fault of faults) console.error(`${title}: ${fault}`);
}
