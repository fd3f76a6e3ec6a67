import { type Command, InvalidArgumentError, Option } from 'commander';

/** The root flags about the model of a conversation, parsed. */
export type ModelFlags = {
  /** Whose model: `openai`, `anthropic`, `ollama`, or any name beside `apiBase`. */
  provider: string | undefined;
  model: string | undefined;
  /** Base URL of the model's service. */
  apiBase: string | undefined;
  /** When a model's call of a tool is asked for. */
  confirmMode: 'always' | 'never' | 'smart';
  /** Tools that a model may have, `tool` or `server/tool`; none: all. */
  includeTools: string[];
  excludeTools: string[];
  /** Requests to the model for one prompt. */
  maxTurns: number;
};

/** The Python tool's own number. */
const MAX_TURNS = 100;

export function addModelFlags(program: Command): void {
  program
    .option('--provider <name>', 'whose model to talk to: openai, anthropic, ollama')
    .option('--model <name>', 'the model')
    .option('--api-base <url>', 'base URL of the model, for any service that speaks like OpenAI')
    .addOption(
      new Option(
        '--confirm-mode <mode>',
        "which of a model's tool calls are asked for (default: smart)",
      ).choices(['always', 'never', 'smart']),
    )
    .addOption(
      new Option('--include-tools <names>', 'only these tools for the model, with commas').argParser(tools),
    )
    .addOption(new Option('--exclude-tools <names>', 'not these tools for the model').argParser(tools))
    .addOption(
      new Option('--max-turns <number>', 'requests to the model for one prompt (default: 100)').argParser(
        turns,
      ),
    );
}

/** commander's values as ModelFlags. */
export function readModelFlags(given: Partial<ModelFlags>): ModelFlags {
  return {
    provider: given.provider,
    model: given.model,
    apiBase: given.apiBase,
    confirmMode: given.confirmMode ?? 'smart',
    includeTools: given.includeTools ?? [],
    excludeTools: given.excludeTools ?? [],
    maxTurns: given.maxTurns ?? MAX_TURNS,
  };
}

function tools(text: string, before: string[] | undefined): string[] {
  const found = text.split(',').flatMap((each) => each.trim() || []);
  if (found.length === 0) throw new InvalidArgumentError('It is the name of a tool, or several with commas.');
  return [...new Set([...(before ?? []), ...found])];
}

function turns(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count > 0 && count <= 10_000) return count;
  throw new InvalidArgumentError('It is a whole number from 1 to 10000.');
}
