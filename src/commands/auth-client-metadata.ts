import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { clientMetadata, isListenedOn, publicKeyOf } from '../auth/client-metadata.ts';
import { documentFault, redirectFault } from '../config/address.ts';
import { ConfigError, UsageError } from '../errors.ts';
import { print } from '../ui/print.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** Our own, on whichever port is free (RFC 8252 section 7.3). */
const REDIRECTS = ['http://127.0.0.1/callback', 'http://localhost/callback'];

/** `auth client-metadata`: the document to be hosted at `--url`, for `oauth.client_metadata_url`. */
export async function authClientMetadata(
  workspace: Workspace,
  options: { url?: string; redirect?: string[]; name?: string; key?: string },
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
  const key = options.key === undefined ? undefined : await publicKey(workspace, options.key);
  const document = clientMetadata(url, redirect, { name, key });
  print(workspace, { json: document, text: () => `${JSON.stringify(document, null, 2)}\n` });
}

async function publicKey({ deps }: Workspace, path: string) {
  const refused = (what: string, hint: string) =>
    new ConfigError('private_key', `the private key at ${path} ${what}`, { hint });
  const text = await readFile(resolve(deps.cwd, path), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw refused(`cannot be read (${error.code ?? 'no file'})`, 'check the path given to --key');
  });
  const key = publicKeyOf(text);
  if (!key) throw refused('is no private key', 'give --key a file with PEM without a password, or a JWK');
  return key;
}
