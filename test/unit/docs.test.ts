// The documentation says what is: its commands parse, its links lead somewhere, its configurations are accepted.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sections } from '../../src/config/dialects.ts';
import { parse } from '../../src/config/read.ts';
import { splitWords } from '../../src/shell/line.ts';
import { helpOf, leaves, parsed } from '../support/leaves.ts';
import { entryOf, storageOf } from './config-entry.ts';

const root = join(import.meta.dirname, '../..');
const pages = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
  'test/support/README.md',
].map((name) => ({ name, text: readFileSync(join(root, name), 'utf8') }));

/** Everything that stands in a page as code: fenced lines, and `…` within a line. */
function codeOf(text: string): string[] {
  const fenced = [...text.matchAll(/^```(?:sh|text)\n([\s\S]*?)^```/gm)];
  const prose = text.replace(/^```[\s\S]*?^```/gm, '');
  const inline = [...prose.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code.replace(/\s+/g, ' '));
  return [...fenced.flatMap(([, block = '']) => block.split('\n')), ...inline];
}

/**
 * What is typed behind `mcp-cli` in a line of a shell, up to a pipe, a bracket that was open before, or a remark. Only
 * where a command can begin: messages speak of "another mcp-cli".
 */
function commandsIn(line: string): string[][] {
  return line
    .trim()
    .split(/(?:^|(?<=[(:|&;$] ?|\w=\S* ))mcp-cli (?=[\w-])/)
    .slice(1)
    .map((text) => {
      const typed = text.replace(/(?:\)"?(?: |$)| [|;&>#]| {3}).*$/, '').trimEnd();
      return splitWords(typed);
    });
}

async function wrong(lines: string[]): Promise<string[]> {
  const told: string[] = [];
  for (const argv of lines.flatMap(commandsIn)) {
    const { exit, stderr } = await parsed(argv);
    if (exit !== 0) told.push(`mcp-cli ${argv.join(' ')}: ${stderr}`);
  }
  return told;
}

test('the commands of the documentation are found', () => {
  const found = pages.flatMap(({ text }) => codeOf(text).flatMap(commandsIn));
  expect(found.length).toBeGreaterThan(40);
  expect(found).toContainEqual(['auth', 'token', 'notion']);
  expect(commandsIn('A=b mcp-cli ping x | head; mcp-cli ping y   what it does')).toEqual([
    ['ping', 'x'],
    ['ping', 'y'],
  ]);
});

describe.each(pages)('$name', ({ name, text }) => {
  test('shows commands that there are', async () => {
    expect(await wrong(codeOf(text))).toEqual([]);
  });

  test('links to files and headings that there are', () => {
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
    const broken = links.filter((link) => {
      if (/^[a-z]+:/.test(link)) return false;
      const [path = '', anchor] = link.split('#');
      const file = path === '' ? join(root, name) : resolve(root, dirname(name), path);
      if (!existsSync(file)) return true;
      return anchor !== undefined && !headings(readFileSync(file, 'utf8')).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  test('shows configurations that are accepted without a warning', () => {
    for (const [, block = ''] of text.matchAll(/^```jsonc?\n([\s\S]*?)^```/gm)) {
      const document = parse(name, block);
      if (!/^\s*"(?:mcpServers|servers|tokenStorage|token_storage)"/m.test(block)) continue;
      const warnings: string[] = [];
      const env = Object.fromEntries([...block.matchAll(/\$\{(\w+)/g)].map(([, key = '']) => [key, 'x']));
      const { servers, storage } = sections(document, (warning) => void warnings.push(warning));
      for (const server of servers.keys()) entryOf(block, { env, warnings, name: server });
      if (storage) storageOf(document.root, { env, warnings });
      expect(warnings).toEqual([]);
    }
  });
});

/** As GitHub names them in a link. */
function headings(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

test('every command has examples, and they are of that command and parse', async () => {
  const all = await leaves();
  expect(all.length).toBeGreaterThan(10);
  for (const path of all) {
    const help = await helpOf(path);
    const examples = /\nExamples:\n([\s\S]*?)\n\n/.exec(help)?.[1]?.split('\n') ?? [];
    const [first = ''] = examples;
    expect(first, relative(root, path.join(' '))).toContain(path.join(' '));
    expect(await wrong(examples)).toEqual([]);
  }
});
