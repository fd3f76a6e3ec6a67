import type { Prompt } from '../deps.ts';

type Questions<P> = {
  prompt: P;
  secretOnce(why: string): void;
  /** While `work` runs it is as if nobody were there. */
  unasked<T>(work: () => Promise<T>): Promise<T>;
};

/** The questions of one command: none with `--non-interactive`, whatever the terminal is. */
export function openQuestions<P extends Prompt>(prompt: P, nonInteractive: boolean): Questions<P> {
  let once: string | undefined;
  let asked = false;
  let hushed = 0;
  return {
    prompt: {
      ...prompt,
      get available() {
        return prompt.available && !nonInteractive && hushed === 0;
      },
      secret(question: string) {
        if (once === undefined) return prompt.secret(question);
        // As if nothing had been typed.
        if (asked) return Promise.resolve('');
        asked = true;
        return prompt.secret(`${question} (${once})`);
      },
    },
    secretOnce(why) {
      once = why;
    },
    async unasked(work) {
      hushed++;
      try {
        return await work();
      } finally {
        hushed--;
      }
    },
  };
}
