import type { ChildProcess } from 'node:child_process';
import { CancelledError, DemoError } from '../errors.ts';
import { gather } from './child.ts';

/** One request that the sandbox was asked. */
export type Request = {
  method: string;
  path: string;
  status: number;
  /** At the token endpoint. */
  grant?: string;
};

export type Server = {
  /** The MCP server's. */
  url: string;
  /** What it was asked since the last look, oldest first. */
  requests(): Request[];
  close(): Promise<void>;
};

/** Waits until `mcp-cli sandbox --format ndjson` says where it is. Throws DemoError `sandbox_failed`. */
export async function openServer(child: ChildProcess, signal: AbortSignal): Promise<Server> {
  const asked: Request[] = [];
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  const close = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  const said = gather(child.stderr);
  let ready: ((url: string) => void) | undefined;
  gather(child.stdout, (line) => {
    const told = JSON.parse(line) as { url: string } | Request;
    if ('url' in told) ready?.(told.url);
    else asked.push(told);
  });
  signal.addEventListener('abort', close, { once: true });
  const url = await Promise.race([
    new Promise<string>((resolve) => {
      ready = resolve;
    }),
    ended,
  ]).finally(() => signal.removeEventListener('abort', close));
  if (signal.aborted) throw new CancelledError();
  if (url === undefined) {
    throw new DemoError('sandbox_failed', 'the sandbox did not start', { hint: lastError(said()) });
  }
  return { url, requests: () => asked.splice(0), close };
}

/** Of a program that was asked for JSON. */
function lastError(stderr: string): string | undefined {
  const line = stderr.trim().split('\n').at(-1);
  try {
    const { error } = JSON.parse(line ?? '') as { error: { message: string; hint?: string } };
    return [error.message, error.hint].filter(Boolean).join('\n');
  } catch {
    return line;
  }
}
