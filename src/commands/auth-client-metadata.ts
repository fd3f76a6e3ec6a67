import { clientMetadata, isListenedOn } from '../auth/client-metadata.ts';
import { documentFault, redirectFault } from '../config/address.ts';
import { UsageError } from '../errors.ts';
import { print } from '../ui/print.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** Our own, on whichever port is free (RFC 8252 section 7.3). */
const REDIRECTS = ['http://127.0.0.1/callback', 'http://localhost/callback'];

/** `auth client-metadata`: the document to be hosted at `--url`, for `oauth.client_metadata_url`. */
export async function authClientMetadata(
  workspace: Workspace,
  options: { url?: string; redirect?: string[]; name?: string },
): Promise<void> {
  const { url, redirect = REDIRECTS, name } = options;
  if (url === undefined) {
    throw new UsageError('invalid_url', 'it is not said where the document will lie', {
      hint: 'add its URL: --url https://example.com/mcp-cli.json',
    });
  }
  const fault = documentFault(url);
  if (fault)
    throw new UsageError('invalid_url', `the URL given to --url ${fault.said}`, { hint: fault.hint });
  for (const uri of redirect) {
    const wrong = redirectFault(uri, false);
    if (!wrong && isListenedOn(uri)) continue;
    throw new UsageError(
      'invalid_url',
      `the URL given to --redirect ${wrong?.said ?? 'is not on this machine'}`,
      { hint: wrong?.hint ?? 'write it like "http://localhost:8080/callback"' },
    );
  }
  const document = clientMetadata(url, redirect, name);
  print(workspace, { json: document, text: () => `${JSON.stringify(document, null, 2)}\n` });
}
