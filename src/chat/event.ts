import type { CallToolResult } from '@modelcontextprotocol/client';
import type { CliError } from '../errors.ts';
import type { Usage } from './message.ts';

/** One call, wherever it is spoken of. `id` is the model's, and the same in every event about it. */
export type CallName = { id: string; server: string; tool: string };

/** What happens while a line is answered, in order. Texts of the model are made safe for a terminal; other strings of servers are not. */
export type ChatEvent =
  | { type: 'text' | 'refusal'; text: string }
  /** The provider wants to be asked later, and is. Milliseconds. */
  | { type: 'waiting'; milliseconds: number }
  | { type: 'warning'; text: string }
  /** A call that may go ahead begins. */
  | ({ type: 'calling'; arguments: Record<string, unknown> } & CallName)
  | ({
      type: 'progress';
      progress: number;
      total?: number | undefined;
      message?: string | undefined;
    } & CallName)
  /** A server asks the person something in the middle of the call: what is drawn should be taken away. */
  | ({ type: 'asking' } & CallName)
  | ({ type: 'called'; result: CallToolResult } & CallName)
  /** The call did not come to an end; the model is told so. */
  | ({ type: 'failed'; error: CliError } & CallName)
  /** `unasked`: there was nobody to ask. */
  | ({ type: 'denied'; unasked: boolean } & CallName)
  /** The model asked for something that is no call: an unknown tool, or arguments that do not fit. */
  | { type: 'rejected'; name: string; reason: string }
  /** What one request used, and the whole conversation. */
  | { type: 'usage'; turn: Usage; all: Usage };

/** What became of a line. */
export type Reply = {
  /** The model's last answer, as it came. */
  text: string;
  /** `length`: cut off where the model may write no more. */
  stop: 'end' | 'length' | 'refusal';
  /** Of this line. */
  usage: Usage;
  /** Requests to the model. */
  turns: number;
  /** Calls that would have been asked for, where nobody could be. */
  unasked: CallName[];
  /** Calls that did not come to an end. */
  failed: CliError[];
};
