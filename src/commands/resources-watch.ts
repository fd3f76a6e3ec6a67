import { CancelledError } from '../errors.ts';
import { json } from '../ui/json.ts';
import { note } from '../ui/print.ts';
import { sanitize } from '../ui/sanitize.ts';
import { onlyTarget, withSession } from '../workspace/target.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** `resources watch`: a line for each update until Ctrl-C, or until there were `count`. */
export async function resourcesWatch(
  workspace: Workspace,
  uri: string,
  { count = Number.POSITIVE_INFINITY }: { count?: number },
): Promise<void> {
  const { deps, flags } = workspace;
  const server = await onlyTarget(workspace, []);
  const enough = new AbortController();
  let left = count;
  const updated = (changed: string) => {
    if (left-- <= 0) return;
    const time = new Date(deps.now()).toISOString();
    deps.out(
      flags.format === 'text' ? `${time} ${sanitize(changed)}\n` : json({ server, uri: changed, time }),
    );
    if (left <= 0) enough.abort();
  };
  const ready = () => note(workspace, `watching ${sanitize(uri)}; Ctrl-C ends it`);
  await withSession(
    workspace,
    server,
    (session) =>
      session.watchResource(uri, { ready, updated }, AbortSignal.any([deps.signal, enough.signal])),
    true,
  );
  // Ctrl-C is how it usually ends, but not before what was asked for.
  if (Number.isFinite(left) && left > 0) throw new CancelledError();
}
