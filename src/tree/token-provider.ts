import type { Command } from 'commander';
import { UsageError } from '../errors.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { examples, type Perform } from './branch.ts';

/** The API keys of LLM providers: tokens in a namespace of their own. */
export function growProvider(token: Command, perform: Perform): void {
  const set = token
    .command('set-provider')
    .description("keep an LLM provider's API key: from a pipe, or asked for without showing it")
    .argument('[provider]')
    .option('-p, --provider <name>', 'the same')
    .option('--value <value>', '- reads standard input; a value here can be seen by other users')
    .action((name: string | undefined, options: { provider?: string; value?: string }) =>
      perform(async (w) => {
        const { provider, value } = { ...options, provider: providerOf(w, name, options) };
        const rest = { namespace: 'provider', ...(value !== undefined && { value }) };
        return (await import('../commands/token-set.ts')).tokenSet(w, provider, rest);
      }),
    );
  examples(set, ['mcp-cli token set-provider openai', 'cat key.txt | mcp-cli token set-provider openai']);
  const get = token
    .command('get-provider')
    .description("where an LLM provider's API key comes from: the environment comes before the store")
    .argument('[provider]')
    .option('-p, --provider <name>', 'the same')
    .option('--show-value', 'print the stored key, and nothing else')
    .action((name: string | undefined, options: { provider?: string; showValue?: boolean }) =>
      perform(async (w) =>
        (await import('../commands/token-get.ts')).tokenGetProvider(w, providerOf(w, name, options), options),
      ),
    );
  examples(get, ['mcp-cli token get-provider openai', 'mcp-cli token get-provider openai --json']);
  const remove = token
    .command('delete-provider')
    .description("delete an LLM provider's API key from the store")
    .argument('[provider]')
    .option('-p, --provider <name>', 'the same')
    .action((name: string | undefined, options: { provider?: string }) =>
      perform(async (w) => {
        const { tokenDelete } = await import('../commands/token-delete.ts');
        return tokenDelete(w, providerOf(w, name, options), { namespace: 'provider' });
      }),
    );
  examples(remove, ['mcp-cli token delete-provider openai']);
}

/** `--provider` is a flag of the whole program as well, which sees it first. */
function providerOf(
  { flags }: Workspace,
  name: string | undefined,
  { provider = flags.provider }: { provider?: string | undefined },
): string {
  const found = name ?? provider;
  if (found !== undefined) return found;
  throw new UsageError('missing_argument', 'it is not said which provider', {
    hint: 'name it, for example: mcp-cli token get-provider openai',
  });
}
