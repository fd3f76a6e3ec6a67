export type Run = { release: 'stable' | 'next'; scenario: string; wire: 'legacy' | 'modern' };
export type Check = { id: string; name: string; status: string; description?: string; errorMessage?: string };
export type Command = {
  argv: string[];
  exit: number;
  stdout: string;
  stderr: string;
  wanted: { exit: number; gives?: object; fails?: string };
};
export type Judged = { passed: boolean; checks: Check[]; ran: Command[]; opened: number };

export function checksOf(run: Run): string[] | undefined;
export function faultsOf(run: Run, play: { opened: number } | undefined, judged: Judged): string[];
export function staleListings(runs: Run[]): object[];
