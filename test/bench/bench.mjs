// npm run bench -- [--quick] [--peers] [--scale] [--write]: see README.md beside this file.
import { fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { inTurn, peak, run } from './measure.mjs';
import { peers } from './peers.mjs';
import { scale } from './scale.mjs';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
// Another build can be measured in the place of this one.
const bin = process.env.BENCH_BIN ?? path('../../bin/mcp-cli.js');
const options = { quick: false, peers: false, scale: false, write: false };
const { values } = parseArgs({
  options: Object.fromEntries(
    Object.keys(options).map((name) => [name, { type: 'boolean', default: false }]),
  ),
});
const rounds = values.quick ? 7 : 25;
const folder = mkdtempSync(join(tmpdir(), 'mcp-cli-bench-'));
const lines = [];
const say = (line) => {
  lines.push(line);
  console.log(line);
};

const server = fork(path('server.mjs'));
try {
  await main(await new Promise((resolve) => server.once('message', resolve)));
} finally {
  server.disconnect();
  rmSync(folder, { recursive: true });
}

async function main({ port, token }) {
  const origin = `http://127.0.0.1:${port}`;
  const ours = await signedIn(origin);
  const node = { name: 'bare node', argv: ['-e', '0'] };
  const minimal = (era, ...more) => ({
    name: 'fetch script',
    argv: [path('minimal.mjs'), era, `${origin}/${era}/1`, token, ...more],
  });
  const counted = async (subject) => {
    await fetch(`${origin}/count`);
    await run({ ...subject, until: undefined });
    return (await (await fetch(`${origin}/count`)).json()).length;
  };
  say(
    `Node ${process.version}, ${cpus().length} × ${cpus()[0].model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}; medians of ${rounds} runs, in turn`,
  );
  say('');
  say(
    '| command | median, ms | least, ms | beside | ratio of medians | of least | budget | requests | memory, ratio |',
  );
  say('| --- | --: | --: | --- | --: | --: | --: | --: | --: |');
  const many = (era, n) => Array.from({ length: n }, (_, each) => `${era}${each + 1}`).join(',');
  const list = (era, n) =>
    ours(`tools list, ${era === 'modern' ? '2026-07-28' : '2025-11-25'}, ${n} server${n > 1 ? 's' : ''}`, [
      '--server',
      many(era, n),
      'tools',
      'list',
    ]);
  const call = ours('tools call', ['--server', 'modern1', 'tools', 'call', 'echo', 'text=hello']);
  const cases = [
    [ours('--version', ['--version']), node, 1.3],
    [ours('--help', ['--help']), node, 1.3],
    [ours('auth token, a key', ['auth', 'token', 'modern1']), node, 1.6],
    [list('modern', 1), minimal('modern'), 1.5],
    [list('legacy', 1), minimal('legacy'), 1.5],
    ...(values.quick
      ? []
      : [
          [list('modern', 10), minimal('modern')],
          [list('modern', 50), minimal('modern')],
        ]),
    [call, minimal('modern', 'echo')],
    [{ ...ours('first prompt of a session', ['--server', 'modern1']), until: /\[0J> / }, minimal('modern')],
  ];
  if (!values.quick) cases.splice(3, 0, [await withPassword(origin), node]);
  for (const [subject, beside, budget] of cases) await row(subject, beside, budget);
  if (values.peers) {
    const found = await peers(folder, `${origin}/modern/1`, `${origin}/legacy/1`, token, say);
    for (const each of found) await row(each, list(each.era, 1));
  }
  if (values.scale)
    await scale({
      folder,
      ours,
      origin,
      say,
      startServer: (env) => fork(path('server.mjs'), { env: { ...process.env, ...env } }),
    });
  if (values.write) write();

  async function row(subject, beside, budget) {
    const times = await inTurn([beside, subject], rounds);
    const [base, mine] = [times.get(beside), times.get(subject)];
    const memory = subject.until ? undefined : (await peak(subject)) / (await peak(beside));
    const requests = subject.until ? '' : await counted(subject);
    const ratio = mine.median / base.median;
    say(
      `| ${subject.name} | ${mine.median.toFixed(0)} | ${mine.least.toFixed(0)} | ${beside.name}, ${base.median.toFixed(0)} | ${ratio.toFixed(2)} | ${(mine.least / base.least).toFixed(2)} | ${budget ? budget.toFixed(1) : ''} | ${requests} | ${memory ? memory.toFixed(2) : ''} |`,
    );
  }
}

/** A HOME with a configuration of 50 servers of each era, signed in to; gives what is run there. */
async function signedIn(origin, name = 'home', extra = {}) {
  const home = join(folder, name);
  mkdirSync(home, { mode: 0o700 });
  const config = join(home, 'servers.json');
  const oauth = { grant_type: 'client_credentials', client_id: 'bench', client_secret: 'bench-secret' };
  const entries = ['modern', 'legacy'].flatMap((era) =>
    Array.from({ length: values.quick && name === 'home' ? 1 : 50 }, (_, each) => [
      `${era}${each + 1}`,
      { url: `${origin}/${era}/${each + 1}`, oauth },
    ]),
  );
  writeFileSync(config, JSON.stringify({ mcpServers: Object.fromEntries(entries) }), { mode: 0o600 });
  const key = `mcpk1_${Buffer.alloc(32, 7).toString('base64url')}`;
  const env = {
    HOME: home,
    MCP_CLI_ENCRYPTION_KEY: extra.key ?? (await keygen()) ?? key,
    MCP_CLI_CONFIG: config,
    MCP_CLI_TOKEN_BACKEND: 'encrypted',
  };
  const ours = (name, words) => ({ name, argv: [bin, ...words], env });
  const all = extra.only ?? entries.map(([each]) => each);
  // Signed in, what is to be remembered is, and compiled code is kept.
  await run(ours('sign-in', ['--server', all[0], 'tools', 'list']));
  for (let from = 0; from < all.length; from += 10)
    await run(ours('sign-in', ['--server', all.slice(from, from + 10).join(','), 'tools', 'list']));
  return ours;
}

async function keygen() {
  const { execFileSync } = await import('node:child_process');
  return execFileSync(process.execPath, [bin, 'token', 'keygen'], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .at(-1);
}

async function withPassword(origin) {
  const ours = await signedIn(origin, 'password', { key: 'a password of the bench', only: ['modern1'] });
  return ours('auth token, a password', ['auth', 'token', 'modern1']);
}

function write() {
  const page = path('../../docs/performance.md');
  const [begin, end] = ['<!-- bench -->', '<!-- /bench -->'];
  const text = readFileSync(page, 'utf8');
  const [before, rest] = text.split(begin);
  writeFileSync(page, `${before}${begin}\n\n${lines.join('\n')}\n\n${end}${rest.split(end)[1]}`);
}
