// The published schemas, and whether what a command printed is what its schema says.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';

const folder = join(import.meta.dirname, '../../schemas');

export type Schema = { $id: string; title: string; [key: string]: unknown };

/** By the names of their files, without `.json`. */
export const schemas = new Map<string, Schema>(
  readdirSync(folder).map((file) => [
    file.replace(/\.json$/, ''),
    JSON.parse(readFileSync(join(folder, file), 'utf8')) as Schema,
  ]),
);

/** What it finds a schema to be is not looked at here, but in the unit test. */
const ajv = new Ajv2020({ allErrors: true, strict: false, validateSchema: false });
for (const schema of schemas.values()) ajv.addSchema(schema);

/** Of a choice, each branch has faults of its own. */
const TOLD = 10;

/** What is wrong with a document, by `NAME` or `NAME#/$defs/PART`. Empty: nothing. */
export function violations(reference: string, document: unknown): string[] {
  const [name = '', part = ''] = reference.split('#');
  const id = `mcp-cli:/schemas/${name}.json${part === '' ? '' : `#${part}`}`;
  const judge = ajv.getSchema(id);
  if (judge === undefined) throw new Error(`there is no schema ${id}`);
  judge(document);
  return (judge.errors ?? [])
    .slice(0, TOLD)
    .map(
      ({ instancePath, message, params }) => `${instancePath || '/'} ${message} ${JSON.stringify(params)}`,
    );
}

/** The name of the schema for a command line; undefined: it prints no JSON. */
export function schemaFor(argv: readonly string[]): string | undefined {
  const names = argv.flatMap((word, index) => [`${word}-${argv[index + 1]}`, word]);
  return names.find((name) => schemas.has(name));
}

/** A reference to what one line of `--format ndjson` is. */
export function lineOf(name: string): string {
  const { $defs = {} } = schemas.get(name) as { $defs?: object };
  return 'line' in $defs ? `${name}#/$defs/line` : name;
}

/** Print a line for each thing that happens, in either format. */
const LIVE = ['sandbox', 'resources-watch'];

/** What is wrong with what a command printed. What is no JSON was not asked for, or is for a person. */
export function outputFaults(argv: readonly string[], stdout: string, stderr: string): string[] {
  const own = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  const format = formatOf(own);
  if (format === undefined || own.some((word) => /^(-h|--help)$/.test(word))) return [];
  const name = schemaFor(own);
  const lines = stdout.split('\n').filter(Boolean);
  const documents = format === 'ndjson' || LIVE.includes(name ?? '') ? lines : [stdout].filter(Boolean);
  const reference = name !== undefined && format === 'ndjson' ? lineOf(name) : name;
  const results =
    reference === undefined ? [] : documents.flatMap((text) => violations(reference, JSON.parse(text)));
  const failures = stderr
    .split('\n')
    .filter((line) => line.startsWith('{"error":'))
    .flatMap((line) => violations('error', JSON.parse(line)));
  return [...results, ...failures];
}

function formatOf(argv: readonly string[]): 'json' | 'ndjson' | undefined {
  if (argv.includes('--json')) return 'json';
  const given = argv.find((_, index) => argv[index - 1] === '--format') ?? '';
  return given === 'json' || given === 'ndjson' ? given : undefined;
}
