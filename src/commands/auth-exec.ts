import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { HttpEntry } from '../config/entry.ts';
import type { Env } from '../deps.ts';
import { UsageError } from '../errors.ts';
import { type AccessOptions, accessOf } from '../workspace/access.ts';
import { onlyTarget, signInEntry } from '../workspace/target.ts';
import type { Workspace } from '../workspace/workspace.ts';

type ExecOptions = Pick<AccessOptions, 'minTtl'> & {
  /** The variable that holds the token. */
  env?: string;
};

const VARIABLE = 'MCP_ACCESS_TOKEN';

/**
 * `auth exec`: runs a program with the access token in its environment, and in no other one: not in ours, not in its
 * arguments, not in a file. Resolves to the program's exit code, 128 and the number of the signal that ended it.
 * @throws UsageError `no_program`, `missing_argument`; and what `accessOf` throws
 */
export async function authExec(
  workspace: Workspace,
  server: string,
  [program, ...args]: string[],
  options: ExecOptions,
): Promise<number> {
  if (program === undefined)
    throw new UsageError('missing_argument', 'auth exec needs a program to run', {
      hint: `for example: mcp-cli auth exec ${server} -- env`,
    });
  const entry = await signInEntry(workspace, await onlyTarget(workspace, [server]));
  const { accessToken } = await accessOf(workspace, entry, { ...options, alone: true });
  // Locks, sessions and a keyring's child are not needed any more, and the program may run for days.
  await workspace.close();
  const env = childEnvironment(workspace.deps.env, entry, options.env ?? VARIABLE, accessToken);
  return runToEnd(workspace, program, args, env);
}

/** All that the person's own programs get, without what opens our store and without tokens of other servers. */
function childEnvironment(env: Env, { url }: HttpEntry, variable: string, token: string): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !OURS.test(name));
  return { ...Object.fromEntries(kept), MCP_SERVER_URL: url, [variable]: token };
}

const OURS = /^MCP_CLI_(?:ENCRYPTION_KEY|ENCRYPTION_KEY_FILE|TOKEN_.*|VAULT_.*)$/i;

function runToEnd(
  { deps }: Workspace,
  program: string,
  args: string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, cwd: deps.cwd, stdio: 'inherit', windowsHide: true });
    // A Ctrl-C reaches the program by itself: it is in the terminal's group. Anything else reaches only us.
    const pass = () => !deps.stdin.isTTY && child.kill('SIGTERM');
    deps.signal.addEventListener('abort', pass, { once: true });
    child.once('error', (cause) => {
      const hint = 'check its name; what is an alias or a function of a shell needs the shell: sh -c "…"';
      reject(new UsageError('no_program', `${program} could not be started`, { hint, cause }));
    });
    child.once('close', (code, signal) => {
      deps.signal.removeEventListener('abort', pass);
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
}
