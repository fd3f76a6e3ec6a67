import type { Approval, Verdict } from '../chat/approval.ts';
import type { Choice, Deps } from '../deps.ts';
import { json } from './json.ts';
import { sanitize, sanitizeLines } from './sanitize.ts';

/** Characters of the arguments that a person can be expected to read. */
const LONGEST = 4000;
/** Arguments that each have a line, where they are longer than that. */
const MOST = 40;

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
  const lines = [
    `The model wants to call ${sanitize(question.server)}/${sanitize(question.tool)}`,
    `  why you are asked: ${reasonText(question)}`,
    ...(args.length > LONGEST ? shortLines(question.arguments) : args.split('\n')).map((line) => `  ${line}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** A line for each: a long one would otherwise hide those behind it, and the model chooses their order. */
function shortLines(args: Record<string, unknown>): string[] {
  const all = Object.entries(args);
  const most = Math.max(100, Math.floor(LONGEST / all.length));
  const lines = all.slice(0, MOST).map(([name, value]) => {
    const line = sanitize(`${json(name).trimEnd()}: ${json(value).trimEnd()}`);
    return line.length > most
      ? `${line.slice(0, most)} [${line.length - most} more characters are not shown]`
      : line;
  });
  return all.length > MOST ? [...lines, `[${all.length - MOST} more arguments are not shown]`] : lines;
}

/** One line. Pure. */
function reasonText({ reason, from }: Pick<Approval, 'reason' | 'from'>): string {
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
