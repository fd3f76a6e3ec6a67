import { print } from '../ui/print.ts';
import { type AccessOptions, accessOf, handedOver } from '../workspace/access.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** `auth token`: the access token for another program's use. A pipe gets it bare, JSON says what it is good for. */
export async function authToken(
  workspace: Workspace,
  named: string[],
  options: AccessOptions,
): Promise<void> {
  const entry = await handedOver(workspace, named, options);
  const alone = workspace.flags.format === 'text';
  const token = await accessOf(workspace, entry, { ...options, alone });
  print(workspace, { json: token, text: () => `${token.accessToken}\n` });
}
