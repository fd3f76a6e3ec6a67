// One line of the person: the model is asked, its calls are answered, and it is asked again, until it has answered.
import { setTimeout as pause } from 'node:timers/promises';
import { CancelledError, NetworkError, UsageError } from '../errors.ts';
import { sanitizeLines } from '../ui/sanitize.ts';
import { answerCalls, type Desk, NOT_MADE } from './call.ts';
import type { ChatEvent, Reply } from './event.ts';
import { type Message, sum, type ToolAnswer, type Usage } from './message.ts';
import { RateLimited } from './refusal.ts';
import type { Answer, Question, Wire } from './wire.ts';

export type Turn = {
  wire: Wire;
  system: string;
  /** Grows while the line is answered, and is a whole conversation at every moment. */
  messages: Message[];
  desk: Desk;
  /** Requests to the model for one line. */
  maxTurns: number;
  /** Gives what was used so far in the whole conversation. */
  used(usage: Usage): Usage;
  tell(event: ChatEvent): void;
};

/** A provider that asks for patience gets so much of it, and no more. Milliseconds. */
const MOST_WAITS = 3;
const LONGEST_WAIT = 60_000;
const FIRST_WAIT = 2000;

/**
 * Answers the last message, which is the person's. Throws CliError; what the model said until then stays in
 * `messages`, and every call in them has an answer.
 */
export async function answerLine(turn: Turn, signal: AbortSignal): Promise<Reply> {
  const { system, messages, desk, tell, maxTurns } = turn;
  const reply: Reply = {
    text: '',
    stop: 'end',
    usage: { input: 0, output: 0 },
    turns: 0,
    unasked: [],
    failed: [],
  };
  desk.reply = reply;
  const tools = desk.offered.map((each) => each.wire);
  for (;;) {
    const answer = await patient(turn, { system, messages, tools }, signal);
    reply.turns++;
    reply.usage = sum(reply.usage, answer.usage);
    tell({ type: 'usage', turn: answer.usage, all: turn.used(answer.usage) });
    messages.push({ role: 'assistant', text: answer.text, calls: answer.calls });
    if (answer.stop !== 'calls') return { ...reply, text: answer.text, stop: answer.stop };
    const answers: ToolAnswer[] = [];
    try {
      if (reply.turns >= maxTurns) throw tooMany(maxTurns);
      desk.said = saidIn(messages);
      await answerCalls(answer.calls, desk, signal, (each) => answers.push(each));
    } finally {
      messages.push({ role: 'tool', answers: answer.calls.map((call) => ofCall(call, answers)) });
    }
  }
}

/** What servers have said: their output, in the order it came. Pure. */
function saidIn(messages: Message[]): Desk['said'] {
  return messages.flatMap((message) =>
    message.role === 'tool'
      ? message.answers.flatMap(({ server, text }) => (server === undefined ? [] : [{ server, text }]))
      : [],
  );
}

function ofCall({ id, name }: Answer['calls'][number], answers: ToolAnswer[]): ToolAnswer {
  const found = answers.find((each) => each.id === id);
  return found ?? { id, name, text: NOT_MADE, images: [], isError: true, mark: '' };
}

/** Asks, and asks again where the provider says when. */
async function patient(turn: Turn, question: Question, signal: AbortSignal): Promise<Answer> {
  for (let waits = 0; ; waits++) {
    try {
      return await once(turn, question, signal);
    } catch (error) {
      if (!(error instanceof RateLimited)) throw error;
      const milliseconds = error.after ?? FIRST_WAIT * 2 ** waits;
      if (waits === MOST_WAITS || milliseconds > LONGEST_WAIT)
        throw limited(turn.wire.provider, milliseconds);
      turn.tell({ type: 'waiting', milliseconds });
      await pause(milliseconds, undefined, { signal }).catch(() => {
        throw new CancelledError();
      });
    }
  }
}

/** What came before a failure is kept: the person has seen it. */
async function once(
  { wire, messages, tell }: Turn,
  question: Question,
  signal: AbortSignal,
): Promise<Answer> {
  let text = '';
  let held = '';
  try {
    const answer = await wire.ask(
      question,
      (piece) => {
        text += piece.text;
        // Half of a character waits for its other half.
        const whole = held + piece.text;
        held = /[\ud800-\udbff]$/.exec(whole)?.[0] ?? '';
        const shown = whole.slice(0, whole.length - held.length);
        if (shown !== '') tell({ type: piece.type, text: sanitizeLines(shown) });
      },
      signal,
    );
    return uniqueIds(answer, messages);
  } catch (error) {
    if (text === '') throw error;
    messages.push({ role: 'assistant', text, calls: [] });
    // To ask again would be to have it said twice.
    throw error instanceof RateLimited ? limited(wire.provider, error.after ?? FIRST_WAIT) : error;
  }
}

/** Two calls with one identifier could not be answered apart. */
function uniqueIds(answer: Answer, messages: Message[]): Answer {
  const taken = new Set(
    messages.flatMap((each) => (each.role === 'assistant' ? each.calls.map(({ id }) => id) : [])),
  );
  const calls = answer.calls.map((call, index) => {
    const id = taken.has(call.id) || call.id === '' ? `call_${messages.length}_${index}` : call.id;
    taken.add(id);
    return { ...call, id };
  });
  return { ...answer, calls };
}

function limited(provider: string, milliseconds: number): NetworkError {
  const seconds = Math.ceil(milliseconds / 1000);
  return new NetworkError('rate_limited', `${provider} takes no more requests for now`, {
    hint: `try again in ${seconds} seconds, or look at the limits of your account`,
  });
}

function tooMany(turns: number): UsageError {
  return new UsageError('turn_limit', `the model wanted to go on after ${turns} turns`, {
    hint: 'allow more with --max-turns, or ask for less at once',
  });
}
