// Who answers what a server asks: the person, the flags, or nobody.

import type { Deps } from '../deps.ts';
import { CancelledError, UsageError } from '../errors.ts';
import type { Answer, Elicit, Question } from '../session/elicit.ts';
import { fieldsOf, fill, secretFields } from '../session/form.ts';
import { askForm, askVisit } from '../ui/form.ts';
import { sanitize } from '../ui/sanitize.ts';
import { type Answers, readAnswers } from './answers.ts';
import type { Flags } from './flags.ts';
import { queue } from './once.ts';

type Desk = { deps: Deps; flags: Flags; answers: Answers | undefined };
type Mode = NonNullable<Flags['elicitation']>;

/**
 * Undefined where nobody can answer: servers are then told so, and can do without. Questions are answered one after the
 * other, whichever server they are of. Throws UsageError for answers that cannot be read, and for flags that contradict.
 */
export async function openElicitation(deps: Deps, flags: Flags): Promise<Elicit | undefined> {
  const answers = await readAnswers(deps, flags);
  const somebody = deps.prompt.available && !flags.nonInteractive;
  const wanted = flags.elicitation ?? (answers ? 'accept' : somebody ? 'ask' : undefined);
  if (wanted === undefined) return undefined;
  if (answers && (wanted === 'decline' || wanted === 'cancel')) {
    throw new UsageError('conflicting_flags', `--elicitation ${wanted} leaves no use for answers`, {
      hint: 'leave out --elicitation-answers, or --elicitation',
    });
  }
  const desk = { deps, flags, answers };
  const alone = wanted === 'ask' && !somebody;
  const inTurn = queue();
  return (question) =>
    inTurn(async () => {
      if (question.signal.aborted) return { action: 'cancel' };
      warnOfSecrets(desk, question);
      if (wanted === 'ask' && somebody) return ask(desk, question);
      tell(desk, `❓ ${sanitize(question.server)} asks: ${sanitize(question.message)}`);
      return byFlags(desk, question, alone ? 'cancel' : wanted, alone ? ', as there is no terminal' : '');
    });
}

function tell({ deps, flags }: Desk, line: string): void {
  if (!flags.quiet) deps.err(`${line}\n`);
}

function warnOfSecrets({ deps }: Desk, question: Question): void {
  if (question.mode !== 'form') return;
  const names = secretFields(fieldsOf(question.schema)).map(sanitize);
  if (names.length === 0) return;
  const server = sanitize(question.server);
  deps.err(
    `warning: ${server} asks for ${names.join(', ')}: MCP servers must not ask for secrets this way\n`,
  );
}

function byFlags(desk: Desk, question: Question, mode: Mode, why: string): Answer {
  if (mode === 'decline') {
    tell(desk, `   answered: decline${why}`);
    return { action: 'decline' };
  }
  if (question.mode === 'url') {
    tell(desk, `   it wants you to open ${sanitize(question.url)}`);
    tell(desk, `   answered: cancel${why || ', as only a person can agree to that'}`);
    return { action: 'cancel' };
  }
  if (mode === 'accept') return fromAnswers(desk, question);
  tell(desk, `   answered: cancel${why}`);
  return { action: 'cancel' };
}

function fromAnswers(desk: Desk, question: Question & { mode: 'form' }): Answer {
  const { given, strict } = desk.answers?.next() ?? { given: {}, strict: false };
  const { content, missing, wrong } = fill(fieldsOf(question.schema), given, strict);
  const server = question.server;
  if (wrong.length > 0) {
    throw new UsageError('bad_answers', `the answers do not fit what ${server} asks: ${wrong.join('; ')}`, {
      hint: `correct --elicitation-answers; what is for another question goes into a list: '[{…}, {…}]'`,
      server,
    });
  }
  if (missing.length > 0) {
    const example = JSON.stringify(Object.fromEntries(missing.map((name) => [name, '…'])));
    throw new UsageError(
      'elicitation_unanswered',
      `${server} asks for ${missing.join(', ')}, and there is no answer to that`,
      { hint: `give it with --elicitation-answers '${example}', or run it at a terminal`, server },
    );
  }
  const names = Object.keys(content).map(sanitize);
  tell(desk, `   answered: accept${names.length > 0 ? ` (${names.join(', ')})` : ''}`);
  return { action: 'accept', content };
}

async function ask(desk: Desk, question: Question): Promise<Answer> {
  const { deps, flags, answers } = desk;
  const { server, message, signal } = question;
  const asking = { prompt: deps.prompt, err: deps.err, server, message, signal };
  try {
    if (question.mode === 'form')
      return await askForm(asking, fieldsOf(question.schema), answers?.next().given ?? {});
    return await askVisit(asking, question.url, flags.browser ? deps.openUrl : undefined);
  } catch (error) {
    const withdrawn = signal.aborted && !deps.signal.aborted && error instanceof CancelledError;
    if (!withdrawn) throw error;
    tell(desk, `\n${sanitize(server)} does not wait for the answer any more`);
    return { action: 'cancel' };
  }
}
