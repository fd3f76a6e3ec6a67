// A conversation as a file, and back. Whoever can have written the file may have made it up: it is checked like an answer
// from outside, and nothing in it counts as typed or allowed by the person.
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { UsageError } from '../errors.ts';
import { replaceFile } from '../store/files.ts';
import type { Message, ToolAnswer, Usage } from './message.ts';
import { isImage } from './wrap.ts';

export type Conversation = { provider: string; model: string; usage: Usage; messages: Message[] };

/** Bytes of a file. */
const LARGEST = 32 * 1024 * 1024;
const MOST_MESSAGES = 10_000;

const text = z.string().max(8_000_000);
const name = z.string().max(300);
const Image = z.object({ type: name, data: text }).refine(({ type, data }) => isImage(type, data));
const Attachment = z.union([z.object({ name, text }).strict(), z.object({ name, image: Image }).strict()]);
const Call = z.object({ id: name, name, arguments: text });
const Answer = z.object({
  id: name,
  name,
  server: name.optional(),
  tool: name.optional(),
  text,
  images: z.array(Image).max(100),
  isError: z.boolean(),
});
const Said = z.discriminatedUnion('role', [
  z.object({ role: z.literal('user'), text, attachments: z.array(Attachment).max(100) }),
  z.object({ role: z.literal('assistant'), text, calls: z.array(Call).max(200) }),
  z.object({ role: z.literal('tool'), answers: z.array(Answer).max(200) }),
]);
const tokens = z.number().int().min(0).max(1e12);
const File = z.object({
  format: z.literal('mcp-cli conversation'),
  version: z.literal(1),
  provider: name,
  model: name,
  usage: z.object({ input: tokens, output: tokens }),
  messages: z.array(Said).max(MOST_MESSAGES),
});

/** The text of a file that `parseConversation` reads. Pure. */
export function conversationText({ provider, model, usage, messages }: Conversation): string {
  const whole = { format: 'mcp-cli conversation', version: 1, provider, model, usage, messages };
  // The marks are made anew where it is read.
  return `${JSON.stringify(whole, (key, value) => (key === 'mark' ? undefined : value), 2)}\n`;
}

/**
 * Throws UsageError `bad_conversation`. `mark` gives unguessable text: a file that brought its own could have the end of
 * its data wherever it likes. Pure but for that.
 */
export function parseConversation(source: string, mark: () => string): Conversation {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch (cause) {
    throw bad('is no JSON', cause);
  }
  const read = File.safeParse(value);
  if (!read.success) throw bad('is no conversation of mcp-cli');
  const { provider, model, usage, messages } = read.data;
  return { provider, model, usage, messages: whole(messages, mark) };
}

/** Every call has its one answer, right behind it, and there is no other answer: providers refuse the rest. */
function whole(messages: z.infer<typeof Said>[], mark: () => string): Message[] {
  return messages.flatMap((message, index): Message[] => {
    if (message.role === 'user') return [message];
    if (message.role === 'tool') return [];
    const next = messages[index + 1];
    const answers = new Map((next?.role === 'tool' ? next.answers : []).map((each) => [each.id, each]));
    const calls = message.calls.filter(({ id }) => answers.has(id));
    const once = calls.filter((call, at) => calls.findIndex(({ id }) => id === call.id) === at);
    const found = once.flatMap(({ id }) => answers.get(id) ?? []);
    const said: Message = { role: 'assistant', text: message.text, calls: once };
    return found.length === 0
      ? [said]
      : [said, { role: 'tool', answers: found.map((each) => data(each, mark)) }];
  });
}

/** Nothing in a file is a word of ours. */
function data({ server, tool, ...rest }: z.infer<typeof Answer>, mark: () => string): ToolAnswer {
  return { ...rest, server: server ?? 'a file', tool: tool ?? rest.name, mark: mark() };
}

/** Reads a file that the person named. Throws UsageError `unreadable_file` or `bad_conversation`. */
export async function loadConversation(
  path: string,
  { random }: Pick<Deps, 'random'>,
): Promise<Conversation> {
  const source = await readBounded(path);
  return parseConversation(source, () => Buffer.from(random(8)).toString('hex'));
}

/**
 * Writes in one step, 0600. Throws UsageError `file_exists` for a file that is something else than a conversation, StoreError.
 */
export async function saveConversation(
  path: string,
  conversation: Conversation,
  deps: Pick<Deps, 'random' | 'platform'>,
): Promise<void> {
  // What is too large to be looked at, or may not be, is no conversation either.
  const there = await readBounded(path).catch((error: UsageError) => (isMissing(error) ? undefined : ''));
  if (there !== undefined && !File.safeParse(jsonOf(there)).success) {
    throw new UsageError('file_exists', `${path} is there, and is no conversation`, {
      hint: 'choose another name',
    });
  }
  await replaceFile(path, conversationText(conversation), deps);
}

function isMissing({ cause }: UsageError): boolean {
  return ['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException | undefined)?.code ?? '');
}

function jsonOf(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}

async function readBounded(path: string): Promise<string> {
  try {
    const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const found = await file.stat();
      if (!found.isFile() || found.size > LARGEST) throw bad('is no file, or too large for one');
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw new UsageError('unreadable_file', `cannot read ${path}`, { hint: 'check the path', cause });
  }
}

function bad(what: string, cause?: unknown): UsageError {
  return new UsageError('bad_conversation', `the file ${what}`, {
    hint: 'name one that /conversation save has written',
    cause,
  });
}
