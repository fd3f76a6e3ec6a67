import { type Command, Option } from 'commander';
import { lifetime } from '../workspace/duration.ts';
import type { ImportOptions } from '../workspace/import-how.ts';
import { growHelper, HELPERS } from './auth-helper.ts';
import { examples, type Perform } from './branch.ts';

/** What each grows. */
const BOUGHS: readonly [names: readonly string[], grow: (auth: Command, perform: Perform) => void][] = [
  [['login'], growSignIn],
  [['status', 'list'], growStored],
  [['whoami', 'client-metadata'], growIdentity],
  [HELPERS, growHelper],
  [['logout', 'reset'], growForgetting],
  [['import'], growImport],
  [['doctor'], growDoctor],
];

/** Where the command line says which command it is, no other one is made: there are many, and scripts call `token` often. */
export function growAuth(
  auth: Command,
  perform: Perform,
  _program: Command,
  _out: (text: string) => void,
  argv?: readonly string[],
): void {
  const words = argv?.slice(argv.indexOf(auth.name()) + 1) ?? [];
  const first = words.find((word) => !word.startsWith('-')) ?? '';
  const one = BOUGHS.filter(([names]) => names.includes(first));
  for (const [, grow] of one.length > 0 ? one : BOUGHS) grow(auth, perform);
}

function growSignIn(auth: Command, perform: Perform): void {
  const login = auth
    .command('login')
    .description('sign in, one server after the other')
    .argument('[server...]')
    .option('--force', 'sign in anew even if signed in')
    .option('--scope <scopes>', 'permissions to ask for besides the usual ones', list)
    .action((servers: string[], options: { force?: boolean; scope?: string[] }) =>
      perform(async (w) => (await import('../commands/auth-login.ts')).authLogin(w, servers, options)),
    );
  examples(login, [
    'mcp-cli auth login notion',
    'mcp-cli auth login notion --no-browser         show the URL only; paste where it ends',
    'mcp-cli auth login notion --device             with a code, in a browser of any machine',
    'mcp-cli auth login notion --scope read,write   ask for these permissions too',
  ]);
}

function growStored(auth: Command, perform: Perform): void {
  const status = auth
    .command('status')
    .description('how the configured servers stand; exit 4 if one that is named needs a sign-in')
    .argument('[server...]')
    .addOption(
      new Option(
        '--fail-if-expires <time>',
        'exit 4 as well if a sign-in that cannot be renewed ends within this time',
      ).argParser(lifetime),
    )
    .action((servers: string[], options: { failIfExpires?: number }) =>
      perform(async (w) => (await import('../commands/auth-status.ts')).authStatus(w, servers, options)),
    );
  examples(status, [
    'mcp-cli auth status                  every configured server',
    'mcp-cli auth status notion --json    one, for a script; exit 4 if it needs a sign-in',
    'mcp-cli auth status --fail-if-expires 48h    in a job that warns before a person is needed',
  ]);
  const stored = auth
    .command('list')
    .description('everything that is stored, also for servers no longer configured')
    .action(() => perform(async (w) => (await import('../commands/auth-status.ts')).authList(w)));
  examples(stored, ['mcp-cli auth list', 'mcp-cli auth list --format ndjson   one sign-in a line']);
}

function growIdentity(auth: Command, perform: Perform): void {
  const whoami = auth
    .command('whoami')
    .description('whose sign-in it is, and who says so')
    .argument('[server]')
    .action((server: string | undefined) =>
      perform(async (w) =>
        (await import('../commands/auth-whoami.ts')).authWhoami(w, server === undefined ? [] : [server]),
      ),
    );
  examples(whoami, ['mcp-cli auth whoami notion', 'mcp-cli auth whoami notion --account work --json']);
  const metadata = auth
    .command('client-metadata')
    .description(
      'print the document to host for "client_metadata_url": who mcp-cli is to an authorization server',
    )
    .option('--url <url>', 'where it will lie; this is the client id')
    .option('--redirect <uri>', 'a redirect to list instead of the usual ones; may be repeated', repeated)
    .option('--name <name>', 'what a consent page calls the client')
    .option('--key <file>', 'the private key that the client signs with: its public half is listed')
    .action((options: { url?: string; redirect?: string[]; name?: string; key?: string }) =>
      perform(async (w) =>
        (await import('../commands/auth-client-metadata.ts')).authClientMetadata(w, options),
      ),
    );
  examples(metadata, [
    'mcp-cli auth client-metadata --url https://example.com/mcp-cli.json > mcp-cli.json',
    'mcp-cli auth client-metadata --url https://example.com/c.json --redirect http://localhost:8765/callback',
  ]);
}

function repeated(text: string, before: string[] | undefined): string[] {
  return [...(before ?? []), text];
}

function growForgetting(auth: Command, perform: Perform): void {
  const logout = auth
    .command('logout')
    .description('revoke and forget the tokens, keep the client registration')
    .argument('[server...]')
    .action((servers: string[]) =>
      perform(async (w) => (await import('../commands/auth-forget.ts')).authLogout(w, servers)),
    );
  examples(logout, ['mcp-cli auth logout notion', 'mcp-cli auth logout notion --account work']);
  const reset = auth
    .command('reset')
    .description('forget everything about the servers, or about all; works offline and with a lost password')
    .argument('[server...]')
    .action((servers: string[]) =>
      perform(async (w) => (await import('../commands/auth-forget.ts')).authReset(w, servers)),
    );
  examples(reset, ['mcp-cli auth reset notion', 'mcp-cli auth reset --yes   all, without asking']);
}

function growImport(auth: Command, perform: Perform): void {
  const taken = auth
    .command('import')
    .description(
      "take over another program's sign-ins: python, mcp-remote, mcporter, opencode, gemini, codex",
    )
    .argument('[server...]')
    .option('--from <program>', 'whose they are')
    .option('--move', 'empty the source: that program signs in anew')
    .option('--copy', 'leave the source: whoever renews first may end the sign-in of the other')
    .option('--path <path>', 'the file or folder, instead of the usual place')
    .option('--dry-run', 'show what there is, write nothing')
    .option('--force', 'replace sign-ins that are here already')
    .action((servers: string[], options: ImportOptions) =>
      perform(async (w) => (await import('../commands/auth-import.ts')).authImport(w, servers, options)),
    );
  examples(taken, [
    'mcp-cli auth import --from mcp-remote --dry-run         what is there, and for which server',
    'mcp-cli auth import --from mcporter --move              all that is configured here',
    'mcp-cli auth import --from python notion --copy --json  one, for a script',
  ]);
}

function growDoctor(auth: Command, perform: Perform): void {
  const doctor = auth
    .command('doctor')
    .description('look at all that a sign-in to a server rests on; the output is fit for a public report')
    .argument('[server]')
    .option('--redact', 'no names of hosts, addresses and servers either')
    .action((server: string | undefined, options: { redact?: boolean }) =>
      perform(async (w) =>
        (await import('../commands/auth-doctor.ts')).authDoctor(
          w,
          server === undefined ? [] : [server],
          options,
        ),
      ),
    );
  examples(doctor, [
    'mcp-cli auth doctor notion            network, metadata, registration, store, clock, token',
    'mcp-cli auth doctor notion --redact   the same for a public report',
    'mcp-cli auth doctor notion --json     for a script; the exit is that of the first failure',
  ]);
}

function list(text: string, before: string[] | undefined): string[] {
  return [...(before ?? []), ...text.split(/[\s,]+/).filter(Boolean)];
}
