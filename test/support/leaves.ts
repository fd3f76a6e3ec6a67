// The commands that there are, as the program's own help lists them.
import { CancelledError } from '../../src/errors.ts';
import { run } from '../../src/program.ts';
import { type CliResult, runCli } from './cli.ts';

/** Parses a command line without doing anything: exit 0 where it is one, otherwise what the program says of it. */
export async function parsed(argv: string[]): Promise<CliResult> {
  let reached = false;
  const result = await runCli(argv, {
    run: (words, deps) =>
      run(words, deps, () => {
        reached = true;
        throw new CancelledError();
      }),
  });
  return reached ? { ...result, exit: 0 } : result;
}

export async function helpOf(path: string[]): Promise<string> {
  return (await parsed([...path, '--help'])).stdout;
}

/** The words of every command below this one that does something. */
export async function leaves(path: string[] = []): Promise<string[][]> {
  const listed = /\nCommands:\n([\s\S]*?)(?:\n\n|$)/.exec(await helpOf(path))?.[1] ?? '';
  const names = [...listed.matchAll(/^ {2}([a-z-]+)/gm)].map(([, name = '']) => name);
  if (names.length === 0) return [path];
  return (await Promise.all(names.map((name) => leaves([...path, name])))).flat();
}
