// A secret that somebody else put into a file: an administrator, Docker, Kubernetes. Links are followed, because
// Kubernetes mounts secrets as links; who may read the file is judged on what the link leads to.
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import self from 'node:process';
import { StoreError } from '../errors.ts';
import { typed } from '../typed.ts';
import { codeOf } from './failure.ts';

const LIMIT = 64 * 1024;

/**
 * The text of the file named by MCP_CLI_ENCRYPTION_KEY_FILE, without its last line break. It must belong to this user,
 * or to root, who may share it with a group, and be closed to everybody else. Throws StoreError `key_file`.
 */
export async function readKeyFile(path: string, platform: NodeJS.Platform): Promise<string> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const found = await file.stat();
    if (!found.isFile() || found.size > LIMIT) throw refused(path, 'is no small regular file');
    if (platform !== 'win32') {
      const ours = found.uid === self.geteuid?.();
      if (!ours && found.uid !== 0) throw refused(path, 'belongs to another user');
      if ((found.mode & (ours ? 0o077 : 0o007)) !== 0) {
        throw refused(path, 'can be read by other users', typed('chmod', '600', path));
      }
    }
    return (await file.readFile('utf8')).replace(/\r?\n$/, '');
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw refused(path, `cannot be read (${codeOf(error) ?? 'unknown error'})`, undefined, error);
  } finally {
    await file?.close();
  }
}

function refused(path: string, why: string, hint?: string, cause?: unknown): StoreError {
  return new StoreError('key_file', `the encryption key file ${path} ${why}`, {
    hint: hint ?? 'check MCP_CLI_ENCRYPTION_KEY_FILE',
    cause,
  });
}
