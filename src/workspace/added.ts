// What `servers add` was told, as an entry of the configuration.
import { UsageError } from '../errors.ts';
import type { Workspace } from './workspace.ts';

export type AddOptions = {
  header?: [string, string][];
  env?: [string, string][];
  cwd?: string;
  transport?: string;
  bearerTokenEnv?: string;
  clientId?: string;
  clientSecret?: string;
  scope?: string[];
  redirectUri?: string;
  allowHttp?: boolean;
  force?: boolean;
};

/** What is to be run or reached. `dashes`: it stood behind `--`. */
export type Target = { words: string[]; dashes: boolean };

/** What to do about a name that no command could be given: such an entry nobody can use. */
export function nameFault(name: string, isUrl: (text: string) => boolean): string | undefined {
  if (isUrl(name)) return 'the name comes first: mcp-cli servers add NAME URL';
  return /^-|,/.test(name) ? 'leave out commas, and a dash at its start' : undefined;
}

const HINT =
  'for a remote server: mcp-cli servers add NAME https://…\nfor a local one: mcp-cli servers add NAME -- COMMAND ARG…';

/** Throws UsageError `no_target`, `no_effect`. */
export function entryOf(
  { words, dashes }: Target,
  options: AddOptions,
  { flags }: Workspace,
  isUrl: (text: string) => boolean,
): Record<string, unknown> {
  const [first = '', ...rest] = words;
  const common = {
    ...(flags.account !== undefined && { account: flags.account }),
    ...(flags.timeout !== undefined && { timeout: flags.timeout }),
    ...(flags.protocol !== undefined && { protocol: flags.protocol }),
  };
  if (dashes) {
    refuse(
      options,
      ['header', 'bearerTokenEnv', 'clientId', 'clientSecret', 'scope', 'redirectUri', 'allowHttp'],
      'a command',
    );
    if (first === '') throw new UsageError('no_target', 'there is no command behind --', { hint: HINT });
    return {
      command: first,
      ...(rest.length > 0 && { args: rest }),
      ...(options.env && { env: Object.fromEntries(options.env) }),
      ...(options.cwd !== undefined && { cwd: options.cwd }),
      ...(options.transport !== undefined && { transport: options.transport }),
      ...common,
    };
  }
  // A flag of the command would have been taken for one of ours.
  if (rest.length > 0 || !(isUrl(first) || first.startsWith('${'))) {
    const said =
      first === '' ? 'it is not said where the server is' : 'this is no URL, and a command stands behind --';
    throw new UsageError('no_target', said, { hint: HINT });
  }
  refuse(options, ['env', 'cwd'], 'a URL');
  return {
    url: first,
    ...(options.transport !== undefined && { transport: options.transport }),
    ...(options.allowHttp && { allow_http: true }),
    ...(options.header && { headers: Object.fromEntries(options.header) }),
    ...(options.bearerTokenEnv !== undefined && { bearer_token_env: options.bearerTokenEnv }),
    ...common,
    ...oauthOf(options),
  };
}

function oauthOf({ clientId, clientSecret, scope, redirectUri }: AddOptions): { oauth?: object } {
  const oauth = {
    ...(clientId !== undefined && { client_id: clientId }),
    ...(clientSecret !== undefined && { client_secret: clientSecret }),
    ...(scope && { scopes: scope }),
    ...(redirectUri !== undefined && { redirect_uri: redirectUri }),
  };
  return Object.keys(oauth).length === 0 ? {} : { oauth };
}

function refuse(options: AddOptions, keys: (keyof AddOptions)[], what: string): void {
  const key = keys.find((each) => options[each] !== undefined);
  if (key === undefined) return;
  const flag = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  throw new UsageError('no_effect', `${flag} has no meaning for ${what}`, { hint: `leave out ${flag}` });
}
