// Whether a call may go ahead, must be asked for, and what an answer means from then on.
import type { Tool } from '@modelcontextprotocol/client';

export type ConfirmMode = 'always' | 'never' | 'smart';

/** Why a person is asked. */
type Reason =
  /** `--confirm-mode always`. */
  | 'always'
  /** Nobody has allowed this tool yet. */
  | 'new'
  /** It was allowed, and is another tool since: its description, schema or annotations changed. */
  | 'changed'
  /** The server itself says that it destroys. */
  | 'destructive'
  /** Its arguments repeat what another server said. */
  | 'carried';

/** A question to the person about one call. Everything in it but `reason` and `mayRemember` comes from servers and the model. */
export type Approval = {
  server: string;
  tool: string;
  description: string | undefined;
  arguments: Record<string, unknown>;
  reason: Reason;
  /** The servers whose output stands in the arguments. */
  from: string[];
  /** Whether `session` and `always` are answers. */
  mayRemember: boolean;
};

/** `once`: this call; `session`: this tool until the end; `always`: this tool for good. */
export type Verdict = 'once' | 'session' | 'always' | 'no';

export type Facts = {
  mode: ConfirmMode;
  annotations: Tool['annotations'];
  /** What is known of this tool at this address. */
  allowed: 'yes' | 'no' | 'changed';
  /** Servers whose output stands in the arguments. */
  from: string[];
};

/**
 * Undefined: it may go ahead. What a server says of its own tools only makes it stricter: that a tool reads only is
 * no reason not to ask. Pure.
 */
export function questionOf(facts: Facts): Pick<Approval, 'reason' | 'from' | 'mayRemember'> | undefined {
  const { mode, annotations, allowed, from } = facts;
  if (mode === 'never') return undefined;
  const ask = (reason: Reason, mayRemember: boolean) => ({ reason, from, mayRemember });
  if (from.length > 0) return ask('carried', false);
  if (mode === 'always') return ask('always', false);
  if (annotations?.destructiveHint === true) return ask('destructive', false);
  if (allowed === 'yes') return undefined;
  return ask(allowed === 'changed' ? 'changed' : 'new', true);
}
