import { type Command, Option } from 'commander';
import { UsageError } from '../errors.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { examples, type Perform } from './branch.ts';
import { growProvider } from './token-provider.ts';

const TYPES = ['bearer', 'api-key', 'generic'] as const;

type Named = { namespace?: string; type?: (typeof TYPES)[number]; oauth?: boolean; isOauth?: boolean };

/** The commands of `token` that are about tokens of a person's own. */
export function growTokenValues(token: Command, perform: Perform): void {
  growList(token, perform);
  growSet(token, perform);
  growGet(token, perform);
  growDelete(token, perform);
  growClear(token, perform);
  growProvider(token, perform);
}

type Filters = {
  namespace?: string;
  oauth?: boolean;
  bearer?: boolean;
  apiKeys?: boolean;
  providers?: boolean;
};

function growList(token: Command, perform: Perform): void {
  const listed = token
    .command('list')
    .description('what is stored: tokens, API keys and sign-ins, never their values')
    .option('-n, --namespace <name>', 'only of this namespace');
  const kinds: [string, string][] = [
    ['oauth', 'sign-ins'],
    ['bearer', 'bearer tokens'],
    ['api-keys', 'API keys'],
    ['providers', 'keys of LLM providers'],
  ];
  for (const [flag, kind] of kinds) {
    listed.option(`--${flag}`, `${kind} only`).option(`--no-${flag}`, `no ${kind}`);
    // What the Python tool has as its default.
    listed.addOption(new Option(`--show-${flag}`).hideHelp());
  }
  listed.action((options: Filters) =>
    perform(async (w) => (await import('../commands/token-list.ts')).tokenList(w, options)),
  );
  examples(listed, [
    'mcp-cli token list',
    'mcp-cli token list --api-keys --json',
    'mcp-cli token list --no-oauth --namespace team',
  ]);
}

function growSet(token: Command, perform: Perform): void {
  const set = token
    .command('set')
    .description('keep a token: from a pipe, or asked for without showing it')
    .argument('<name>')
    .addOption(kindOf('what it is (default: bearer)'))
    .option('--value <value>', '- reads standard input; a value here can be seen by other users')
    .option('-p, --provider <name>', 'whose API key it is')
    .option('-n, --namespace <name>', 'where it is kept (default: its type)')
    .option('--expires <time>', 'until when it is good: 2027-12-31, 2027-12-31T12:00Z, 90d')
    .action((name: string, options: { value?: string; expires?: string; provider?: string } & Named) =>
      perform(async (w) => (await import('../commands/token-set.ts')).tokenSet(w, name, options)),
    );
  examples(set, [
    'mcp-cli token set my-api                                   asks for the value',
    'pass show my-api | mcp-cli token set my-api --value -      from a pipe',
    'cat key.txt | mcp-cli token set search --type api-key --expires 90d',
    '',
    `In server_config.json: "headers": {"Authorization": "Bearer \${TOKEN:bearer:my-api}"}`,
  ]);
}

function growGet(token: Command, perform: Perform): void {
  const get = token
    .command('get')
    .description('what is stored under a name; its value with --show-value only')
    .argument('<name>')
    .option('--show-value', 'print the value, and nothing else')
    .option('-n, --namespace <name>', 'which one, if there are several')
    .addOption(kindOf('the namespace of this type'))
    .option('--oauth', "a server's sign-in")
    .addOption(new Option('--is-oauth').hideHelp())
    .action((name: string, options: Named & { showValue?: boolean }) =>
      perform(async (w) =>
        (await import('../commands/token-get.ts')).tokenGet(w, name, { ...options, ...within(options) }),
      ),
    );
  examples(get, [
    'mcp-cli token get my-api --json',
    'curl -H "X-Api-Key: $(mcp-cli token get search --show-value)" https://api.example.com/',
  ]);
}

function growDelete(token: Command, perform: Perform): void {
  const remove = token
    .command('delete')
    .description(
      "delete a token; with --is-oauth a server's sign-in, as `auth reset` does: revoked, then forgotten",
    )
    .argument('<name>')
    .option('-n, --namespace <name>', 'which one, if there are several')
    .addOption(kindOf('the namespace of this type'))
    .option('--is-oauth', "a server's sign-in")
    .addOption(new Option('--oauth').hideHelp())
    // Nothing is asked here: it is taken because scripts for the Python tool say it.
    .addOption(new Option('-f, --force').hideHelp())
    .action((name: string, options: Named) =>
      perform(async (w) => {
        const { namespace } = within(options);
        if (namespace === 'oauth') return (await import('../commands/auth-forget.ts')).authReset(w, [name]);
        const { tokenDelete } = await import('../commands/token-delete.ts');
        return tokenDelete(w, name, namespace === undefined ? {} : { namespace });
      }),
    );
  examples(remove, ['mcp-cli token delete my-api', 'mcp-cli token delete notion --is-oauth']);
}

function growClear(token: Command, perform: Perform): void {
  const clear = token
    .command('clear')
    .description('delete all tokens, or those of a namespace; sign-ins only with --namespace oauth')
    .option('-n, --namespace <name>', 'only of this namespace; oauth: the same as `auth reset`')
    .option('--expired', 'only what has expired')
    .option('-f, --force', 'without asking, as --yes')
    .action((options: { namespace?: string; expired?: boolean; force?: boolean }) =>
      perform(async (w) => {
        if (options.namespace !== 'oauth')
          return (await import('../commands/token-delete.ts')).tokenClear(w, options);
        if (options.expired) {
          throw new UsageError('not_for_sign_ins', 'a sign-in that has expired is renewed when it is used', {
            hint: 'forget one with: mcp-cli auth reset NAME',
          });
        }
        return (await import('../commands/auth-forget.ts')).authReset(options.force ? sure(w) : w, []);
      }),
    );
  examples(clear, [
    'mcp-cli token clear --expired',
    'mcp-cli token clear --namespace team --force',
    'mcp-cli auth reset                             sign-ins: revokes and forgets them',
  ]);
}

function kindOf(about: string): Option {
  return new Option('-t, --type <type>', about).choices(TYPES);
}

/** Without `--namespace`, a type is kept in the namespace of its name. */
function within({ namespace, type, oauth, isOauth }: Named): { namespace?: string } {
  const found = oauth || isOauth ? 'oauth' : (namespace ?? type);
  return found === undefined ? {} : { namespace: found };
}

function sure(workspace: Workspace): Workspace {
  return { ...workspace, flags: { ...workspace.flags, yes: true } };
}
