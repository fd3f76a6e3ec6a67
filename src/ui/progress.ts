import type { AuthEvent } from '../auth/context.ts';
import { sanitize } from './sanitize.ts';
import { statusLine } from './status-line.ts';
import { clock, relative, roughly } from './time.ts';

export type ProgressView = {
  err(text: string): void;
  stderr: { isTTY: boolean; columns: number };
  now(): number;
  /** Only what a person must act on: the URL, and warnings. */
  quiet: boolean;
  verbose: boolean;
};

export type Progress = {
  notify(event: AuthEvent): void;
  /** Takes the countdown away. To be called before an error is shown, and at the end. */
  close(): void;
};

/** Shows one server's sign-in on stderr, in the words that users of the Python tool know. */
export function openProgress(view: ProgressView, server: string): Progress {
  const line = statusLine(view.err, view.stderr);
  const name = sanitize(server);
  let ticking: NodeJS.Timeout | undefined;
  let tick = () => {};

  const close = () => {
    clearInterval(ticking);
    tick = () => {};
    line.clear();
  };
  const countdown = (limit: number) => {
    const end = view.now() + limit;
    tick = () => line.show(`⏳ Waiting for authorization: ${clock(end - view.now())} left, Ctrl-C cancels`);
    tick();
    ticking = setInterval(tick, 1000);
    ticking.unref();
  };

  return {
    close,
    notify(event) {
      // What is only told goes above the countdown: the wait goes on.
      if (event.kind === 'notice') line.clear();
      else close();
      for (const text of wording(event, name, view)) view.err(`${text}\n`);
      tick();
      if (event.kind === 'open' && view.stderr.isTTY && !view.quiet) countdown(event.timeout);
    },
  };
}

function wording(event: AuthEvent, name: string, view: ProgressView): string[] {
  switch (event.kind) {
    case 'open':
      return opening(event, view);
    case 'notice':
      return notice(event, name, view);
    default:
      return view.quiet ? [] : told(event, name, view);
  }
}

/** The URL stands alone on its line, so that it can be selected and so that a script finds it. */
function opening(event: Extract<AuthEvent, { kind: 'open' }>, view: ProgressView): string[] {
  const url = sanitize(event.url);
  if (view.quiet) return [url];
  return [
    event.opened ? '🌐 Opening browser for authorization...' : '🌐 Open this URL in a browser to authorize:',
    ...(event.opened ? ['   If it does not open, visit:'] : []),
    url,
    ...(view.verbose ? [`   The answer is awaited at ${sanitize(event.redirectUri)}`] : []),
    ...(view.stderr.isTTY ? [] : [`⏳ Waiting for authorization, for up to ${roughly(event.timeout)}...`]),
  ];
}

function notice(event: Extract<AuthEvent, { kind: 'notice' }>, name: string, view: ProgressView): string[] {
  const text = sanitize(event.text);
  if (event.level === 'warning') return [`warning: ${name}: ${text}`];
  if (view.quiet || (event.level === 'detail' && !view.verbose)) return [];
  return [`${name}: ${text}`];
}

type Told = Exclude<AuthEvent, { kind: 'open' | 'notice' }>;

function told(event: Told, name: string, view: ProgressView): string[] {
  switch (event.kind) {
    case 'required':
      return [`🔐 Authentication required for ${name}`];
    case 'discovering':
      return ['🔍 Discovering authorization server...'];
    case 'registering':
      return [`📝 Registering OAuth client${view.verbose ? ` at ${sanitize(event.issuer)}` : ''}...`];
    case 'waiting-for-other-process':
      return [`⏳ Another mcp-cli is signing in to ${name}: waiting for it...`];
    case 'exchanging':
      return view.verbose ? ['🔑 Exchanging the authorization code for tokens...'] : [];
    case 'signed-in':
      // Without a person it is a renewal like any other.
      if (event.alone && !view.verbose) return [];
      return [
        `✅ Signed in to ${name}${event.who === undefined ? '' : ` as ${sanitize(event.who)}`}${view.verbose ? signedIn(event, view.now()) : ''}`,
      ];
    case 'refreshed':
      return view.verbose ? [`🔄 Refreshed the token of ${name}`] : [];
    case 'step-up':
      return [`🔐 ${name} asks for more permissions: ${sanitize(event.scopes.join(' '))}`];
  }
}

function signedIn(event: Extract<AuthEvent, { kind: 'signed-in' }>, now: number): string {
  const expires =
    event.expiresAt === undefined ? 'no expiry given' : `expires ${relative(event.expiresAt, now)}`;
  const renewal = event.refreshable ? 'renewed by itself' : 'not renewable';
  return ` (${sanitize(event.issuer)}; ${expires}, ${renewal}; kept in ${sanitize(event.store)})`;
}
