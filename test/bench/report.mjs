// What is said: tables and sentences on stdout, which are kept for the page, and progress on stderr.
import { inTurn, median, peak, run } from './measure.mjs';

export const progress = (line) => process.stderr.write(`${line}\n`);

export function reportOf() {
  const lines = [];
  const say = (line = '') => {
    lines.push(line);
    process.stdout.write(`${line}\n`);
  };
  return {
    lines,
    say,
    /** `columns`: their headings; one that ends with a colon has numbers. */
    table(...columns) {
      say();
      cells(columns.map((each) => each.replace(/:$/, '')));
      cells(columns.map((each) => (each.endsWith(':') ? '--:' : '---')));
    },
    row: (...values) => cells(values),
  };
  function cells(values) {
    say(`| ${values.map((each) => each ?? '').join(' | ')} |`);
  }
}

/** Times of a subject beside another, in turn with it. */
export const ratios = (one, other) => ({
  medians: one.median / other.median,
  least: one.least / other.least,
});

/**
 * Times of all in turn, then the requests and the memory of those in `further`.
 * @returns by subject: `median` and `least` in ms, `requests`, `memory` in MiB. What runs in a terminal has times alone.
 */
export async function measured({ rounds, folder, origin }, subjects, further = subjects) {
  const found = await inTurn(subjects, rounds);
  for (const subject of further.filter(({ until }) => !until)) {
    const more = {
      // What does not go to the bench's servers cannot be counted there.
      requests: subject.uncounted ? undefined : await requests(origin, subject),
      memory: await memory(subject, folder, rounds),
    };
    found.set(subject, { ...found.get(subject), ...more });
  }
  return found;
}

/** Of some runs, since the collector does not always come at the same time. */
export async function memory(subject, folder, rounds) {
  const all = [];
  for (let time = 0; time < (rounds > 10 ? 3 : 1); time++) all.push(await peak(subject, folder));
  return median(all);
}

async function requests(origin, subject) {
  await fetch(`${origin}/count`);
  await run(subject);
  return (await (await fetch(`${origin}/count`)).json()).length;
}
