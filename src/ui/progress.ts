import type { AuthEvent } from '../auth/context.ts';
import type { Deps } from '../deps.ts';
import { MASK } from './redact.ts';
import { sanitize } from './sanitize.ts';
import { statusLine } from './status-line.ts';
import { clock, relative, roughly } from './time.ts';

export type ProgressView = {
  err: Deps['err'];
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
  let typed = 0;
  const whole = { ...view, quiet: false, verbose: true };

  const close = () => {
    clearInterval(ticking);
    tick = () => {};
    typed = 0;
    line.clear();
  };
  const countdown = (limit: number) => {
    const end = view.now() + limit;
    tick = () => {
      const left = clock(end - view.now());
      if (typed === 0) line.show(`⏳ Waiting for authorization: ${left} left, Ctrl-C cancels`);
      else line.show(`⏳ ${left} left: ${typed} characters, which are not shown; Enter takes them`);
    };
    tick();
    ticking = setInterval(tick, 1000);
    ticking.unref();
  };

  return {
    close,
    notify(event) {
      if (event.kind === 'typing') typed = event.length;
      // What is only told goes above the countdown: the wait goes on.
      else if (goesOn(event)) line.clear();
      else close();
      view.err(lines(wording(event, name, view)), lines(wording(forLog(event), name, whole)));
      tick();
      const waits = event.kind === 'open' || (event.kind === 'device' && !event.beside);
      if (waits && view.stderr.isTTY && !view.quiet) countdown(event.timeout);
    },
  };
}

function lines(texts: string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}

/** Whoever reads a log in time could enter the code with an account of their own. */
function forLog(event: AuthEvent): AuthEvent {
  if (event.kind !== 'device') return event;
  return { ...event, userCode: MASK, complete: undefined };
}

function goesOn(event: AuthEvent): boolean {
  return (
    ['notice', 'paste', 'tunnel', 'anew'].includes(event.kind) || (event.kind === 'device' && event.beside)
  );
}

function wording(event: AuthEvent, name: string, view: ProgressView): string[] {
  switch (event.kind) {
    case 'open':
      return opening(event, view);
    case 'device':
      return device(event, view);
    case 'paste':
      if (view.quiet && !event.only) return [];
      return [`   ${event.only ? 'At the end' : 'If it cannot come back here'}, ${PASTE}`];
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

const PASTE = 'paste the address of the page that the browser ends on, and press Enter.';

function device(event: Extract<AuthEvent, { kind: 'device' }>, view: ProgressView): string[] {
  const uri = sanitize(event.uri);
  const code = sanitize(event.userCode);
  if (event.beside) return [`   Or open ${uri} on any machine, and enter the code ${code}`];
  if (view.quiet) return [uri, `Code: ${code}`];
  return [
    event.opened
      ? '🌐 Opening browser for authorization...'
      : '🌐 Open this URL in a browser of any machine to authorize:',
    uri,
    `🔑 Enter this code there, and never one that somebody sent you: ${code}`,
    ...(event.complete === undefined
      ? []
      : ['   The same with the code in it:', `   ${sanitize(event.complete)}`]),
    ...(view.stderr.isTTY ? [] : [`⏳ Waiting for authorization, for up to ${roughly(event.timeout)}...`]),
  ];
}

function notice(event: Extract<AuthEvent, { kind: 'notice' }>, name: string, view: ProgressView): string[] {
  const text = sanitize(event.text);
  if (event.level === 'warning') return [`warning: ${name}: ${text}`];
  if (view.quiet || (event.level === 'detail' && !view.verbose)) return [];
  return [`${name}: ${text}`];
}

type Told = Exclude<AuthEvent, { kind: 'open' | 'device' | 'paste' | 'notice' }>;

function told(event: Told, name: string, view: ProgressView): string[] {
  switch (event.kind) {
    case 'required':
      return [`🔐 Authentication required for ${name}`];
    case 'discovering':
      return ['🔍 Discovering authorization server...'];
    case 'registering':
      return [`📝 Registering OAuth client${view.verbose ? ` at ${sanitize(event.issuer)}` : ''}...`];
    case 'typing':
      return [];
    case 'tunnel':
      return [
        '   Over SSH it comes back if this runs where the browser is:',
        `   ${sanitize(event.command)}`,
      ];
    case 'anew':
      return [`   If the page does not know this client: type ${event.word}, and press Enter.`];
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
