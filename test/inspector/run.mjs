// The official Inspector's command line in front of `mcp-cli proxy`, in front of a server that asks for OAuth. Fails unless
// each of its commands gets what the server has. Needs dist, Node 22 and `npm ci` in this folder.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const bin = path('../../bin/mcp-cli.js');
const inspector = path('node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js');
const home = mkdtempSync(join(tmpdir(), 'mcp-cli-inspector-'));
process.once('exit', () => rmSync(home, { recursive: true, force: true }));
const own = { HOME: home, MCP_CLI_ENCRYPTION_KEY: 'a password of the test' };
const env = { PATH: process.env.PATH, ...own };

const sandbox = spawn(process.execPath, [bin, 'sandbox', '--approve', '--json'], { env });
process.once('exit', () => sandbox.kill());
const [first] = await once(sandbox.stdout.setEncoding('utf8'), 'data');
const { url } = JSON.parse(first);
const config = join(home, 'servers.json');
writeFileSync(config, JSON.stringify({ mcpServers: { notes: { url } } }));
const browser = `${process.execPath} ${path('../support/browser-child.mjs')} ${join(home, 'visits')} %s`;
const login = await run([bin, '--config-file', config, 'auth', 'login', 'notes'], {
  ...env,
  BROWSER: browser,
});
if (login.exit !== 0) throw new Error(`no sign-in: ${login.stderr}`);

/** What is asked for, and what has to be in the answer. */
const ROWS = [
  [['--method', 'tools/list'], ({ tools }) => tools.some(({ name }) => name === 'search_notes')],
  [
    ['--method', 'tools/call', '--tool-name', 'search_notes', '--tool-arg', 'query=a'],
    ({ content, isError }) => content.length > 0 && !isError,
  ],
  [['--method', 'resources/list'], ({ resources }) => resources.some(({ uri }) => uri === 'notes://about')],
  [
    ['--method', 'resources/read', '--uri', 'notes://about'],
    ({ contents }) => contents[0].uri === 'notes://about',
  ],
  [['--method', 'prompts/list'], ({ prompts }) => prompts.some(({ name }) => name === 'summarize')],
];

let failures = 0;
for (const [words, holds] of ROWS) {
  const given = Object.entries(own).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
  const server = [process.execPath, bin, '--config-file', config, 'proxy', 'notes'];
  const { exit, stdout, stderr } = await run([inspector, '--cli', ...server, ...given, ...words], env);
  const isRight = exit === 0 && holds(JSON.parse(stdout));
  if (!isRight) failures += 1;
  process.stdout.write(`${isRight ? 'passed' : 'failed'}: ${words.join(' ')}\n`);
  if (!isRight) process.stdout.write(`${stdout}${stderr}`);
}
process.exit(failures > 0 ? 1 : 0);

function run(argv, environment) {
  const child = spawn(process.execPath, argv, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'])
    child[name].setEncoding('utf8').on('data', (chunk) => {
      text[name] += chunk;
    });
  return new Promise((resolve) => child.once('close', (exit) => resolve({ exit, ...text })));
}
