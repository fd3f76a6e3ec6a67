import { print } from '../ui/print.ts';
import { type AccessOptions, authorizationOf, handedOver } from '../workspace/access.ts';
import type { Workspace } from '../workspace/workspace.ts';

/**
 * `auth header`: what signs a request in. Text is the line of the header, as `curl -H @-` takes it; JSON an object of
 * headers, as Claude Code takes it from its `headersHelper`.
 */
export async function authHeader(
  workspace: Workspace,
  named: string[],
  options: AccessOptions,
): Promise<void> {
  const entry = await handedOver(workspace, named, options);
  const Authorization = await authorizationOf(workspace, entry, options);
  print(workspace, { json: { Authorization }, text: () => `Authorization: ${Authorization}\n` });
}
