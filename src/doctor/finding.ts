// What a step of the examination comes to. Pure.
import type { CliError } from '../errors.ts';

export type StepName =
  | 'node'
  | 'terminal'
  | 'browser'
  | 'authorities'
  | 'client_certificate'
  | 'configuration'
  | 'proxy'
  | 'dns'
  | 'tcp'
  | 'tls'
  | 'challenge'
  | 'resource_metadata'
  | 'server_metadata'
  | 'pkce'
  | 'registration'
  | 'redirect'
  | 'store'
  | 'clock'
  | 'token'
  | 'start'
  | 'mcp'
  | 'network';

export type Finding = {
  status: 'passed' | 'warning' | 'failed' | 'skipped';
  /** What was seen, or why nobody looked. One sentence, not made safe yet. */
  seen: string;
  /** Instead of the step's own. */
  clause?: string;
  /** What to do; several lines are several ways. */
  fix?: string;
  /** Of what failed, as in docs/errors.md. */
  code?: string;
  exit?: number;
};

export type Result = Finding & { step: StepName; clause: string; ms: number };

export function passed(seen: string): Finding {
  return { status: 'passed', seen };
}

/** Why nobody looked: another step, or nothing to look at. */
export function skipped(seen: string, fix?: string): Finding {
  return { status: 'skipped', seen, ...(fix !== undefined && { fix }) };
}

export function warned(seen: string, fix?: string, clause?: string): Finding {
  return {
    status: 'warning',
    seen,
    ...(fix !== undefined && { fix }),
    ...(clause !== undefined && { clause }),
  };
}

/** `seen` as the error says it, with what was seen before in front. */
export function failed(
  error: CliError,
  details: { clause?: string; fix?: string; before?: string } = {},
): Finding {
  const { clause, before } = details;
  const fix = [error.hint, details.fix].filter((each) => each !== undefined).join('\n');
  return {
    status: 'failed',
    seen: before === undefined ? error.message : `${error.message}; ${before}`,
    code: error.code,
    exit: error.exit,
    ...(fix !== '' && { fix }),
    ...(clause !== undefined && { clause }),
  };
}
