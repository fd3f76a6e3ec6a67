import self from 'node:process';
import type { Choice, Env, Form, Keyboard, Prompt } from '../deps.ts';
import { CancelledError } from '../errors.ts';
import { type Ahead, typingAhead } from './ahead.ts';
import { type Listening, listening } from './listen.ts';
import { lookOf } from './look.ts';
import { themeOf } from './theme.ts';

type Terminal = {
  available: boolean;
  input(): NodeJS.ReadableStream;
  output: NodeJS.WritableStream & { columns?: number };
  /** What it can show. */
  env: Env;
  signal: AbortSignal;
  /** What Ctrl-C does where no question is open. */
  interrupt(): void;
};

type Context = { input: NodeJS.ReadableStream; output: NodeJS.WritableStream; signal: AbortSignal };

type Question =
  | { type: 'confirm'; message: string; default: boolean }
  | { type: 'password'; message: string; toggleMask: false }
  | { type: 'select'; message: string; choices: Choice<unknown>[]; default?: unknown }
  | {
      type: 'checkbox';
      message: string;
      choices: (Choice<unknown> & { checked: boolean })[];
      validate(chosen: readonly { value: unknown }[]): string | true;
    };

type Asking = { signal?: AbortSignal; leave?(): void };

/** Questions on stderr, so that stdout stays a result. The library is loaded with the first question. */
export function openPrompt(terminal: Terminal): Prompt & Form & Keyboard {
  // A question is alone with the keys as long as it is open.
  let heard: Listening | undefined;
  let open = 0;
  const typing = typingAhead();
  const look = lookOf(terminal.env);
  const alone = async <T>(
    show: (context: Context, ahead: Ahead) => Promise<T>,
    { signal: own, leave }: Asking = {},
  ): Promise<T> => {
    if (!terminal.available) throw new Error('a question was asked without a terminal');
    if (terminal.signal.aborted || own?.aborted) throw new CancelledError();
    const input = terminal.input();
    const ended = new AbortController();
    const signal = AbortSignal.any([terminal.signal, ended.signal, ...(own ? [own] : [])]);
    open++;
    heard?.stop();
    const giveBack = borrow(input);
    // By itself: with the library's line, Node 20 puts all keys of a burst but the last at the end, not at the cursor.
    self.getBuiltinModule('node:readline').emitKeypressEvents(input);
    const ahead = typing.open(input, own);
    const key = (text: string | undefined, pressed: { name?: string; ctrl?: boolean } = {}) => {
      ahead.hear(text, pressed);
      if (pressed.name === 'escape') leave?.();
      // Ctrl-D on an empty line ends readline, which the library would wait for without end.
      if (pressed.ctrl && pressed.name === 'd')
        queueMicrotask(() => {
          if (input.isPaused()) ended.abort();
        });
    };
    input.on('keypress', key);
    try {
      return await show({ input, output: terminal.output, signal }, ahead);
    } catch (cause) {
      // Ctrl-C inside the question, or a signal. The classes are not exported, their names are fixed.
      const name = cause instanceof Error ? cause.name : '';
      if (['ExitPromptError', 'AbortPromptError', 'CancelPromptError'].includes(name))
        throw new CancelledError();
      throw cause;
    } finally {
      input.off('keypress', key);
      giveBack();
      open--;
      if (open === 0) heard?.start();
    }
  };
  const ask = <T>(question: Question, asking?: Asking): Promise<T> =>
    alone(async (context) => {
      const { default: inquirer } = await import('inquirer');
      const prompt = inquirer.createPromptModule(context as never);
      const answers = await prompt([{ ...question, theme: themeOf(look), name: 'answer' } as never]);
      return (answers as { answer: T }).answer;
    }, asking);
  return {
    available: terminal.available,
    listen(what, signal) {
      if (!terminal.available || signal.aborted) return;
      heard?.stop();
      const mine = listening(terminal.input(), what, terminal.interrupt);
      heard = mine;
      if (open === 0) mine.start();
      const end = () => {
        mine.stop();
        if (heard === mine) heard = undefined;
      };
      signal.addEventListener('abort', end, { once: true });
    },
    confirm: (message, initial = false) => ask<boolean>({ type: 'confirm', message, default: initial }),
    // Without the toggle, by which Ctrl-T would show what was typed.
    secret: (message) => ask<string>({ type: 'password', message, toggleMask: false }),
    text: (message, { initial = '', hint = '', check = () => undefined, ...asking } = {}) =>
      alone(async (context, ahead) => {
        const { entryLine } = await import('./entry.ts');
        const columns = terminal.output.columns ?? 80;
        return entryLine({ message, initial, hint, check, look, columns, ahead }, context as never);
      }, asking),
    select: (message, choices, { initial, ...asking } = {}) =>
      ask({ type: 'select', message, choices, ...(initial !== undefined && { default: initial }) }, asking),
    checkbox: (message, choices, { initial = [], check, ...asking } = {}) =>
      ask(
        {
          type: 'checkbox',
          message,
          choices: choices.map((each) => ({ ...each, checked: initial.includes(each.value) })),
          validate: (chosen) =>
            check?.(chosen.map(({ value }) => value) as (typeof initial)[number][]) ?? true,
        },
        asking,
      ),
    more: (message) =>
      alone(async (context) => {
        const { moreKey } = await import('./entry.ts');
        return moreKey({ message }, { ...context, clearPromptOnDone: true } as never);
      }),
  };
}

/** Takes the keys from the line editor of a session, which would take the answer for its next line, and returns them. */
function borrow(
  input: NodeJS.ReadableStream & { isRaw?: boolean; setRawMode?(raw: boolean): void },
): () => void {
  const others = input.listeners('keypress') as ((...words: unknown[]) => void)[];
  if (others.length === 0) return () => {};
  const raw = input.isRaw ?? false;
  for (const each of others) input.off('keypress', each);
  return () => {
    for (const each of others) input.on('keypress', each);
    input.setRawMode?.(raw);
    input.resume();
  };
}
