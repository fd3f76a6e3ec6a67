import type { Choice, Form, Keyboard, Prompt } from '../deps.ts';
import { CancelledError } from '../errors.ts';
import { type Listening, listening } from './listen.ts';

type Terminal = {
  available: boolean;
  input(): NodeJS.ReadableStream;
  output: NodeJS.WritableStream;
  signal: AbortSignal;
  /** What Ctrl-C does where no question is open. */
  interrupt(): void;
};

type Question =
  | { type: 'confirm'; message: string; default: boolean }
  | { type: 'password'; message: string; toggleMask: false }
  | { type: 'input'; message: string; default?: string; validate(text: string): string | true }
  | { type: 'select'; message: string; choices: Choice<unknown>[]; default?: unknown }
  | {
      type: 'checkbox';
      message: string;
      choices: (Choice<string> & { checked: boolean })[];
      validate(chosen: readonly { value: string }[]): string | true;
    };

/** Questions on stderr, so that stdout stays a result. The library is loaded with the first question. */
export function openPrompt(terminal: Terminal): Prompt & Form & Keyboard {
  // A question is alone with the keys as long as it is open.
  let heard: Listening | undefined;
  let open = 0;
  const ask = async <T>(question: Question, own?: AbortSignal): Promise<T> => {
    if (!terminal.available) throw new Error('a question was asked without a terminal');
    if (terminal.signal.aborted || own?.aborted) throw new CancelledError();
    const { default: inquirer } = await import('inquirer');
    const prompt = inquirer.createPromptModule({
      input: terminal.input(),
      output: terminal.output,
      signal: own ? AbortSignal.any([terminal.signal, own]) : terminal.signal,
    });
    open++;
    heard?.stop();
    const giveBack = borrow(terminal.input());
    try {
      const answers = (await prompt([{ ...question, name: 'answer' } as never])) as { answer: T };
      return answers.answer;
    } catch (cause) {
      // Ctrl-C inside the question, or a signal. The classes are not exported, their names are fixed.
      const name = cause instanceof Error ? cause.name : '';
      if (['ExitPromptError', 'AbortPromptError', 'CancelPromptError'].includes(name))
        throw new CancelledError();
      throw cause;
    } finally {
      giveBack();
      open--;
      if (open === 0) heard?.start();
    }
  };
  return {
    available: terminal.available,
    listen(what, signal) {
      if (!terminal.available || signal.aborted) return;
      heard?.stop();
      const mine = listening(terminal.input(), what, terminal.interrupt);
      heard = mine;
      if (open === 0) mine.start();
      const end = () => {
        mine.stop();
        if (heard === mine) heard = undefined;
      };
      signal.addEventListener('abort', end, { once: true });
    },
    confirm: (message, initial = false) => ask<boolean>({ type: 'confirm', message, default: initial }),
    // Without the toggle, by which Ctrl-T would show what was typed.
    secret: (message) => ask<string>({ type: 'password', message, toggleMask: false }),
    text: (message, { initial, check, signal } = {}) =>
      ask<string>(
        {
          type: 'input',
          message,
          ...(initial !== undefined && { default: initial }),
          validate: (text) => check?.(text) ?? true,
        },
        signal,
      ),
    select: <T>(
      message: string,
      choices: Choice<T>[],
      { initial, signal }: { initial?: T; signal?: AbortSignal } = {},
    ) =>
      ask<T>(
        { type: 'select', message, choices, ...(initial !== undefined && { default: initial }) },
        signal,
      ),
    checkbox: (message, choices, { initial = [], check, signal } = {}) =>
      ask<string[]>(
        {
          type: 'checkbox',
          message,
          choices: choices.map((each) => ({ ...each, checked: initial.includes(each.value) })),
          validate: (chosen) => check?.(chosen.map(({ value }) => value)) ?? true,
        },
        signal,
      ),
  };
}

/** Takes the keys from the line editor of a session, which would take the answer for its next line, and returns them. */
function borrow(
  input: NodeJS.ReadableStream & { isRaw?: boolean; setRawMode?(raw: boolean): void },
): () => void {
  const others = input.listeners('keypress') as ((...words: unknown[]) => void)[];
  if (others.length === 0) return () => {};
  const raw = input.isRaw ?? false;
  for (const each of others) input.off('keypress', each);
  return () => {
    for (const each of others) input.on('keypress', each);
    input.setRawMode?.(raw);
    input.resume();
  };
}
