import { type Command, InvalidArgumentError, Option } from 'commander';
import { examples, type Perform } from './branch.ts';

type Given = {
  port: number;
  split: boolean;
  accessLifetime: number;
  refreshLifetime: number;
  approve: boolean;
  fault: string[];
  listFaults: boolean;
};

const UNITS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export function growSandbox(sandbox: Command, perform: Perform): void {
  sandbox
    .addOption(
      new Option('--port <number>', 'of the MCP server; any free one without it').argParser(port).default(0),
    )
    .option('--split', 'the authorization server on an origin of its own', false)
    .addOption(lifetimeOption('--access-lifetime <time>', 'of an access token', '10m'))
    .addOption(lifetimeOption('--refresh-lifetime <time>', 'of a refresh token', '30d'))
    .option('--approve', 'let everybody in without a page', false)
    .addOption(
      new Option('--fault <names>', 'what it does wrong; several with commas').argParser(collect).default([]),
    )
    .option('--list-faults', 'say what it can do wrong', false)
    .action(({ listFaults, ...options }: Given) =>
      perform(async (w) => {
        const { sandbox, sandboxFaults } = await import('../commands/sandbox.ts');
        return listFaults ? sandboxFaults(w) : sandbox(w, options);
      }),
    );
  examples(sandbox, [
    'mcp-cli sandbox                                  then: mcp-cli --server URL tools list',
    'mcp-cli sandbox --split --access-lifetime 30s    two origins, and tokens that end soon',
    'mcp-cli sandbox --approve --json                 for scripts: no page, a line for each request',
    'mcp-cli sandbox --fault wrong-iss                what does a client do about that?',
    'mcp-cli sandbox --list-faults',
  ]);
}

function lifetimeOption(flags: string, about: string, usual: string): Option {
  return new Option(flags, about).argParser(lifetime).default(lifetime(usual), usual);
}

/** Milliseconds. */
function lifetime(text: string): number {
  const [, digits, unit = 's'] = /^(\d{1,6})([smhd])?$/.exec(text) ?? [];
  if (!digits || Number(digits) === 0)
    throw new InvalidArgumentError('It is a length of time such as 30s, 10m or 30d.');
  return Number(digits) * (UNITS[unit] ?? 0);
}

function port(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new InvalidArgumentError('It is a port: a number up to 65535.');
  return Number(text);
}

function collect(text: string, before: string[]): string[] {
  return [...before, text];
}
