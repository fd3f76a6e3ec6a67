// A person who is asked to choose, and nothing else.
import type { Deps } from '../../src/deps.ts';
import { noForm } from './cli.ts';

type Chooser = {
  /** For `deps` of a run. */
  deps: Pick<Deps, 'prompt' | 'err'>;
  /** The values that could be chosen each time, and what had been shown since the time before. */
  asked: { choices: string[]; shown: string }[];
  /** All that was shown. */
  shown(): string;
  /** Answers that nobody has wanted yet. */
  left: unknown[];
};

/** Chooses these values in order, offered or not. Without any list of them nobody is there. */
export function chooser(answers: readonly unknown[] | undefined): Chooser {
  const asked: Chooser['asked'] = [];
  const left = [...(answers ?? [])];
  let shown = '';
  let seen = 0;
  const prompt: Deps['prompt'] = {
    available: answers !== undefined,
    confirm: () => Promise.reject(new Error('asked to confirm')),
    secret: () => Promise.reject(new Error('asked for a secret')),
    ...noForm,
    select: async <T>(question: string, choices: readonly { value: T }[]): Promise<T> => {
      if (left.length === 0) throw new Error(`the test has no answer to "${question}"`);
      asked.push({ choices: choices.map(({ value }) => String(value)), shown: shown.slice(seen) });
      seen = shown.length;
      return left.shift() as T;
    },
  };
  const err = (text: string) => {
    shown += text;
  };
  return { deps: { prompt, err }, asked, shown: () => shown, left };
}
