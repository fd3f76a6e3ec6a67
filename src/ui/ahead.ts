// Keys that come too early for a line: behind the Enter that ended the line before, or before the question stands on
// the screen. Without this the library drops them or half of them, as the moment has it.

type Key = { name?: string };
type Press = [text: string | undefined, key?: Key];

export type Ahead = {
  hear(...press: Press): void;
  /** The line is being edited: the keys so far are typed into it. */
  ready(): void;
  /** Enter has ended the line: what follows is for the next one. */
  answered(): void;
};

/**
 * The keys of one question after the other. Those behind a line are for the next line of the same form (`of`), and for
 * nothing else: nobody answers a choice that they have not seen.
 */
export function typingAhead(): { open(input: NodeJS.ReadableStream, of: unknown): Ahead } {
  let kept: { of: unknown; presses: Press[] } | undefined;
  return {
    open(input, of) {
      const early = of !== undefined && kept?.of === of ? kept.presses : [];
      kept = undefined;
      let into: Press[] | undefined = early;
      let last: string | undefined;
      return {
        hear(text, key = {}) {
          // The second half of a line break is no second one.
          const half = last === 'return' && key.name === 'enter';
          last = key.name;
          if (!half) into?.push([text, key]);
        },
        ready() {
          into = undefined;
          // Behind the effects, which show nothing before the last of them: each key is judged by what the line is then.
          queueMicrotask(() => {
            for (const press of early) input.emit('keypress', ...press);
          });
        },
        answered() {
          into = [];
          kept = { of, presses: into };
        },
      };
    },
  };
}
