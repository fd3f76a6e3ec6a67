// Where a session shows itself. Commands have none: what they tell goes straight to stderr.

import type { AuthEvent } from '../auth/context.ts';

/** What a session shows; it keeps the line whole that is being typed. */
export type Screen = {
  err(text: string): void;
  /** How far a server's sign-in is. */
  step(server: string, event: AuthEvent): void;
  /** Whether a line is waited for: then nobody has asked for anything. */
  idle(): boolean;
};

export type Attach = (make: ((err: (text: string) => void) => Screen) | undefined) => void;

export type Stage = Screen & { attach: Attach };

export function openStage(err: (text: string) => void): Stage {
  let screen: Screen | undefined;
  return {
    err: (text) => (screen ? screen.err(text) : err(text)),
    step: (server, event) => screen?.step(server, event),
    idle: () => screen?.idle() ?? false,
    attach(make) {
      screen = make?.(err);
    },
  };
}
