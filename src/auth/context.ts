import type { HttpEntry } from '../config/entry.ts';
import type { Deps, Fetch, Keyboard, Prompt } from '../deps.ts';
import type { WithLock } from '../store/lock.ts';
import type { Secrets } from '../store/store.ts';
import type { Proof } from './proof.ts';

/** What the auth room works with for one server and account. It never prints: it tells `notify`. */
export type AuthContext = Pick<Deps, 'now' | 'random' | 'openUrl' | 'signal'> & {
  entry: HttpEntry;
  /** Every hop of this server goes through it (session/http). */
  http: Fetch;
  /** Connects to the server ahead of the first request. Throws nothing. */
  begin(): void;
  /** Rejects for a URL that the server may not lead the person's browser to. */
  mayVisit(url: string): Promise<void>;
  /** Opened on first use: a command with an environment token never asks for a password. */
  store(): Promise<Secrets>;
  withLock: WithLock;
  /** Sign-ins of one command follow each other: nobody can tell two browser tabs and two countdowns apart. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  notify(event: AuthEvent): void;
  /** Whether a sign-in may start by itself: a browser may be opened, a person is there to use it. */
  interactive: boolean;
  /** False: the URL is only shown. */
  browser: boolean;
  /** Sign in with a code that the person enters in a browser elsewhere, whatever is configured. */
  device: boolean;
  /** Undefined: there is no terminal to ask at. */
  terminal: Terminal | undefined;
  /** How often a browser may still be opened in this command: a server that never is content must not loop. */
  rounds: { left: number };
  /** How often it was signed out while this is open: what a session still has of a token is not used any more. */
  signedOut?: number;
  /** A token from the environment or the configuration: beats the store, starts no OAuth, belongs to this URL only. */
  fixedToken: FixedToken | undefined;
  /** The keys that proved something in this command, by their public half. */
  proofs: Map<string, Promise<Proof>>;
  /** What one request, its answer included, may take, milliseconds. */
  requestTimeout: number;
  /** How long the person has at the authorization server, milliseconds. */
  loginTimeout: number;
  /** A variable that the configuration names, or that a platform gives its workloads. */
  variable(name: string): string | undefined;
};

/** A person who can be asked. */
type Terminal = Pick<Prompt, 'confirm'> & Keyboard;

/** `value` is undefined where a configured `Authorization` header is sent as it stands. */
export type FixedToken = { value: string | undefined; source: string };

/** What a person sees of a sign-in, in the order it happens. Text is the ui's. */
export type AuthEvent =
  | { kind: 'required' }
  | { kind: 'discovering' }
  | { kind: 'registering'; issuer: string }
  /** The browser was started, or (`opened: false`) the person has to open the URL. */
  | { kind: 'open'; url: string; opened: boolean; redirectUri: string; timeout: number }
  /** The code to enter at `uri`. `beside`: as one more way, while a browser is waited for. */
  | {
      kind: 'device';
      uri: string;
      /** With the code in it. */
      complete: string | undefined;
      userCode: string;
      opened: boolean;
      beside: boolean;
      timeout: number;
    }
  /** What comes back may be pasted. `only`: nothing comes back by itself. */
  | { kind: 'paste'; only: boolean }
  /** The command that makes the redirect reach this machine. */
  | { kind: 'tunnel'; command: string }
  /** A word that registers a new client, if the browser shows that the old one is not known any more. */
  | { kind: 'anew'; word: string }
  /** How many characters were typed or pasted so far. */
  | { kind: 'typing'; length: number }
  | { kind: 'waiting-for-other-process' }
  | { kind: 'exchanging' }
  | {
      kind: 'signed-in';
      issuer: string;
      expiresAt: number | undefined;
      refreshable: boolean;
      store: string;
      alone: boolean;
      /** Whose sign-in it is, if that is known. */
      who?: string;
    }
  | { kind: 'refreshed' }
  | { kind: 'step-up'; scopes: string[] }
  /** Something a person should know but need not act on. `detail` is shown with --verbose only. */
  | { kind: 'notice'; text: string; level: 'detail' | 'info' | 'warning' };
