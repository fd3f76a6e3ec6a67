import type { CallToolResult } from '@modelcontextprotocol/client';
import type { Session } from '../session/session.ts';
import { callProgress } from '../ui/call-progress.ts';
import type { Workspace } from './workspace.ts';

/** Calls a tool, and shows how far it is until its answer is there. Throws what `Session.callTool` throws. */
export async function callShown(
  { deps, flags }: Workspace,
  session: Session,
  name: string,
  args: Record<string, unknown>,
): Promise<CallToolResult> {
  const progress = callProgress(deps, flags.quiet);
  return session
    .callTool(name, args, { signal: deps.signal, onProgress: progress.show, onQuestion: progress.clear })
    .finally(progress.clear);
}
