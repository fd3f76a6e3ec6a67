// A server wants a model's answer: nothing is asked of the model, and nothing given to the server, unseen.

import type { Form } from '../deps.ts';
import type { SampleRequest } from '../session/sampling.ts';
import { sanitize, sanitizeLines } from './sanitize.ts';

/** Characters that a person can be expected to read. */
const LONGEST = 4000;

type Sheet = { prompt: Form; err(text: string): void; signal: AbortSignal };

/** Whether the model may be asked. Rejects with CancelledError. */
export function askSample(
  { prompt, err, signal }: Sheet,
  request: SampleRequest,
  model: string,
): Promise<boolean> {
  err(sampleText(request, model));
  const choices = [
    { name: `Yes, ask ${sanitize(model)}`, value: true },
    { name: 'No', value: false },
  ];
  return prompt.select('Have it answered?', choices, { initial: false, signal });
}

/** Whether the server may have the answer. Rejects with CancelledError. */
export function askAnswer({ prompt, err, signal }: Sheet, server: string, text: string): Promise<boolean> {
  err(`The model's answer:\n${indented(text)}`);
  const choices = [
    { name: `Yes, give it to ${sanitize(server)}`, value: true },
    { name: 'No', value: false },
  ];
  return prompt.select('Give it away?', choices, { initial: true, signal });
}

/** Pure. */
function sampleText({ server, system, messages, maxTokens }: SampleRequest, model: string): string {
  const said = [
    ...(system === undefined ? [] : [`[system] ${system}`]),
    ...messages.map(({ role, text, images }) => {
      const pictures = images.map(({ type, data }) => `(${type}, ${data.length} characters of base64)`);
      return `[${role}] ${[text, ...pictures].join('\n')}`;
    }),
  ].join('\n');
  return [
    `\n❓ ${sanitize(server)} wants an answer of ${sanitize(model)}, of at most ${maxTokens} tokens, to:\n`,
    indented(said),
  ].join('');
}

function indented(text: string): string {
  const safe = sanitizeLines(text).trimEnd();
  const shown =
    safe.length > LONGEST
      ? `${safe.slice(0, LONGEST)}\n[${safe.length - LONGEST} more characters are not shown]`
      : safe;
  return shown
    .split('\n')
    .map((line) => `   ${line}\n`)
    .join('');
}
