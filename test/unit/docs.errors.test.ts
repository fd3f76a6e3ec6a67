// docs/errors.md lists every failure with its exit code, and nothing else; and every failure has a hint.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

const EXITS: Record<string, number> = {
  DemoError: 1,
  UsageError: 2,
  ConfigError: 3,
  AuthError: 4,
  RedirectRefused: 4,
  NetworkError: 5,
  StoreError: 6,
  ProtocolError: 7,
  ToolError: 8,
};

/** commander's own; what else it can say needs features that are not used here. */
const COMMANDER = [
  'unknown_option',
  'invalid_argument',
  'option_missing_argument',
  'missing_argument',
  'excess_arguments',
];

/** Codes that do not stand beside their class. */
const ELSEWHERE: { file: string; exit: number; within: RegExp; code: RegExp }[] = [
  { file: 'errors.ts', exit: 130, within: /super\('\w+', message\)/g, code: /'(\w+)'/g },
  { file: 'ui/report.ts', exit: 1, within: /code: '\w+'/g, code: /'(\w+)'/g },
  { file: 'config/place.ts', exit: 3, within: /code = '\w+'/g, code: /'(\w+)'/g },
  { file: 'config/expand.ts', exit: 3, within: /invalid\([\s\S]*?\);/g, code: /'([a-z]+_[a-z]+)',?\s*\)/g },
  { file: 'auth/authorize.ts', exit: 4, within: /const HINTS[\s\S]*?\n\};/g, code: /^ {2}(\w+):/gm },
  { file: 'auth/authorize.ts', exit: 4, within: /\? error : '\w+'/g, code: /'(\w+)'/g },
  { file: 'auth/refusal.ts', exit: 4, within: /const CODES[\s\S]*?\]\)/g, code: /'(\w+)'/g },
  { file: 'auth/refusal.ts', exit: 4, within: /\? error : '\w+'/g, code: /'(\w+)'/g },
  { file: 'auth/fixed.ts', exit: 4, within: /refused\('\w+'/g, code: /'(\w+)'/g },
];

const sources = readdirSync(join(root, 'src'), { recursive: true })
  .map(String)
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ({ name: name.replaceAll('\\', '/'), text: readFileSync(join(root, 'src', name), 'utf8') }));

function codesOfSources(): string[] {
  const found = COMMANDER.map((code) => `2 ${code}`);
  for (const { text } of sources) {
    for (const [, kind = '', code] of text.matchAll(/new (\w+)\(\s*'([a-z_]+)'/g)) {
      if (EXITS[kind] !== undefined) found.push(`${EXITS[kind]} ${code}`);
    }
  }
  for (const { file, exit, within, code } of ELSEWHERE) {
    const text = sources.find(({ name }) => name === file)?.text ?? '';
    const codes = [...text.matchAll(within)].flatMap(([part]) => [...part.matchAll(code)]);
    expect(codes, `${file} has no ${within}`).not.toHaveLength(0);
    found.push(...codes.map(([, each]) => `${exit} ${each}`));
  }
  return found;
}

function codesOfPage(): string[] {
  const page = readFileSync(join(root, 'docs/errors.md'), 'utf8');
  return page
    .split(/^## Exit /m)
    .slice(1)
    .flatMap((section) =>
      [...section.matchAll(/^\| `(\w+)`/gm)].map(([, code]) => `${Number.parseInt(section, 10)} ${code}`),
    );
}

it('the page and the sources know the same codes, with the same exits', () => {
  const page = codesOfPage();
  expect(page.length).toBe(new Set(page).size);
  expect([...page].sort()).toEqual([...new Set(codesOfSources())].sort());
});

it('every failure says what to do, but a tool’s, whose answer says it', () => {
  const silent = sources.flatMap(({ name, text }) =>
    [...text.matchAll(/new (\w+)\(/g)]
      .filter(([, kind = '']) => EXITS[kind] !== undefined && kind !== 'ToolError')
      .map(({ index }) => call(text, index))
      .filter((said) => !/\bhint\b/.test(said))
      .map((said) => `${name}: ${said}`),
  );
  expect(silent).toEqual([]);
});

/** From `index` to the parenthesis that closes the first one. */
function call(text: string, index: number): string {
  let open = 0;
  for (let at = text.indexOf('(', index); at < text.length; at++) {
    if (text[at] === '(') open++;
    if (text[at] === ')') open--;
    if (open === 0) return text.slice(index, at + 1);
  }
  return text.slice(index);
}
