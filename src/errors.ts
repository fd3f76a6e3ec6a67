// The whole program's failures. A class decides the exit code; `code` is stable and is what scripts match on;
// the message is one sentence without a final period; the hint says what to do next.

type ErrorDetails = {
  /** What the person can do about it; several lines are several hints. */
  hint?: string | undefined;
  /** The configured server that the failure belongs to. */
  server?: string | undefined;
  cause?: unknown;
};

export abstract class CliError extends Error {
  abstract readonly exit: number;
  readonly code: string;
  readonly hint: string | undefined;
  server: string | undefined;

  constructor(code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    this.hint = details.hint;
    this.server = details.server;
  }
}

/** The command line is wrong, or names something that does not exist. */
export class UsageError extends CliError {
  readonly exit = 2;
}

/** The configuration is wrong, or asks for what this machine cannot give (a port in use). */
export class ConfigError extends CliError {
  readonly exit = 3;
}

/** Sign-in is needed, was refused, timed out, or its outcome was lost. */
export class AuthError extends CliError {
  readonly exit = 4;
}

/** The other side could not be reached: DNS, TCP, TLS, proxy, time limit, 5xx. */
export class NetworkError extends CliError {
  readonly exit = 5;
}

/** The secret store is unavailable, locked, or holds something unreadable. */
export class StoreError extends CliError {
  readonly exit = 6;
}

/** The server broke its protocol, or a check on what it said failed (issuer, resource, PKCE). */
export class ProtocolError extends CliError {
  readonly exit = 7;
}

/** The tool itself answered `isError`. */
export class ToolError extends CliError {
  readonly exit = 8;
}

/** The demo saw something else than what it was to show: this program, or this machine, does not work as it should. */
export class DemoError extends CliError {
  readonly exit = 1;
}

/** Ctrl-C, or SIGTERM. */
export class CancelledError extends CliError {
  readonly exit = 130;

  constructor(message = 'cancelled') {
    super('cancelled', message);
  }
}

/** Lines that were read one after the other have told their failures as they came: only the exit is left to give. */
export class ToldError extends Error {
  readonly exit: number;

  constructor(exit: number) {
    super('told already');
    this.exit = exit;
  }
}
