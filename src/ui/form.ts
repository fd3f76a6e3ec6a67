// A server's question, at the terminal. Everything that it says is shown sanitised, under the name that the person
// gave the server; nothing is sent, and no page is opened, before the person said so (MCP elicitation, Security).

import type { Form } from '../deps.ts';
import type { Answer, Question } from '../session/elicit.ts';
import type { Content, Field, Value } from '../session/form.ts';
import { isSafeBrowserUrl } from '../url.ts';
import { sanitize, sanitizeLines } from './sanitize.ts';

export type Asking = {
  prompt: Form;
  err(text: string): void;
  server: string;
  signal: AbortSignal;
};

/** Characters of one label, and of the whole message: a screen that scrolls away shows nothing. */
const LONGEST_LABEL = 300;
const LONGEST = 2000;
const LONGEST_URL = 8000;
const MOST_LINES = 20;

type Step = 'go' | 'again' | 'decline' | 'cancel';

const REFUSALS: { name: string; value: Step }[] = [
  { name: 'Decline: the server is told no', value: 'decline' },
  { name: 'Cancel: the server gets no answer', value: 'cancel' },
];

/** What is asked, and by whom. `secrets` are the fields that servers must not ask for this way. */
export function showQuestion(err: (text: string) => void, question: Question, secrets: string[]): void {
  const server = sanitize(question.server);
  const what = question.mode === 'form' ? 'asks' : 'wants you to visit a page';
  const lines = sanitizeLines(cut(question.message, LONGEST)).trim().split('\n').slice(0, MOST_LINES);
  err(`\n❓ ${server} ${what}:\n${lines.map((line) => `   ${line}\n`).join('')}`);
  if (question.mode === 'url')
    err(`   at ${label(hostOf(question.url))}\n${sanitize(cut(question.url, LONGEST_URL))}\n`);
  const names = secrets.map(label).join(', ');
  if (names) err(`warning: ${server} asks for ${names}: MCP servers must not ask for secrets this way\n`);
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '(no host)';
}

/** Asks field by field, shows the answers, and lets them be changed. `given` is proposed where it fits. */
export async function askForm(
  asking: Asking,
  fields: Field[],
  given: Readonly<Record<string, unknown>>,
): Promise<Answer> {
  const { prompt, err, signal } = asking;
  const choose = (name: string, more: { name: string; value: Step }[]) =>
    prompt.select<Step>('What do you answer?', [{ name, value: 'go' }, ...more, ...REFUSALS], { signal });
  const first = await choose(fields.length > 0 ? 'Answer' : 'Accept', []);
  if (first !== 'go') return { action: first === 'decline' ? 'decline' : 'cancel' };
  if (fields.length === 0) return { action: 'accept', content: {} };
  let proposed = given;
  for (;;) {
    const content = await askFields(asking, fields, proposed);
    err(`\nThis is sent to ${sanitize(asking.server)}:\n${summary(content)}`);
    const then = await choose('Send', [{ name: 'Change', value: 'again' }]);
    if (then === 'go') return { action: 'accept', content };
    if (then !== 'again') return { action: then };
    proposed = content;
  }
}

function summary(content: Content): string {
  const lines = Object.entries(content).map(([name, value]) => {
    const shown = Array.isArray(value) ? value.join(', ') : String(value);
    return `   ${sanitize(name)}: ${sanitize(shown)}\n`;
  });
  return lines.join('') || '   (nothing)\n';
}

async function askFields(
  asking: Asking,
  fields: Field[],
  proposed: Readonly<Record<string, unknown>>,
): Promise<Content> {
  const content: [string, Value][] = [];
  for (const field of fields) {
    const own = Object.hasOwn(proposed, field.name) ? proposed[field.name] : undefined;
    const initial = own === undefined || field.fault(own) ? field.initial : (own as Value);
    const value = await askField(asking, field, initial);
    if (value !== undefined) content.push([field.name, value]);
  }
  return Object.fromEntries(content);
}

/** Undefined: left out. */
async function askField(
  { prompt, signal }: Asking,
  field: Field,
  initial: Value | undefined,
): Promise<Value | undefined> {
  const { title, description, required, kind } = field;
  const optional = required ? '' : ' (may be left out)';
  const question = `${label(title)}${description ? `: ${label(description)}` : ''}${optional}`;
  const check = (value: unknown) => {
    const fault = field.fault(value);
    return fault === undefined ? undefined : sanitize(fault);
  };
  const leave = required ? [] : [{ name: '(leave out)', value: undefined }];
  if (kind === 'boolean') {
    const choices = [{ name: 'yes', value: true }, { name: 'no', value: false }, ...leave];
    return prompt.select<boolean | undefined>(question, choices, startingAt(initial, signal));
  }
  const named = field.choices.map(({ name, value }) => ({ name: label(name), value }));
  if (kind === 'one')
    return prompt.select<string | undefined>(question, [...named, ...leave], startingAt(initial, signal));
  if (kind === 'many') {
    const chosen = await prompt.checkbox(question, named, {
      initial: Array.isArray(initial) ? initial : [],
      check: (values) => (values.length === 0 && !required ? undefined : check(values)),
      signal,
    });
    return chosen.length === 0 && !required ? undefined : chosen;
  }
  const read = (text: string) => (kind === 'number' ? number(text) : text);
  const text = await prompt.text(question, {
    ...(initial !== undefined && { initial: sanitize(String(initial)) }),
    check: (typed) => {
      if (typed === '') return required ? 'this has to be answered' : undefined;
      return check(read(typed));
    },
    signal,
  });
  return text === '' ? undefined : read(text);
}

function startingAt<T>(
  initial: Value | undefined,
  signal: AbortSignal,
): { initial?: T; signal: AbortSignal } {
  return { signal, ...(initial !== undefined && { initial: initial as T }) };
}

/** The text itself, if it is no number: the check then says what is wanted. */
function number(text: string): number | string {
  return /^\s*[+-]?\d/.test(text) && Number.isFinite(Number(text)) ? Number(text) : text;
}

function label(text: string): string {
  return sanitize(cut(text, LONGEST_LABEL));
}

function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

/**
 * Shows where a server wants the person to go. `open` resolves to whether the browser went there; undefined where none
 * is to be started.
 */
export async function askVisit(
  asking: Asking,
  url: string,
  open: ((url: string) => Promise<boolean>) | undefined,
): Promise<Answer> {
  const { prompt, err, server, signal } = asking;
  if (!isSafeBrowserUrl(url) || url.length > LONGEST_URL) {
    err(`warning: ${sanitize(server)} names a URL that is not safe to open: cancelled\n`);
    return { action: 'cancel' };
  }
  const { host } = new URL(url);
  // Letters of other scripts that look like Latin ones (MCP elicitation, Safe URL Handling).
  if (/(^|\.)xn--/.test(host)) err('warning: the name of this host is not what it may look like elsewhere\n');
  const choices: { name: string; value: Step }[] = [
    ...(open ? [{ name: `Open ${host} in the browser`, value: 'go' as const }] : []),
    { name: 'Agree, and open it myself', value: 'again' },
    ...REFUSALS,
  ];
  const answer = await prompt.select<Step>('Do you want to go there?', choices, { signal });
  if (answer === 'decline' || answer === 'cancel') return { action: answer };
  if (answer === 'go' && !(await open?.(url))) err('No browser went there: open the URL above yourself\n');
  return { action: 'accept' };
}
