// npm run bench: see README.md beside this file.
import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HELP, readOptions } from './options.mjs';
import { later, undo, undoOnSignals, unlessEnding } from './undo.mjs';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const page = path('../../docs/performance.md');

const options = readOptions(process.argv.slice(2));
if (options.wrong) fail(options.wrong, 'npm run bench -- --help', 2);
else if (options.help) process.stdout.write(HELP);
else await bench(options);

async function bench({ quick, peers: withPeers, scale: withScale, write }) {
  // What has dependencies is loaded here: the help and a mistake need none.
  const { bin, keygen, signedIn } = await import('./ours.mjs');
  if (!existsSync(bin)) return fail(`${bin} is not there`, 'npm ci && npm run build', 1);
  const { progress, reportOf } = await import('./report.mjs');
  undoOnSignals();
  const folder = mkdtempSync(join(tmpdir(), 'mcp-cli-bench-'));
  later(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
  try {
    const rounds = quick ? 7 : 25;
    const report = reportOf();
    progress(`${bin} on Node ${process.version}, ${rounds} rounds each, in ${folder}; Ctrl-C undoes it`);
    report.say(
      `Node ${process.version}, ${cpus().length} × ${cpus()[0].model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}; medians of ${rounds} runs, in turn`,
    );
    const { origin, token } = await startServer();
    const key = { MCP_CLI_TOKEN_BACKEND: 'encrypted', MCP_CLI_ENCRYPTION_KEY: await keygen() };
    progress('mcp-cli signs in to the servers');
    const ours = await signedIn(folder, 'home', serversOf(origin, 1), key);
    // Fifty more in the configuration would be measured with every command.
    const many = quick ? undefined : await signedIn(folder, 'many', serversOf(origin, 50), key);
    const all = { folder, rounds, report, ours, many, origin, token, quick };
    const { cases } = await import('./cases.mjs');
    await cases(all);
    const { proxy } = await import('./proxy.mjs');
    await proxy(all);
    if (withPeers) await (await import('./peers.mjs')).peers(all);
    if (withScale) await (await import('./scale.mjs')).scale({ ...all, startServer });
    if (write) {
      const { withBlock } = await import('./page.mjs');
      const major = process.versions.node.split('.')[0];
      writeFileSync(page, withBlock(readFileSync(page, 'utf8'), major, report.lines));
    }
  } catch (error) {
    await unlessEnding();
    fail(error.message.trim(), 'an error of what was being measured; the line before on stderr names it', 1);
  } finally {
    await undo();
  }
}

/** @returns its origin and the token that it wants; it ends with the bench */
async function startServer(env = {}) {
  const server = fork(path('server.mjs'), { env: { ...process.env, ...env } });
  const end = () => server.disconnect();
  later(end);
  const { port, token } = await new Promise((resolve, reject) => {
    server
      .once('message', resolve)
      .once('exit', (code) => reject(new Error(`the servers ended with ${code}`)));
  });
  return { origin: `http://127.0.0.1:${port}`, token, end };
}

function serversOf(origin, count) {
  const each = (era) =>
    Array.from({ length: count }, (_, at) => [`${era}${at + 1}`, `${origin}/${era}/${at + 1}`]);
  const quick = ['modern', 'legacy'].map((era) => [`quick-${era}`, `${origin}/quick-${era}/1`]);
  return Object.fromEntries([...each('modern'), ...each('legacy'), ...quick]);
}

function fail(what, hint, code) {
  process.stderr.write(`error: ${what}\nhint: ${hint}\n`);
  process.exitCode = code;
}
