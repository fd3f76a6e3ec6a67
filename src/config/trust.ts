// A configuration found in the current folder came with a checkout: it can name programs to run, hosts to send secrets
// to, variables and files to send there. Somebody has to have looked at those once.

import type { Prompt } from '../deps.ts';
import { ConfigError } from '../errors.ts';
import { printable } from './place.ts';
import type { TrustStore } from './trust-file.ts';
import type { Kind, Named } from './trust-set.ts';

type Question = {
  file: string;
  set: Named[];
  store: TrustStore;
  prompt: Prompt;
  /** Shows lines to the person, as they are. */
  show(text: string): void;
};

/**
 * Lets a file from the current folder be used if all that it names was trusted before, or is now.
 * @throws ConfigError `untrusted` if nobody can be asked, or the answer is no
 */
export async function checkTrust({ file, set, store, prompt, show }: Question): Promise<void> {
  const trusted = await store.read();
  const before = Object.hasOwn(trusted, file) ? (trusted[file] ?? []) : [];
  const added = set.filter(({ print }) => !before.includes(print));
  if (added.length === 0) return;
  if (prompt.available) {
    show(describe(file, added, before.length > 0));
    if (await prompt.confirm(`Trust these ${count(added)}?`, false)) {
      // Exactly what the file names now: what an earlier version named has to be asked for again.
      await store.write({ ...trusted, [file]: set.map(({ print }) => print) });
      return;
    }
  }
  const said = 'the configuration found in the current folder is not trusted yet';
  const hint = [
    `it names ${count(added)}; read ${printable(file)}`,
    'to use it all the same, pass --config-file ./server_config.json',
    ...(prompt.available ? [] : ['or run a command in a terminal once, and answer yes']),
  ];
  throw new ConfigError('untrusted', said, { hint: hint.join('\n') });
}

/**
 * What a person had us write into a file is trusted, and nothing else of it is that was not before. A file that needs no
 * trust is not listed for it.
 */
export async function keepTrust(
  file: string,
  { before, after }: { before: Named[]; after: Named[] },
  stranger: boolean,
  store: TrustStore,
): Promise<void> {
  const trusted = await store.read();
  const known = Object.hasOwn(trusted, file) ? trusted[file] : stranger ? [] : undefined;
  if (known === undefined) return;
  const old = new Set(before.map(({ print }) => print));
  const prints = after.map(({ print }) => print).filter((print) => known.includes(print) || !old.has(print));
  await store.write({ ...trusted, [file]: prints });
}

const TITLES: Record<Kind, string> = {
  command: 'commands that it runs',
  host: 'hosts that it sends to',
  variable: 'environment variables that it reads',
  token: 'stored tokens that it reads',
  file: 'files that it reads',
  setting: 'settings',
};

function describe(file: string, added: Named[], again: boolean): string {
  const lines = [again ? `${printable(file)} now also names:` : `${printable(file)} names:`];
  for (const [kind, title] of Object.entries(TITLES)) {
    const items = added.filter((item) => item.kind === kind);
    if (items.length > 0) lines.push(`  ${title}`);
    for (const { shown, at } of items) lines.push(`    ${shown}    (${at})`);
  }
  return `${lines.join('\n')}\n`;
}

function count(items: Named[]): string {
  const names: [Kind, string][] = [
    ['command', 'command'],
    ['host', 'host'],
    ['variable', 'variable'],
    ['token', 'stored token'],
    ['file', 'file'],
    ['setting', 'setting'],
  ];
  const parts = names.flatMap(([kind, name]) => {
    const number = items.filter((item) => item.kind === kind).length;
    return number === 0 ? [] : [`${number} ${name}${number === 1 ? '' : 's'}`];
  });
  return parts.join(', ');
}
