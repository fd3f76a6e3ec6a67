// JSON that a tool answered with, for a person: a list of flat objects is a table, everything else is indented.

import { isObject } from '../json-object.ts';
import { json } from './json.ts';
import { sanitize } from './sanitize.ts';
import { type TableView, table } from './table.ts';

/** Columns; characters of a cell; and of a text that is looked at. */
const MOST_COLUMNS = 12;
const LONGEST_CELL = 500;
const LONGEST = 20_000_000;

/** Levels, and digits of a number: beyond them nothing is indented, and JSON.parse gives another number. */
const DEEPEST = 60;
const MOST_DIGITS = 15;

/** What a text says as JSON; undefined: it is none, or would not be the same read and written. */
export function parsedData(text: string): object | undefined {
  if (text.length > LONGEST || !/^\s*[[{]/.test(text) || !isExact(text)) return undefined;
  try {
    return JSON.parse(text) as object;
  } catch {
    return undefined;
  }
}

/** By characters: an expression over a string of megabytes has no room for it. */
function isExact(text: string): boolean {
  let depth = 0;
  let digits = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '"') at = endOfString(text, at);
    else if (character === '[' || character === '{') depth += 1;
    else if (character === ']' || character === '}') depth -= 1;
    const isDigit = character >= '0' && character <= '9';
    // An exponent: few people write one, and nobody would see it again.
    if (digits > 0 && (character === 'e' || character === 'E')) return false;
    digits = isDigit ? digits + 1 : character === '.' ? digits : 0;
    if (digits > MOST_DIGITS || depth > DEEPEST) return false;
  }
  return true;
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '"') return at;
    if (character === '\\') at += 1;
  }
  return text.length;
}

/** Lines for a terminal, made safe. `cut` says whether a cell shows less than there is. */
export function dataText(value: unknown, view: TableView): { text: string; cut: boolean } {
  const [name, rows] = Array.isArray(value) ? [undefined, value] : onlyList(value);
  const header = rows && headerOf(rows);
  if (!header) return { text: json(value, true), cut: false };
  const cells = rows.map((row) => header.map((key) => cell((row as Record<string, unknown>)[key])));
  const titles = header.map((key) => sanitize(key.slice(0, LONGEST_CELL)));
  const shown = table(titles, cells, view);
  const heading = name === undefined ? '' : `${json(name).trim().slice(1, -1)}:\n`;
  const before = cells.flat().filter((each) => each.includes('…')).length;
  return { text: `${heading}${shown}`, cut: count(shown) > before };
}

function count(text: string): number {
  return text.split('…').length - 1;
}

/** Structured content has to be an object, so many a list stands alone in one. */
function onlyList(value: unknown): [string, unknown[]] | [undefined, undefined] {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const [first] = entries;
  return entries.length === 1 && first && Array.isArray(first[1])
    ? [first[0], first[1]]
    : [undefined, undefined];
}

/** The names of all columns, in order of appearance; undefined where it is no list of flat objects. */
function headerOf(rows: unknown[]): string[] | undefined {
  const names = new Set<string>();
  for (const row of rows) {
    if (!isObject(row)) return undefined;
    for (const [name, value] of Object.entries(row)) {
      if (typeof value === 'object' && value !== null) return undefined;
      names.add(name);
      if (names.size > MOST_COLUMNS) return undefined;
    }
  }
  return names.size > 0 ? [...names] : undefined;
}

function cell(value: unknown): string {
  const text = value === undefined ? '' : String(value);
  return text.length > LONGEST_CELL ? `${text.slice(0, LONGEST_CELL)}…` : text;
}
