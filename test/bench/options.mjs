// The words of `npm run bench`. Pure.
import { parseArgs } from 'node:util';

const FLAGS = {
  quick: 'fewer rounds, one server, under a minute',
  peers: 'beside other MCP clients too; installs them from the npm registry into a temporary folder',
  scale: 'many servers, many tools, large results, many calls',
  write: 'put the result into docs/performance.md, as the block of this version of Node',
  help: 'this',
};

export const HELP = `Usage: npm run bench -- [options]

Measures mcp-cli as whole processes beside bare Node and a script that makes the same requests. It starts servers
on 127.0.0.1 and a keyring and a Vault of its own, uses a HOME of its own in a temporary folder, and ends and
deletes all of it, also with Ctrl-C. The table goes to stdout, progress to stderr. Some minutes.

Options:
${Object.entries(FLAGS)
  .map(([name, what]) => `  --${name.padEnd(7)} ${what}`)
  .join('\n')}

Environment:
  BENCH_BIN  bin/mcp-cli.js of another build, to be measured in the place of this one
`;

/** @returns the flags, each true or false; or `wrong`, one sentence about the command line */
export function readOptions(argv) {
  const options = Object.fromEntries(
    Object.keys(FLAGS).map((name) => [name, { type: 'boolean', default: false }]),
  );
  const { values, tokens } = parseArgs({ args: argv, options, strict: false, tokens: true });
  for (const { kind, name, rawName, value } of tokens) {
    if (kind === 'positional') return { wrong: `there is nothing to name: ${value}` };
    if (kind === 'option' && !(name in FLAGS)) return { wrong: `unknown option ${rawName}` };
    if (kind === 'option' && value !== undefined) return { wrong: `${rawName} takes no value` };
  }
  return values;
}
