import type { Prompt } from '../deps.ts';
import { CancelledError } from '../errors.ts';

type Terminal = {
  available: boolean;
  input(): NodeJS.ReadableStream;
  output: NodeJS.WritableStream;
  signal: AbortSignal;
};

type Question =
  | { type: 'confirm'; message: string; default: boolean }
  | { type: 'password'; message: string; toggleMask: false };

/** Questions on stderr, so that stdout stays a result. The library is loaded with the first question. */
export function openPrompt(terminal: Terminal): Prompt {
  const ask = async <T>(question: Question): Promise<T> => {
    if (!terminal.available) throw new Error('a question was asked without a terminal');
    if (terminal.signal.aborted) throw new CancelledError();
    const { default: inquirer } = await import('inquirer');
    const prompt = inquirer.createPromptModule({
      input: terminal.input(),
      output: terminal.output,
      signal: terminal.signal,
    });
    try {
      const answers = (await prompt([{ ...question, name: 'answer' } as never])) as { answer: T };
      return answers.answer;
    } catch (cause) {
      // Ctrl-C inside the question, or the program's own signal. The classes are not exported, their names are fixed.
      const name = cause instanceof Error ? cause.name : '';
      if (['ExitPromptError', 'AbortPromptError', 'CancelPromptError'].includes(name))
        throw new CancelledError();
      throw cause;
    }
  };
  return {
    available: terminal.available,
    confirm: (message, initial = false) => ask<boolean>({ type: 'confirm', message, default: initial }),
    // Without the toggle, by which Ctrl-T would show what was typed.
    secret: (message) => ask<string>({ type: 'password', message, toggleMask: false }),
  };
}
