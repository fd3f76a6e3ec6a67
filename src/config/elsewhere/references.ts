// How other programs write variables, in our way. Pure.
import { basename, sep } from 'node:path';
import type { Client } from './clients.ts';

/** Something that ours cannot say; the message completes "… is left out: ". */
export class Untranslatable extends Error {}

export type Speech = {
  client: Client;
  home: string;
  /** What `${workspaceFolder}` is; undefined in a file that belongs to no folder. */
  folder: string | undefined;
};

/** Programs that read `$NAME` too. */
const BARE: Client[] = ['gemini', 'mcphub'];
const NAME = /^(?:env:)?([A-Za-z_]\w*)(:-[\s\S]*)?$/;

/**
 * A string of another program's file, in which each reference is one of ours. `ask` hears of what the other program asks
 * the person for, and of the variable that stands for it now.
 * @throws Untranslatable
 */
export function translated(
  text: string,
  speech: Speech,
  ask: (id: string, variable: string) => void,
): string {
  if (speech.client === 'opencode') {
    // There, `${NAME}` is text.
    return text
      .replaceAll('${', () => '$${')
      .replace(/\{(env|file):([^{}]*)\}/g, (_, kind: string, name: string) => {
        if (kind === 'file') throw new Untranslatable('it takes the content of a file ("{file:…}")');
        return variable(name.trim());
      });
  }
  let plain = text;
  if (speech.client === 'mcporter')
    plain = plain.replace(/\$env:([A-Za-z_]\w*)/g, (_, name: string) => variable(name));
  if (BARE.includes(speech.client))
    plain = plain.replace(/(?<![$\w])\$([A-Z_][A-Z0-9_]*)/g, (_, name: string) => variable(name));
  return plain.replace(/(?<!\$)\$\{([^{}]*)\}/g, (_, inside: string) =>
    reference(inside.trim(), speech, ask),
  );
}

function reference(
  inside: string,
  { home, folder }: Speech,
  ask: (id: string, variable: string) => void,
): string {
  const [, name, fallback = ''] = NAME.exec(inside) ?? [];
  switch (inside) {
    case 'userHome':
      return home;
    case 'pathSeparator':
    case '/':
      return sep;
    case 'workspaceFolder':
    case 'workspaceRoot':
    case 'CLAUDE_PROJECT_DIR':
    case 'cwd':
    case 'workspaceFolderBasename':
      if (folder === undefined)
        throw new Untranslatable(`it depends on the folder that is open ("\${${inside}}")`);
      return inside === 'workspaceFolderBasename' ? basename(folder) : folder;
  }
  if (name !== undefined) return `\${${name}${fallback}}`;
  const [, id] = /^input:(.+)$/.exec(inside) ?? [];
  if (id === undefined) {
    const kind = /^(\w+):/.exec(inside)?.[1];
    throw new Untranslatable(
      kind === undefined
        ? 'it has a reference of an unknown kind'
        : `it has a reference of a kind that is not ours ("\${${kind}:…}")`,
    );
  }
  const stands = id
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^(?=\d)/, '_')
    .toUpperCase();
  ask(id, stands);
  return `\${${stands}}`;
}

function variable(name: string): string {
  if (/^[A-Za-z_]\w*$/.test(name)) return `\${${name}}`;
  throw new Untranslatable('it has a reference of an unknown kind');
}
