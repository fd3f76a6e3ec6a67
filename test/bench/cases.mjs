// Each command of mcp-cli beside what it cannot be faster than.
import { fileURLToPath } from 'node:url';
import { measured, memory, progress, ratios } from './report.mjs';
import { stores } from './stores.mjs';

const ERAS = { modern: '2026-07-28', legacy: '2025-11-25' };
/** The most memory, as a ratio to a bare Node. */
const MEMORY = { token: 1.3, list: 1.8 };

const bare = { name: 'bare node', argv: ['-e', '0'] };

export const listOf = (ours, era, n = 1) =>
  ours(
    `tools list, ${ERAS[era]}, ${n} server${n > 1 ? 's' : ''}`,
    ['--server', Array.from({ length: n }, (_, each) => `${era}${each + 1}`).join(','), 'tools', 'list'],
    { shows: /tool_9/ },
  );

function casesOf({ ours, many, origin, token, folder }) {
  const script = (era, ...more) => ({
    name: 'fetch script',
    argv: [fileURLToPath(new URL('minimal.mjs', import.meta.url)), era, `${origin}/${era}/1`, token, ...more],
  });
  const modern = script('modern');
  const one = (subject, beside, budget, memory) => ({ subject, beside, budget, memory });
  return [
    one(ours('--version', ['--version']), bare, 1.3),
    one(ours('--help', ['--help']), bare, 1.3),
    one(
      ours('auth token, a key', ['auth', 'token', 'modern1'], { shows: /bench-token/ }),
      bare,
      1.6,
      MEMORY.token,
    ),
    ...stores({ folder, origin }).map(({ name, subject }) => ({ name, subject, beside: bare })),
    one(listOf(ours, 'modern'), modern, 1.5, MEMORY.list),
    one(listOf(ours, 'legacy'), script('legacy'), 1.5, MEMORY.list),
    ...(many ? [10, 50].map((n) => one(listOf(many, 'modern', n), modern)) : []),
    one(
      ours('tools call', ['--server', 'modern1', 'tools', 'call', 'echo', 'text=hello']),
      script('modern', 'echo'),
    ),
    one(ours('first prompt of a session', ['--server', 'modern1'], { until: /\[0J> / }), modern),
  ];
}

/** One row each, and a sentence about the budgets that were missed. */
export async function cases(bench) {
  const { table, row, say } = bench.report;
  table(
    'command',
    'median, ms:',
    'least, ms:',
    'beside',
    'ratio of medians:',
    'of least:',
    'budget:',
    'requests:',
    'memory, MiB:',
    'of bare node:',
    'budget:',
  );
  const ground = await memory(bare, bench.folder, bench.rounds);
  const missed = [];
  const absent = [];
  const all = casesOf(bench);
  for (const [at, { name, subject: given, beside, budget, memory: limit }] of all.entries()) {
    progress(`${at + 1} of ${all.length}: ${name ?? given.name}`);
    // What cannot be had on this machine is said, and the rest is measured all the same.
    const subject =
      typeof given === 'function'
        ? await given().catch((error) => void absent.push(`${name} (${sentence(error)})`))
        : given;
    const found =
      subject &&
      (await measured(bench, [beside, subject], [subject]).catch((error) => {
        if (!subject.until && typeof given !== 'function') throw error;
        absent.push(`${subject.name} (${sentence(error)})`);
      }));
    if (!found) continue;
    const [mine, base] = [found.get(subject), found.get(beside)];
    const ratio = ratios(mine, base);
    const share = mine.memory && mine.memory / ground;
    row(
      subject.name,
      mine.median.toFixed(0),
      mine.least.toFixed(0),
      `${beside.name}, ${base.median.toFixed(0)}`,
      ratio.medians.toFixed(2),
      ratio.least.toFixed(2),
      budget?.toFixed(1),
      mine.requests,
      mine.memory?.toFixed(0),
      share?.toFixed(2),
      limit?.toFixed(1),
    );
    if (ratio.medians > budget) missed.push(`${subject.name} (${ratio.medians.toFixed(2)})`);
    if (share > limit) missed.push(`the memory of ${subject.name} (${share.toFixed(2)})`);
  }
  say();
  if (absent.length > 0) say(`Not measured: ${absent.join('; ')}.`);
  say(missed.length > 0 ? `Budgets missed: ${missed.join(', ')}.` : 'All budgets of this table hold.');
}

const sentence = (error) => error.message.trim().split('\n')[0].slice(0, 200);
