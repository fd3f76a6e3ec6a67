import type { Prompt } from '../deps.ts';

/** The questions of one command: none with `--non-interactive`, whatever the terminal is. */
export function openQuestions<P extends Prompt>(
  prompt: P,
  nonInteractive: boolean,
): { prompt: P; secretOnce(why: string): void } {
  let once: string | undefined;
  let asked = false;
  return {
    prompt: {
      ...prompt,
      available: prompt.available && !nonInteractive,
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
  };
}
