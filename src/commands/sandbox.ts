import { UsageError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { FAULTS } from '../sandbox/faults.ts';
import { openSandbox, type Sandbox } from '../sandbox/open.ts';
import type { Seen } from '../sandbox/options.ts';
import { json } from '../ui/json.ts';
import { note, print } from '../ui/print.ts';
import { sanitize } from '../ui/sanitize.ts';
import { table, tableView } from '../ui/table.ts';
import type { Workspace } from '../workspace/workspace.ts';

export type SandboxFlags = {
  port: number;
  split: boolean;
  /** Milliseconds. */
  accessLifetime: number;
  /** Milliseconds. */
  refreshLifetime: number;
  approve: boolean;
  fault: string[];
};

/** `sandbox`: serves until somebody ends it. */
export async function sandbox(workspace: Workspace, options: SandboxFlags): Promise<void> {
  const { deps, flags } = workspace;
  const faults = named(options.fault);
  const asText = flags.format === 'text';
  const opened = await openSandbox({
    ...options,
    faults,
    now: deps.now,
    random: deps.random,
    see: (seen) => (asText ? note(workspace, sanitize(line(seen))) : deps.out(json(seen))),
  });
  try {
    const { url, authorization } = opened;
    const text = flags.quiet ? `${url}\n` : greeting(opened, faults);
    deps.out(asText ? text : json({ url, authorization, faults: [...faults] }));
    await ended(deps.signal);
  } finally {
    await opened.close();
  }
}

/** `sandbox --list-faults`. */
export async function sandboxFaults(workspace: Workspace): Promise<void> {
  print(workspace, {
    json: { faults: FAULTS.map(shown) },
    items: FAULTS.map(shown),
    text: () => {
      const rows = FAULTS.map(({ name, does, wants }) => [name, does, wants]);
      return table(
        ['FAULT', 'THE SERVER', 'A GOOD CLIENT'],
        rows,
        tableView(workspace.deps.stdout, workspace.deps.env),
      );
    },
  });
}

/** Their doing stays out. */
function shown({ name, kind, does, wants }: (typeof FAULTS)[number]) {
  return { name, kind, does, wants };
}

/** Throws UsageError `unknown_fault`. */
function named(given: readonly string[]): Set<string> {
  const names = FAULTS.map(({ name }) => name);
  const faults = new Set(given.flatMap((each) => each.split(',')).map((each) => each.trim()));
  faults.delete('');
  for (const fault of faults) {
    if (names.includes(fault)) continue;
    const guess = nearest(fault, names);
    throw new UsageError('unknown_fault', `the sandbox has no fault "${fault}"`, {
      hint: guess === undefined ? 'see: mcp-cli sandbox --list-faults' : `did you mean: ${guess}?`,
    });
  }
  return faults;
}

function greeting({ url, authorization }: Sandbox, faults: ReadonlySet<string>): string {
  return [
    'A sandbox: an MCP server that asks for OAuth, to learn and to test with. It lets in whoever asks.',
    `MCP server:            ${url}`,
    `Authorization server:  ${authorization}`,
    ...(faults.size > 0 ? [`Faults:                ${[...faults].join(', ')}`] : []),
    '',
    `Try:  mcp-cli --server ${url} tools list`,
    'Ctrl-C ends it.',
    '',
  ].join('\n');
}

function line({ method, path, status, grant, trouble }: Seen): string {
  return [`${status}  ${method} ${path}`, grant, trouble].filter((part) => part !== undefined).join('  ');
}

async function ended(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
