import type { Approval, Verdict } from '../chat/approval.ts';
import type { Choice, Deps } from '../deps.ts';
import { json } from './json.ts';
import { sanitize, sanitizeLines } from './sanitize.ts';

/** Characters of the arguments that a person can be expected to read. */
const LONGEST = 4000;

/** Asks at the terminal whether a model may make a call. Rejects with CancelledError. */
export async function askApproval(
  { err, prompt }: Pick<Deps, 'err' | 'prompt'>,
  question: Approval,
  signal: AbortSignal,
): Promise<Verdict> {
  err(approvalText(question));
  const choices: Choice<Verdict>[] = [
    { name: 'Yes, this once', value: 'once' },
    ...(question.mayRemember
      ? ([
          { name: 'Yes, and do not ask for this tool again until the end', value: 'session' },
          { name: 'Yes, and never ask for this tool again, unless it changes', value: 'always' },
        ] as Choice<Verdict>[])
      : []),
    { name: 'No', value: 'no' },
  ];
  return prompt.select('Allow it?', choices, { initial: 'no', signal });
}

/** What a person has to see before an answer: whose tool, why they are asked, and every argument. Pure. */
export function approvalText(question: Approval): string {
  const args = sanitizeLines(json(question.arguments, true).trimEnd());
  const shown =
    args.length > LONGEST
      ? `${args.slice(0, LONGEST)}\n[${args.length - LONGEST} more characters are not shown]`
      : args;
  const lines = [
    `The model wants to call ${sanitize(question.server)}/${sanitize(question.tool)}`,
    `  why you are asked: ${reasonText(question)}`,
    ...shown.split('\n').map((line) => `  ${line}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** One line. Pure. */
export function reasonText({ reason, from }: Pick<Approval, 'reason' | 'from'>): string {
  switch (reason) {
    case 'carried':
      return `its arguments repeat what ${from.map((each) => sanitize(each)).join(' and ')} said`;
    case 'always':
      return 'every call is asked for';
    case 'destructive':
      return 'the server says that it can destroy';
    case 'changed':
      return 'it has changed since you allowed it';
    case 'new':
      return 'it is used for the first time';
  }
}
