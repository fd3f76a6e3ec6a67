import { openBearer } from '../auth/bearer.ts';
import { CliError, UsageError } from '../errors.ts';
import { note } from '../ui/print.ts';
import { redact } from '../ui/redact.ts';
import { sanitize } from '../ui/sanitize.ts';
import { enabledEntry, onlyTarget } from '../workspace/target.ts';
import type { Workspace } from '../workspace/workspace.ts';

export type ProxyFlags = {
  allowTools: string[] | undefined;
  denyTools: string[];
  /** A browser may be opened where one could be without the bridge. */
  signIn: boolean;
};

/** Milliseconds. The client has a limit of its own for each request, and knows better what it waits for. */
const LONGEST_ANSWER = 60 * 60_000;

/** `proxy`: a stdio MCP server on standard input and output, until they are closed. Asks nobody anything. */
export async function proxy(workspace: Workspace, named: string[], options: ProxyFlags): Promise<void> {
  const { deps, flags } = workspace;
  const server = await onlyTarget(workspace, named);
  const entry = await enabledEntry(workspace, server);
  if (entry.kind !== 'http') {
    throw new UsageError('not_remote', `${server} is a stdio server: there is nothing to bridge`, {
      hint: 'write its command into the configuration of the client itself',
      server,
    });
  }
  const patient = { ...entry, timeout: entry.timeout ?? LONGEST_ANSWER };
  const auth = await workspace.auth(patient);
  if (deps.stdin.isTTY)
    note(workspace, 'this speaks MCP with the program that starts it; by hand, Ctrl-D ends it');
  const { runBridge } = await import('../bridge/bridge.ts');
  // Standard input is the client's: there is no terminal, whatever it is.
  const attended = { ...auth, terminal: undefined, interactive: options.signIn && auth.interactive };
  const ctx = { ...attended, requestTimeout: entry.timeout ?? 30_000 };
  await workspace.unasked(() =>
    runBridge({
      entry: patient,
      openBearer: () => openBearer(ctx),
      input: deps.stdin,
      output: deps.stdout.stream as NodeJS.WriteStream,
      rules: { allow: options.allowTools, deny: options.denyTools },
      signal: deps.signal,
      trouble(error) {
        if (!flags.verbose) return;
        const text = error instanceof CliError ? `${error.message} (${error.code})` : String(error);
        deps.err(`${sanitize(redact(text))}\n`);
      },
    }),
  );
}
