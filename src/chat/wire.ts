import type { Message, ToolCall, Usage } from './message.ts';

/** A tool as a model is told of it. */
export type WireTool = {
  /** `[a-zA-Z0-9_-]`, at most 64 characters. */
  name: string;
  description: string;
  /** JSON Schema of an object; it refers to nothing outside itself. */
  parameters: Record<string, unknown>;
};

export type Question = {
  system: string;
  messages: Message[];
  tools: WireTool[];
  /** Absent: as much as the model likes. */
  limits?: { maxTokens: number; stop: string[] };
};

/** A piece of an answer, as it arrives. */
export type Piece = { type: 'text' | 'refusal'; text: string };

export type Answer = {
  text: string;
  calls: ToolCall[];
  usage: Usage;
  /** `length`: cut off at what the model may write at once. */
  stop: 'end' | 'calls' | 'length' | 'refusal';
};

/** One provider's way to be spoken to. */
export type Wire = {
  /** As the person named it: `openai`, `anthropic`, `ollama`. */
  provider: string;
  model: string;
  /** Whether images may stand in what a tool answers. */
  imagesInAnswers: boolean;
  /**
   * Sends one question, once. Rejects with RateLimited, or with a CliError: AuthError `key_refused`, UsageError
   * `unknown_model` or `context_too_long`, NetworkError, ProtocolError, CancelledError.
   */
  ask(question: Question, told: (piece: Piece) => void, signal: AbortSignal): Promise<Answer>;
  /** The names of the models there are, sorted. Rejects as `ask`. */
  models(signal: AbortSignal): Promise<string[]>;
  close(): Promise<void>;
};
