// Many servers, many tools, large results, many calls: time in proportion, memory that does not grow with it.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environment, peak, probe, run } from './measure.mjs';
import { configured } from './ours.mjs';
import { progress } from './report.mjs';
import { unlessEnding, watched } from './undo.mjs';

export async function scale({ folder, ours, origin, report, startServer }) {
  report.table('at scale', 'time, ms:', 'memory, MiB:', 'heap that is needed, MiB:');
  const row = async (subject) => {
    progress(subject.name);
    await run(subject);
    const took = await run(subject);
    report.row(subject.name, took.toFixed(0), (await peak(subject, folder)).toFixed(0), '');
  };
  /** The same with other servers configured. */
  const within = (subject, servers, name) => ({
    ...subject,
    env: { ...subject.env, MCP_CLI_CONFIG: configured(folder, servers, name) },
  });
  for (const n of [50, 500]) {
    const servers = Object.fromEntries(
      Array.from({ length: n }, (_, each) => [`s${each}`, `${origin}/modern/${each}`]),
    );
    await row(
      within(ours(`servers list, ${n} configured`, ['servers', 'list', '--json']), servers, `many-${n}.json`),
    );
  }
  for (const tools of [500, 5000]) {
    const server = await startServer({ BENCH_TOOLS: String(tools) });
    const name = `t${tools}`;
    const list = ours(`tools list, ${tools} tools`, ['tools', 'list', name, '--json'], {
      shows: new RegExp(`tool_${tools - 1}\\b`),
    });
    await row(within(list, { [name]: `${server.origin}/modern/1` }, `${name}.json`));
    server.end();
  }
  for (const [size, text] of [
    [1, 'repeat:1000000'],
    [10, 'repeat:10000000'],
  ]) {
    const call = ['--server', 'modern1', 'tools', 'call', 'echo', `text=${text}`, '--json'];
    await row(ours(`tools call, ${size} MB result`, call));
  }
  for (const n of [1000, 10_000]) {
    progress(`${n} tool calls in one session`);
    const { took, memory, heap } = await session(ours('', ['--server', 'modern1']), n);
    report.row(`${n} tool calls in one session`, took.toFixed(0), memory.toFixed(0), heap.toFixed(1));
  }
}

const heapProbe = fileURLToPath(new URL('../support/heap.mjs', import.meta.url));

/** A session that reads its lines from a pipe: at most what it had, and what it has left after the last answer. */
async function session({ argv, env }, calls) {
  await unlessEnding();
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    const file = join(env.HOME, `peak-${calls}`);
    const probes = ['--expose-gc', '--require', probe, '--import', heapProbe];
    const child = spawn(process.execPath, [...probes, ...argv], {
      env: environment({ ...env, BENCH_PEAK: file }),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const { ended } = watched(() => child.kill('SIGKILL'));
    let answers = 0;
    let said = '';
    let took;
    let heap;
    child.stdout.setEncoding('utf8').on('data', (text) => {
      answers += text.split('\n').length - 1;
      if (answers < calls || took !== undefined) return;
      took = performance.now() - begin;
      child.kill('SIGUSR2');
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      said = (said + text).slice(-1000);
      heap ??= /heap (\d+)\n/.exec(said)?.[1];
      if (heap !== undefined) child.stdin.end();
    });
    child.on('close', async (code) => {
      ended();
      await unlessEnding();
      if (code !== 0 || heap === undefined) return reject(new Error(`${code}, ${answers} answers: ${said}`));
      const memory = Number(readFileSync(file, 'utf8').trim()) / 1024;
      resolve({ took, memory, heap: Number(heap) / 2 ** 20 });
    });
    child.stdin.write('/tools call echo "text=still here"\n'.repeat(calls));
  });
}
