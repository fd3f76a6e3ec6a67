import { generateKey } from '../store/keygen.ts';
import { print } from '../ui/print.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** `token keygen`: a new key for MCP_CLI_ENCRYPTION_KEY. Nothing keeps it but who asked for it. */
export async function tokenKeygen(workspace: Workspace): Promise<void> {
  const key = generateKey(workspace.deps.random);
  print(workspace, { json: { key }, text: () => `${key}\n` });
}
