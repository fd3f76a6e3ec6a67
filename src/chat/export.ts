import { sanitize, sanitizeLines } from '../ui/sanitize.ts';
import type { Message, ToolAnswer } from './message.ts';
import type { Conversation } from './saved.ts';

/** The conversation for people, in Markdown. Pure. */
export function markdownOf({ provider, model, usage, messages }: Conversation): string {
  const about = `Model: ${line(model)} (${line(provider)}), ${usage.input} tokens in, ${usage.output} out.`;
  return `${['# Conversation', about, ...messages.flatMap(partsOf)].join('\n\n')}\n`;
}

function partsOf(message: Message): string[] {
  switch (message.role) {
    case 'user':
      return [
        '## You',
        ...message.attachments.map((each) => `*With ${line(each.name)}*`),
        sanitizeLines(message.text).trim(),
      ];
    case 'assistant':
      return [
        '## Model',
        ...(message.text.trim() === '' ? [] : [sanitizeLines(message.text).trim()]),
        ...message.calls.map((call) => `Calls \`${code(call.name)}\` with ${fenced(call.arguments, 'json')}`),
      ];
    case 'tool':
      return message.answers.flatMap(answerOf);
  }
}

function answerOf({ server, tool, name, text, isError }: ToolAnswer): string[] {
  const who = server === undefined ? code(name) : code(`${server}/${tool ?? name}`);
  return [`### \`${who}\`${isError ? ' failed' : ''}`, fenced(text, 'text').trimStart()];
}

/** In a fence that nothing in it can close. */
function fenced(text: string, kind: string): string {
  const inside = sanitizeLines(text).trimEnd();
  const longest = Math.max(2, ...[...inside.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `\n\n${fence}${kind}\n${inside}\n${fence}`;
}

function code(text: string): string {
  return sanitize(text).replaceAll('`', "'");
}

/** One line in which nothing is Markdown. */
function line(text: string): string {
  return sanitize(text).replace(/[\\`*_{}[\]<>#|!]/g, '\\$&');
}
