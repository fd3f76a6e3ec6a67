// A server's question, at the terminal. Everything that it says is shown sanitised, under the name that the person
// gave the server; nothing is sent before the person said so (MCP elicitation, Security).

import type { Form } from '../deps.ts';
import { CancelledError } from '../errors.ts';
import type { Answer, Question } from '../session/elicit.ts';
import type { Field } from '../session/field.ts';
import type { Content } from '../session/form.ts';
import { askField } from './field.ts';
import { label, shortened } from './label.ts';
import { shown } from './leaf.ts';
import { sanitize, sanitizeLines } from './sanitize.ts';
import { hostOf, LONGEST_URL, REFUSALS, type Step } from './visit.ts';

export type Sheet = {
  prompt: Form;
  err(text: string): void;
  server: string;
  signal: AbortSignal;
};

/** Characters and lines of the whole message: a screen that scrolls away shows nothing. */
const LONGEST = 2000;
const MOST_LINES = 20;

/** What is asked, and by whom. `secrets` are the fields that servers must not ask for this way. */
export function showQuestion(err: (text: string) => void, question: Question, secrets: string[]): void {
  const server = sanitize(question.server);
  const what = question.mode === 'form' ? 'asks' : 'wants you to visit a page';
  const lines = sanitizeLines(shortened(question.message, LONGEST)).trim().split('\n').slice(0, MOST_LINES);
  err(`\n❓ ${server} ${what}:\n${lines.map((line) => `   ${line}\n`).join('')}`);
  if (question.mode === 'url')
    err(`   at ${label(hostOf(question.url))}\n${sanitize(shortened(question.url, LONGEST_URL))}\n`);
  const names = secrets.map(label).join(', ');
  if (names) err(`warning: ${server} asks for ${names}: MCP servers must not ask for secrets this way\n`);
}

/**
 * Asks field by field, shows the answers, and lets them be changed. `given` is proposed where it fits. Escape leaves
 * without an answer.
 */
export async function askForm(
  sheet: Sheet,
  fields: Field[],
  given: Readonly<Record<string, unknown>>,
): Promise<Answer> {
  return untilEscape(sheet.signal, { action: 'cancel' }, async (signal, leave) => {
    const { prompt, err } = sheet;
    const asking = { prompt, err, signal, leave };
    const choose = (name: string, more: { name: string; value: Step }[]) =>
      prompt.select<Step>('What do you answer?', [{ name, value: 'go' }, ...more, ...REFUSALS], asking);
    const first = await choose(fields.length > 0 ? 'Answer' : 'Accept', []);
    if (first !== 'go') return { action: first === 'decline' ? 'decline' : 'cancel' };
    if (fields.length === 0) return { action: 'accept', content: {} };
    let proposed = given;
    for (;;) {
      const content: [string, unknown][] = [];
      for (const field of fields) {
        const own = Object.hasOwn(proposed, field.name) ? proposed[field.name] : undefined;
        const value = await askField(asking, field, own);
        if (value !== undefined) content.push([field.name, value]);
      }
      err(`\nThis is sent to ${sanitize(sheet.server)}:\n${summary(content)}`);
      const then = await choose('Send', [{ name: 'Change', value: 'again' }]);
      const answers = Object.fromEntries(content);
      // The requested schema has nothing but what a Content has.
      if (then === 'go') return { action: 'accept', content: answers as Content };
      if (then !== 'again') return { action: then };
      proposed = answers;
    }
  });
}

function summary(content: [string, unknown][]): string {
  const lines = content.map(([name, value]) => {
    const words = Array.isArray(value) ? value.map(shown).join(', ') : shown(value);
    return `   ${label(name)}: ${words}\n`;
  });
  return lines.join('') || '   (nothing)\n';
}

/** What `work` resolves to, or `left` once it was told of Escape. Ctrl-C is a CancelledError as ever. */
export async function untilEscape<T>(
  signal: AbortSignal,
  left: T,
  work: (signal: AbortSignal, leave: () => void) => Promise<T>,
): Promise<T> {
  const leaving = new AbortController();
  try {
    return await work(AbortSignal.any([signal, leaving.signal]), () => leaving.abort());
  } catch (error) {
    if (leaving.signal.aborted && error instanceof CancelledError) return left;
    throw error;
  }
}
