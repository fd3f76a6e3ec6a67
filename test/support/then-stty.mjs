// Runs `mcp-cli` with these arguments at the terminal, and afterwards shows how it left the terminal.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

// Ctrl-C goes to all programs at a terminal; it is meant for mcp-cli.
process.on('SIGINT', () => {});
const bin = fileURLToPath(new URL('../../bin/mcp-cli.js', import.meta.url));
const { status } = spawnSync(process.execPath, [bin, ...process.argv.slice(2)], { stdio: 'inherit' });
spawnSync('stty', ['-a'], { stdio: 'inherit' });
process.exitCode = status ?? 1;
