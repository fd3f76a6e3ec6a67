// Who answers what a server asks: the person, the flags, or nobody.

import type { Deps } from '../deps.ts';
import { CancelledError, CliError, UsageError } from '../errors.ts';
import type { Answer, Elicit, Question } from '../session/elicit.ts';
import { fieldsOf, fill, secretFields } from '../session/form.ts';
import { askForm, showQuestion } from '../ui/form.ts';
import { sanitize } from '../ui/sanitize.ts';
import { askVisit } from '../ui/visit.ts';
import { type Answers, readAnswers } from './answers.ts';
import type { Flags } from './flags.ts';
import type { InTurn } from './once.ts';

type Desk = { deps: Deps; flags: Flags; answers: Answers | undefined };

/**
 * `inTurn` has questions answered one after the other, whichever server they are of. Throws UsageError for answers that cannot be
 * read, and for flags that contradict.
 */
export async function openElicitation(deps: Deps, flags: Flags, inTurn: InTurn): Promise<Elicit> {
  const answers = await readAnswers(deps, flags);
  const somebody = deps.prompt.available && !flags.nonInteractive;
  const wanted = flags.elicitation ?? (answers ? 'accept' : 'ask');
  if (answers && (wanted === 'decline' || wanted === 'cancel')) {
    throw new UsageError('conflicting_flags', `--elicitation ${wanted} leaves no use for answers`, {
      hint: 'leave out --elicitation-answers, or --elicitation',
    });
  }
  const desk = { deps, flags, answers };
  const answer = async (question: Question): Promise<Answer> => {
    if (question.signal.aborted) return { action: 'cancel' };
    if (!flags.quiet || (wanted === 'ask' && somebody)) showQuestion(deps.err, question, secrets(question));
    if (wanted === 'ask') return somebody ? ask(desk, question) : nobody(desk, question);
    if (wanted === 'accept') return accept(desk, question);
    tell(desk, `answered: ${wanted}`);
    return { action: wanted };
  };
  return (question) => inTurn(() => answer(question));
}

/**
 * The same for a server that may not lead the person's browser everywhere: what listens on this machine and in this
 * network takes a visit from here for one of the person's own. `mayVisit` rejects with `private_address`.
 */
export function withinReach(
  elicit: Elicit,
  mayVisit: (url: string) => Promise<void>,
  err: (text: string) => void,
): Elicit {
  return async (question) => {
    if (question.mode !== 'url') return elicit(question);
    try {
      await mayVisit(question.url);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      // What else is wrong with a URL is told where it is shown.
      if (error.code === 'private_address') {
        err(`warning: ${sanitize(error.message)}: not visited, and the question is cancelled\n`);
        return { action: 'cancel' };
      }
    }
    return elicit(question);
  };
}

function tell({ deps, flags }: Desk, line: string): void {
  deps.err(flags.quiet ? '' : `   ${line}\n`, `   ${line}\n`);
}

/** The fields that servers must not ask for this way. */
function secrets(question: Question): string[] {
  return question.mode === 'form' ? secretFields(fieldsOf(question.schema)) : [];
}

function nobody(desk: Desk, question: Question): Answer {
  tell(desk, 'answered: cancel, as there is no terminal to ask at');
  if (question.mode === 'form') {
    const names = fieldsOf(question.schema).map(({ name }) => name);
    tell(
      desk,
      `answer it with --elicitation-answers '${example(names)}', or refuse with --elicitation decline`,
    );
  }
  return { action: 'cancel' };
}

function example(names: string[]): string {
  return sanitize(JSON.stringify(Object.fromEntries(names.slice(0, 10).map((name) => [name, '…']))));
}

function accept(desk: Desk, question: Question): Answer {
  if (question.mode === 'url') {
    tell(desk, 'answered: cancel, as only a person can agree to that');
    return { action: 'cancel' };
  }
  const { given, strict } = desk.answers?.next() ?? { given: {}, strict: false };
  const { content, missing, wrong } = fill(fieldsOf(question.schema), given, strict);
  const { server } = question;
  if (wrong.length > 0) {
    throw new UsageError('bad_answers', `the answers do not fit what ${server} asks: ${wrong.join('; ')}`, {
      hint: `correct --elicitation-answers; what is for another question goes into a list: '[{…}, {…}]'`,
      server,
    });
  }
  if (missing.length > 0) {
    throw new UsageError(
      'elicitation_unanswered',
      `${server} asks for ${missing.join(', ')}, and there is no answer to that`,
      { hint: `give it with --elicitation-answers '${example(missing)}', or run it at a terminal`, server },
    );
  }
  const names = Object.keys(content).map(sanitize);
  tell(desk, `answered: accept${names.length > 0 ? ` (${names.join(', ')})` : ''}`);
  return { action: 'accept', content };
}

async function ask(desk: Desk, question: Question): Promise<Answer> {
  const { deps, flags, answers } = desk;
  const { server, signal } = question;
  const asking = { prompt: deps.prompt, err: deps.err, server, signal };
  try {
    if (question.mode === 'form')
      return await askForm(asking, fieldsOf(question.schema), answers?.next().given ?? {});
    const { handOver } = await import('../auth/handover.ts');
    const { openUrl, random } = deps;
    const over = AbortSignal.any([deps.signal, signal]);
    const open = (url: string) => handOver(url, { openUrl, random, signal: over });
    return await askVisit(asking, question.url, flags.browser ? open : undefined);
  } catch (error) {
    const withdrawn = signal.aborted && !deps.signal.aborted && error instanceof CancelledError;
    if (!withdrawn) throw error;
    tell(desk, `${sanitize(server)} does not wait for the answer any more`);
    return { action: 'cancel' };
  }
}
