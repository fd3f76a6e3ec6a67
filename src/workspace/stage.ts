// Where a session shows itself. Commands have none: what they tell goes straight to stderr.

import type { AuthEvent } from '../auth/context.ts';
import type { Deps } from '../deps.ts';

/** What a session shows; it keeps the line whole that is being typed. */
export type Screen = {
  err: Deps['err'];
  /** How far a server's sign-in is. */
  step(server: string, event: AuthEvent): void;
  /** Whether a line is waited for: then nobody has asked for anything. */
  idle(): boolean;
};

export type Attach = (make: ((err: Deps['err']) => Screen) | undefined) => void;

export type Stage = Screen & { attach: Attach };

export function openStage(err: Deps['err']): Stage {
  let screen: Screen | undefined;
  return {
    // What is for a log file alone is shown nowhere.
    err: (text, logged) => (screen && text !== '' ? screen.err(text, logged) : err(text, logged)),
    step: (server, event) => screen?.step(server, event),
    idle: () => screen?.idle() ?? false,
    attach(make) {
      screen = make?.(err);
    },
  };
}
