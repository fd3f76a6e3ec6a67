import type { Chat, ChatServer } from '../chat/chat.ts';
import type { Attachment } from '../chat/message.ts';
import { cutOff, failureOf, outcome, recordCall } from '../chat/outcome.ts';
import type { Service } from '../chat/provider.ts';
import { UsageError } from '../errors.ts';
import { sideBySide, throwFailures } from '../session/side-by-side.ts';
import { chatLines } from '../ui/chat-lines.ts';
import { json } from '../ui/json.ts';
import { note, print } from '../ui/print.ts';
import { sanitizeLines } from '../ui/sanitize.ts';
import { type CmdOptions, checkOutput, takeInput, writeOutput } from '../workspace/deliver.ts';
import { namedService, openModel } from '../workspace/model.ts';
import { enabledEntry, targets } from '../workspace/target.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** `cmd`: one prompt to a model that has the tools of the servers; its answer on stdout or in a file. */
export async function cmd(workspace: Workspace, options: CmdOptions): Promise<void> {
  const { deps } = workspace;
  const service = wanted(workspace, options);
  if (options.output !== undefined && options.output !== '-') await checkOutput(deps.cwd, options.output);
  const prompt = await promptOf(workspace, options);
  const attachments = await attached(deps.cwd, options.attach ?? []);
  const [{ openChat }, wire] = await Promise.all([import('../chat/chat.ts'), openModel(workspace, service)]);
  const servers: ChatServer[] = [];
  const told = openShow(workspace, options);
  try {
    if (!options.singleTurn) await connect(workspace, servers);
    const { askApproval } = await import('../ui/approve.ts');
    const { confirmMode, includeTools, excludeTools, maxTurns } = workspace.flags;
    const chat = openChat({
      deps,
      wire,
      servers: () => servers,
      mode: confirmMode,
      approve: deps.prompt.available
        ? (question, signal) => {
            told.lines.end();
            return askApproval(deps, question, signal);
          }
        : undefined,
      filter: { include: includeTools, exclude: excludeTools },
      maxTurns,
      system: options.systemPrompt,
    });
    chat.attachments = attachments;
    await answer(workspace, told, chat, prompt);
  } finally {
    await Promise.allSettled([wire.close(), ...servers.map(({ session }) => session.close())]);
  }
}

function wanted(workspace: Workspace, { toolArgs, prompt, input }: CmdOptions): Service {
  if (toolArgs !== undefined) {
    throw new UsageError('conflicting_flags', '--tool-args belongs to --tool', {
      hint: 'name the tool with --tool',
    });
  }
  if (prompt === undefined && input === undefined) {
    throw new UsageError('missing_argument', 'it is not said what to do', {
      hint: 'ask something with --prompt or --input, or call a tool with --tool',
    });
  }
  const service = namedService(workspace);
  if (service) return service;
  throw new UsageError('no_provider', 'it is not said which model to ask', {
    hint: 'add --provider openai|anthropic|ollama and --model NAME, or --api-base https://…/v1\nor call one tool without a model: --tool NAME',
  });
}

async function promptOf(workspace: Workspace, { prompt, input }: CmdOptions): Promise<string> {
  if (input === undefined) return prompt ?? '';
  const text = await takeInput(workspace.deps, input, () =>
    note(workspace, 'waiting for the prompt on standard input...'),
  );
  if (prompt === undefined) return text;
  // As the Python tool has it in its templates.
  return prompt.includes('{{input}}') ? prompt.replaceAll('{{input}}', () => text) : `${prompt}\n\n${text}`;
}

async function attached(cwd: string, paths: string[]): Promise<Attachment[]> {
  if (paths.length === 0) return [];
  const { attachFile } = await import('../chat/attach.ts');
  const found: Attachment[] = [];
  for (const path of paths) found.push(await attachFile(cwd, path, found));
  return found;
}

/** All of them or none: a script that names a server means it. */
async function connect(workspace: Workspace, servers: ChatServer[]): Promise<void> {
  const { addressOf } = await import('../chat/fingerprint.ts');
  const outcomes = await sideBySide(await targets(workspace, []), async (name) => {
    const entry = await enabledEntry(workspace, name);
    return { session: await workspace.connect(entry), address: addressOf(entry) };
  });
  servers.push(...outcomes.flatMap(({ value }) => value ?? []));
  throwFailures(outcomes);
  const { includeTools, excludeTools } = workspace.flags;
  if (includeTools.length + excludeTools.length === 0) return;
  const [{ shelvesOf }, { unknownNames }] = await Promise.all([
    import('../chat/chat.ts'),
    import('../chat/offer.ts'),
  ]);
  const shelves = await shelvesOf(servers, () => {});
  const [name] = unknownNames({ include: includeTools, exclude: excludeTools }, shelves);
  if (name === undefined) return;
  throw new UsageError('unknown_tool', `there is no tool named "${name}"`, {
    hint: 'see what there is: mcp-cli tools list',
  });
}

type Show = {
  /** Undefined: stdout. */
  file: string | undefined;
  raw: boolean;
  text: boolean;
  /** The words go to the terminal as they come. */
  streams: boolean;
  lines: ReturnType<typeof chatLines>;
};

function openShow({ deps, flags }: Workspace, { output, raw = false }: CmdOptions): Show {
  const file = output === '-' ? undefined : output;
  const text = flags.format === 'text';
  const streams = text && file === undefined && deps.stdout.isTTY;
  return {
    file,
    raw,
    text,
    streams,
    lines: chatLines(deps, { quiet: flags.quiet || !text, stream: streams }),
  };
}

async function answer(workspace: Workspace, show: Show, chat: Chat, prompt: string): Promise<void> {
  const { deps, flags } = workspace;
  const { file, raw, text, streams, lines } = show;
  const calls: object[] = [];
  const reply = await chat
    .send(
      prompt,
      (event) => {
        recordCall(calls, event);
        lines.tell(event);
      },
      deps.signal,
    )
    .catch((error: unknown) => {
      lines.end();
      const last = chat.messages.at(-1);
      // What came so far is a result of its own kind: incomplete, and said to be by the exit code.
      if (text && file === undefined && !streams && last?.role === 'assistant' && last.text !== '')
        deps.out(`${sanitizeLines(last.text)}\n`);
      throw error;
    });
  lines.end();
  const { text: said } = reply;
  const result = outcome(chat, reply, calls);
  const shown = () => (raw ? (deps.stdout.isTTY ? sanitizeLines(said) : said) : `${sanitizeLines(said)}\n`);
  if (file !== undefined)
    await writeOutput(deps, file, text ? (raw ? said : `${sanitizeLines(said)}\n`) : json(result));
  else if (!streams) print(workspace, { json: result, text: shown });
  const failure = failureOf(reply);
  if (failure) throw failure;
  if (!flags.quiet) deps.err(cutOff(reply));
}
