// What the suite starts as "the client": the built program, run as a script would run it, command after command, in a HOME
// of its own. The suite gives the server's address as the last argument, the rest in its MCP_CONFORMANCE_ variables.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { playOf } from './scenarios.mjs';

const url = process.argv.at(-1);
const { MCP_CONFORMANCE_SCENARIO: name, MCP_CONFORMANCE_CONTEXT, PATH, NODE_COMPILE_CACHE } = process.env;
// Set by run.mjs: where to work, the era to speak, the key of the token store.
const { CONFORMANCE_FOLDER: folder, CONFORMANCE_PROTOCOL: protocol, CONFORMANCE_KEY: key } = process.env;

const file = (path) => fileURLToPath(new URL(path, import.meta.url));
const context = MCP_CONFORMANCE_CONTEXT ? JSON.parse(MCP_CONFORMANCE_CONTEXT) : {};
const { entry, steps } = playOf(name);
const planned = steps(context);

const home = join(folder, 'home');
const visits = join(folder, 'visits.jsonl');
mkdirSync(join(home, '.mcp_cli'), { recursive: true, mode: 0o700 });
writeFileSync(
  join(home, '.mcp_cli', 'server_config.json'),
  JSON.stringify({ mcpServers: { judge: { url, protocol, ...entry?.(context) } } }),
  { mode: 0o600 },
);
const env = {
  HOME: home,
  PATH,
  ...(NODE_COMPILE_CACHE && { NODE_COMPILE_CACHE }),
  MCP_CLI_ENCRYPTION_KEY: key,
  // Not the keyring of whoever runs this.
  MCP_CLI_TOKEN_BACKEND: 'encrypted',
  BROWSER: `${process.execPath} ${file('../support/browser-child.mjs')} ${visits} %s`,
};

const ran = [];
for (const step of planned) {
  const argv = typeof step.run === 'function' ? step.run(ran) : step.run;
  const { exit = 0, gives, fails } = step;
  ran.push({
    argv,
    wanted: { exit, gives, fails },
    ...(await runCli(['--server', 'judge', ...argv, '--json'])),
  });
}
writeFileSync(join(folder, 'ran.json'), JSON.stringify({ ran, opened: opened() }, null, 2));
process.exitCode = ran.at(-1).exit;

function runCli(argv) {
  const child = spawn(process.execPath, [file('../../bin/mcp-cli.js'), ...argv], {
    cwd: home,
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
    child.once('close', (code) => resolve({ exit: code ?? -1, ...text }));
  });
}

/** How often the browser was opened. */
function opened() {
  if (!existsSync(visits)) return 0;
  return readFileSync(visits, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"opened"')).length;
}
