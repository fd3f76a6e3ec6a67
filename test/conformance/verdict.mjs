// What is made of one run: what the suite saw, and what the program did, against what is wanted of both.
import { readFileSync } from 'node:fs';

const read = (name) => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));
const { groups, scenarios, named, skipped } = read('checks.json');
const listed = read('listed.json');

/** The entry of listed.json that speaks of a run. */
export function listingOf({ release, scenario, wire }) {
  return listed.find(
    (entry) => entry.release === release && entry.scenario === scenario && (entry.wire ?? wire) === wire,
  );
}

/** What is listed and was not among the runs. */
export function staleListings(runs) {
  return listed.filter((entry) => !runs.some((run) => listingOf(run) === entry));
}

/** Identifiers of the checks that must succeed in a run; undefined for a scenario that nobody has looked at yet. */
export function checksOf({ release, scenario, wire }) {
  const holds = { next: release === 'next', modern: release === 'next' && wire === 'modern' };
  const open = (word) => {
    const [, condition, name] = /^(?:(\w+): )?(.*)$/.exec(word);
    if (condition && !holds[condition]) return [];
    return name.startsWith('@') ? groups[name.slice(1)].flatMap(open) : [name];
  };
  return scenarios[scenario]?.flatMap(open);
}

/** Everything that is not as wanted, in sentences; none if the run is good. */
export function faultsOf(run, play, judged) {
  const wanted = checksOf(run);
  if (!play || !wanted) return ['nothing is known about this scenario'];
  return [
    ...(judged.passed ? [] : ['the suite says that it failed']),
    ...checkFaults(run.scenario, wanted, judged.checks),
    ...(judged.ran.length === 0 ? ['no command was run'] : judged.ran.flatMap(commandFaults)),
    ...(judged.opened === play.opened
      ? []
      : [`the browser was opened ${judged.opened} times, not ${play.opened}`]),
  ];
}

/** Identifiers of the checks that did not succeed, each once. */
export function failedChecks(checks) {
  return [
    ...new Set(
      checks.filter(({ status }) => !['SUCCESS', 'INFO', 'SKIPPED'].includes(status)).map(({ id }) => id),
    ),
  ];
}

function checkFaults(scenario, wanted, checks) {
  const good = checks.filter(({ status }) => status === 'SUCCESS');
  const ids = new Set(good.map(({ id }) => id));
  const names = new Set(good.map(({ name }) => name));
  const bad = checks.filter(({ status, name }) =>
    status === 'SKIPPED' ? !skipped[scenario]?.includes(name) : !['SUCCESS', 'INFO'].includes(status),
  );
  return [
    ...wanted.filter((id) => !ids.has(id)).map((id) => `${id} was not seen to succeed`),
    ...(named[scenario] ?? [])
      .filter((name) => !names.has(name))
      .map((name) => `${name} was not seen to succeed`),
    ...[...ids]
      .filter((id) => !wanted.includes(id))
      .map((id) => `${id} succeeded, and is not in checks.json`),
    ...bad.map(
      ({ status, id, errorMessage, description }) => `${status} ${id}: ${errorMessage ?? description}`,
    ),
  ];
}

function commandFaults({ argv, exit, stdout, stderr, wanted }) {
  const line = argv.join(' ').slice(0, 60);
  if (exit !== wanted.exit)
    return [`${line}: exit ${exit}, not ${wanted.exit}: ${stderr.trimEnd().split('\n').at(-1)}`];
  if (wanted.fails) {
    const code = parsed(stderr.trimEnd().split('\n').at(-1))?.error?.code;
    return [
      ...(stdout === '' ? [] : [`${line}: a result beside the failure`]),
      ...(code === wanted.fails ? [] : [`${line}: the error ${code}, not ${wanted.fails}`]),
    ];
  }
  return has(parsed(stdout), wanted.gives)
    ? []
    : [`${line}: not the result that was wanted: ${stdout.slice(0, 200)}`];
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Everything in `part` is in `whole`; lists have the same length. */
function has(whole, part) {
  if (typeof part !== 'object' || part === null) return whole === part;
  if (typeof whole !== 'object' || whole === null) return false;
  if (Array.isArray(part) && whole.length !== part.length) return false;
  return Object.entries(part).every(([key, value]) => value === undefined || has(whole[key], value));
}
