// What every failure owes a person and a script, whatever went wrong.
import { expect } from 'vitest';
import type { CliResult } from './cli.ts';
import { errorOf } from './scene.ts';

export type Told = {
  exit: number;
  code: string;
  /** Words of the message. */
  says?: string | RegExp;
  /** What the hint must name: a configuration key, a variable, a flag or a command. */
  hint: string | RegExp;
  server?: string;
};

/**
 * The failure of a run with `--json`: its code and exit, one sentence without a stack, a hint that names what to change,
 * nothing on stdout, and none of these secrets. Returns it.
 */
export function expectTold(
  result: CliResult,
  told: Told,
  secrets: string[] = [],
): ReturnType<typeof errorOf> {
  const error = errorOf(result);
  const expected = {
    code: told.code,
    message: told.says === undefined ? expect.any(String) : expect.stringMatching(literal(told.says)),
    hint: expect.stringMatching(literal(told.hint)),
    ...(told.server !== undefined && { server: told.server }),
  };
  expect({ ...error, exit: result.exit }).toMatchObject({ ...expected, exit: told.exit });
  expect(error.message).not.toMatch(/\n|\.$|undefined|\[object|cause:/);
  // A server's command may be the Node that runs this, wherever it is installed.
  const printed = result.stderr.replaceAll(process.execPath, 'node');
  expect(printed).not.toMatch(/\\n\s+at |node:internal|file:\/\/|node_modules/);
  for (const secret of secrets) expect(result.stderr).not.toContain(secret);
  return error;
}

function literal(text: string | RegExp): RegExp {
  return typeof text === 'string' ? new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')) : text;
}
