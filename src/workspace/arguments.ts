import { UsageError } from '../errors.ts';
import { parseObject } from '../session/arguments.ts';
import { note } from '../ui/print.ts';
import { readInput } from './input.ts';
import type { Workspace } from './workspace.ts';

/**
 * All arguments of a tool or prompt at once: from `--args`, or from a pipe if nothing else (`words`) was given.
 * @throws UsageError `bad_json`, `conflicting_flags`, `unreadable_input`; CancelledError
 */
export async function baseArguments(
  workspace: Workspace,
  words: boolean,
  args?: string,
): Promise<Record<string, unknown>> {
  const { deps, flags } = workspace;
  if (args !== undefined && args !== '-') return parseObject(args, '--args');
  const taken = flags.elicitationAnswers === '-';
  if (args === undefined && (words || taken || deps.stdin.isTTY)) return {};
  if (taken) {
    throw new UsageError('conflicting_flags', '--args and --elicitation-answers both read standard input', {
      hint: 'give one of them another way, such as --elicitation-answers @file',
    });
  }
  const text = await readInput(
    deps,
    () => note(workspace, 'waiting for the arguments as JSON on standard input...'),
    'give the arguments as key=value or with --args JSON',
  );
  // An empty pipe is what programs without a terminal inherit.
  return text.trim() === '' && args === undefined ? {} : parseObject(text, 'standard input');
}
