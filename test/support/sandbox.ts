// The sandbox of the program, with a configuration that names it `notes`.
import { randomBytes } from 'node:crypto';
import { type OpenOptions, openSandbox, type Sandbox } from '../../src/sandbox/open.ts';
import type { Seen } from '../../src/sandbox/options.ts';
import { notes } from './person.ts';
import { desk, keep } from './scene.ts';

export type SandboxScene = ReturnType<typeof desk> & {
  sandbox: Sandbox;
  /** What it was asked, oldest first. */
  seen: Seen[];
  /** How many requests went to this path. */
  count(path: string): number;
};

/** Lets everybody in without a page. `entry` is more of the configuration. Closed after the test. */
export async function sandboxed(
  faults: string[] = [],
  options: Partial<OpenOptions> & { entry?: object } = {},
): Promise<SandboxScene> {
  const { entry, ...more } = options;
  const seen: Seen[] = [];
  const sandbox = keep(
    await openSandbox({
      port: 0,
      split: false,
      faults: new Set(faults),
      accessLifetime: 600_000,
      refreshLifetime: 86_400_000,
      approve: true,
      now: Date.now,
      random: (bytes) => new Uint8Array(randomBytes(bytes)),
      see: (one) => seen.push(one),
      ...more,
    }),
  );
  const config = notes({ url: sandbox.url, ...entry });
  return { sandbox, seen, count: (path) => seen.filter((one) => one.path === path).length, ...desk(config) };
}
