// Whose model a session talks to.

import { knownServices } from '../../chat/provider.ts';
import { UsageError } from '../../errors.ts';
import { print } from '../../ui/print.ts';
import { sanitize } from '../../ui/sanitize.ts';
import { table, tableView } from '../../ui/table.ts';
import { basesOf } from '../../workspace/model.ts';
import { providerVariable } from '../../workspace/provider.ts';
import { splitWords } from '../line.ts';
import type { Shell, Slash, Talk } from '../state.ts';

const known = ({ workspace: { deps } }: Shell) => knownServices(basesOf(deps.env));

export const providerSlashes: Slash[] = [
  {
    name: 'provider',
    aliases: [],
    usage: '/provider [NAME [MODEL]]',
    about: 'whose model you talk to, or another one from now on',
    details: ['What was said stays, and goes to the next model as well.', '/provider openai gpt-4'],
    propose: async (shell, words) => (words.length === 0 ? known(shell).map(({ provider }) => provider) : []),
    async run(shell, rest, signal) {
      const [name, model, ...more] = splitWords(rest);
      if (name === undefined) return showModel(shell);
      if (name === 'list') return providers(shell);
      if (more.length > 0) throw tooMany();
      await chooseModel(shell, { provider: name, model }, signal);
    },
  },
  {
    name: 'providers',
    aliases: [],
    usage: '/providers',
    about: 'whose models can be asked, and where their keys are looked for',
    run: async (shell) => providers(shell),
  },
];

/** Says which it is now. Throws as `Talk.choose`. */
export async function chooseModel(
  shell: Shell,
  named: Parameters<Talk['choose']>[0],
  signal: AbortSignal,
): Promise<void> {
  const { extras, workspace } = shell;
  await extras.talk?.choose(named);
  if (!signal.aborted && !workspace.flags.quiet) showModel(shell);
}

export function showModel({ extras, workspace: { deps } }: Shell): void {
  const service = extras.talk?.service();
  if (!service) {
    deps.err('no model is chosen: /provider openai|anthropic|ollama, then /model NAME\n');
    return;
  }
  const { provider, model, baseUrl } = service;
  const where = `${sanitize(provider)} at ${new URL(baseUrl).host}`;
  deps.err(
    model === undefined
      ? `${where}: which model? /models lists them, /model NAME takes one\n`
      : `you talk to ${sanitize(model)}, ${where}\n`,
  );
}

function providers(shell: Shell): void {
  const { deps, flags } = shell.workspace;
  const now = shell.extras.talk?.service();
  const all = known(shell).filter(({ provider }) => provider !== now?.provider);
  const rows = [...(now ? [now] : []), ...all].map(({ provider, baseUrl, key }) => ({
    provider,
    baseUrl,
    key: keyOf(deps.env, provider, key),
    current: provider === now?.provider,
  }));
  print(
    { deps, flags },
    {
      json: { providers: rows },
      items: rows,
      text: () =>
        table(
          ['', 'PROVIDER', 'ADDRESS', 'KEY'],
          rows.map((each) => [each.current ? '*' : '', each.provider, each.baseUrl, each.key]),
          tableView(deps.stdout, deps.env),
        ),
    },
  );
}

/** Where it comes from, never what it is. The store may ask for a password, and is not opened for a list. */
function keyOf(env: Readonly<Record<string, string | undefined>>, provider: string, key: string): string {
  if (key === 'none') return 'none';
  const variable = providerVariable(provider);
  if (env[variable]?.trim()) return variable;
  return key === 'environment' ? 'not needed' : `${variable}, else the stored one`;
}

function tooMany(): UsageError {
  return new UsageError('bad_argument', '/provider takes a name and a model', {
    hint: 'for example: /provider openai gpt-4',
  });
}
