// Many servers, many tools, large results, many calls: time in proportion, memory that does not grow with it.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { peak, run } from './measure.mjs';

export async function scale({ folder, ours, origin, say, startServer }) {
  say('');
  say('| at scale | time, ms | memory, MiB | heap that is needed, MiB |');
  say('| --- | --: | --: | --: |');
  const row = async (subject) => {
    await run(subject);
    const took = await run(subject);
    say(`| ${subject.name} | ${took.toFixed(0)} | ${(await peak(subject)).toFixed(0)} | |`);
  };
  const within = (subject, env) => ({ ...subject, env: { ...subject.env, ...env } });
  for (const n of [50, 500]) {
    const config = join(folder, `many-${n}.json`);
    const entry = (_, each) => [`s${each}`, { url: `${origin}/modern/${each}`, oauth: { client_id: 'a' } }];
    writeFileSync(
      config,
      JSON.stringify({ mcpServers: Object.fromEntries(Array.from({ length: n }, entry)) }),
      { mode: 0o600 },
    );
    await row(
      within(ours(`servers list, ${n} configured`, ['servers', 'list', '--json']), {
        MCP_CLI_CONFIG: config,
      }),
    );
  }
  for (const tools of [500, 5000]) {
    const server = startServer({ BENCH_TOOLS: String(tools) });
    const { port } = await new Promise((resolve) => server.once('message', resolve));
    const config = join(folder, `tools-${tools}.json`);
    const oauth = { grant_type: 'client_credentials', client_id: 'bench', client_secret: 'bench-secret' };
    writeFileSync(
      config,
      JSON.stringify({ mcpServers: { [`t${tools}`]: { url: `http://127.0.0.1:${port}/modern/1`, oauth } } }),
      { mode: 0o600 },
    );
    await row(
      within(ours(`tools list, ${tools} tools`, ['tools', 'list', `t${tools}`, '--json']), {
        MCP_CLI_CONFIG: config,
      }),
    );
    server.disconnect();
  }
  for (const [size, text] of [
    [1, 'repeat:1000000'],
    [10, 'repeat:10000000'],
  ])
    await row(
      ours(`tools call, ${size} MB result`, [
        '--server',
        'modern1',
        'tools',
        'call',
        'echo',
        `text=${text}`,
        '--json',
      ]),
    );
  for (const n of [1000, 10_000]) {
    const { took, memory, heap } = await session(ours('', ['--server', 'modern1']), n);
    say(
      `| ${n} tool calls in one session | ${took.toFixed(0)} | ${memory.toFixed(0)} | ${heap.toFixed(1)} |`,
    );
  }
}

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

/** A session that reads its lines from a pipe: at most what it had, and what it has left after the last answer. */
function session({ argv, env }, calls) {
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    const file = join(env.HOME, `peak-${calls}`);
    const probes = ['--expose-gc', '--require', path('peak.cjs'), '--import', path('../support/heap.mjs')];
    const child = spawn(process.execPath, [...probes, ...argv], {
      env: { PATH: process.env.PATH, ...env, BENCH_PEAK: file },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
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
    child.on('close', (code) => {
      if (code !== 0 || heap === undefined) return reject(new Error(`${code}, ${answers} answers: ${said}`));
      const memory = Number(readFileSync(file, 'utf8').trim()) / 1024;
      resolve({ took, memory, heap: Number(heap) / 2 ** 20 });
    });
    child.stdin.write('/tools call echo "text=still here"\n'.repeat(calls));
  });
}
