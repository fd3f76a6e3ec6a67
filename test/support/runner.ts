// A machine that runs recipes: a shell without a terminal, and the built program under its name. Needs `npm run build`.
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newHome, noKeyring } from './home.ts';
import { bin } from './process.ts';
import { collect, registerSecret, unsearchedFolder } from './secrets.ts';

type Ran = { exit: number; stdout: string; stderr: string };

export type Runner = {
  home: string;
  /** Where the checkout is. */
  folder: string;
  /** With what the page calls `/usr/local/bin`. */
  programs: string;
  /** Text of the page with what stands for its examples. */
  real(text: string): string;
  run(script: string, env?: Record<string, string>, shell?: string[]): Promise<Ran>;
};

/** `places`: what stands on the page to what is there. */
export function runner(places: Record<string, string>, config: string): Runner {
  const [home, folder, programs] = [newHome(), unsearchedFolder('checkout'), unsearchedFolder('programs')];
  const real = (text: string) =>
    Object.entries(places).reduce((all, [example, place]) => all.replaceAll(example, place), text);
  const program = (name: string, text: string) => {
    writeFileSync(join(programs, name), text);
    chmodSync(join(programs, name), 0o755);
  };
  program('mcp-cli', `#!/bin/sh\nexec '${process.execPath}' '${bin}' "$@"\n`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'mcp.json'), real(config), { mode: 0o644 });
  return {
    home,
    folder,
    programs,
    real,
    run(script, env = {}, shell = ['bash', '-euo', 'pipefail', '-c']) {
      const [command = 'bash', ...words] = shell;
      const child = spawn(command, [...words, real(script)], {
        cwd: folder,
        // A session of its own has no terminal to open.
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { HOME: home, PATH: `${programs}:/usr/bin:/bin`, ...noKeyring, ...env },
      });
      const ran: Ran = { exit: -1, stdout: '', stderr: '' };
      for (const name of ['stdout', 'stderr'] as const)
        child[name].setEncoding('utf8').on('data', (text: string) => {
          ran[name] += text;
        });
      return new Promise((resolve, reject) => {
        child.once('error', reject);
        child.once('close', (code) => {
          collect(`a recipe, stdout: ${script}`, ran.stdout);
          collect(`a recipe, stderr: ${script}`, ran.stderr);
          resolve({ ...ran, exit: code ?? -1 });
        });
      });
    },
  };
}

/** A stand-in for a program of the platform. */
export function standIn({ programs }: Runner, name: string, text: string): void {
  writeFileSync(join(programs, name), text);
  chmodSync(join(programs, name), 0o755);
}

/** `${{ secrets.NAME }}` becomes what the CI keeps under that name. Throws for anything else in such brackets. */
export function withSecrets(
  env: Record<string, string>,
  secrets: Record<string, string>,
): Record<string, string> {
  const filled = (text: string) =>
    text.replace(/\$\{\{ *(.*?) *\}\}/g, (_, expression: string) => {
      const value = secrets[expression.replace(/^secrets\./, '')];
      if (value === undefined) throw new Error(`the CI has no ${expression}`);
      return registerSecret(value, expression);
    });
  return Object.fromEntries(Object.entries(env).map(([name, text]) => [name, filled(text)]));
}
