import type { Command } from 'commander';
import type { CmdOptions } from '../workspace/deliver.ts';
import { examples, type Perform } from './branch.ts';

export function growCmd(cmd: Command, perform: Perform): void {
  cmd
    .option('-p, --prompt <text>', 'what the model is asked')
    .option('-i, --input <file>', 'more to ask, or the arguments of --tool; - reads standard input')
    .option('--attach <file...>', 'text files and images that go with the prompt')
    .option('-o, --output <file>', 'write the answer there instead, whole or not at all')
    .option('-t, --tool <name>', 'call this tool, without any model')
    .option('--tool-args <json>', 'its arguments as one JSON object')
    .option('--system-prompt <text>', 'what the model is told first')
    .option('--raw', 'the answer exactly as it came, no line break added')
    .option('--single-turn', 'one answer, without tools')
    .action((options: CmdOptions) =>
      perform(async (w) =>
        options.tool === undefined
          ? (await import('../commands/cmd.ts')).cmd(w, options)
          : (await import('../commands/cmd-tool.ts')).cmdTool(w, options.tool, options),
      ),
    );
  examples(cmd, [
    'mcp-cli cmd --server notion --provider openai --model gpt-4 -p "list my pages"',
    'mcp-cli cmd --server notion --tool search --tool-args \'{"query":"roadmap"}\'',
    'git diff | mcp-cli cmd --provider ollama --model qwen3 --single-turn -p "explain this" -i -',
  ]);
}
