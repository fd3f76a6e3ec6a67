// The tools as a model is told of them: cut to what providers take, and free of anything that leads elsewhere.
import { isDeepStrictEqual } from 'node:util';
import type { Tool } from '@modelcontextprotocol/client';
import { isObject } from '../json-object.ts';
import { sanitizeLines } from '../ui/sanitize.ts';
import { wireNames } from './names.ts';
import type { WireTool } from './wire.ts';

/** What one server offers, and what an approval for it is bound to. */
export type Shelf = { server: string; address: string; tools: Tool[] };

/** A tool that a model may ask for, by its name on the wire. */
export type Offered = { server: string; address: string; tool: Tool; wire: WireTool };

export type Filter = { include: string[]; exclude: string[] };

/** As many as OpenAI takes in one request. */
const MOST_TOOLS = 128;
/** Characters. */
const LONGEST_DESCRIPTION = 1024;
const LONGEST_SCHEMA = 32_000;
const LONGEST_TEXT = 500;
const DEPTH = 24;
/** Members of one schema. */
const MEMBERS = 3000;

/** `tool` or `server/tool`. Pure. */
function matches(name: string, server: string, tool: string): boolean {
  return name === tool || name === `${server}/${tool}`;
}

/** The names of a filter that no tool has: a slip of the finger there would offer too much, or nothing. Pure. */
export function unknownNames({ include, exclude }: Filter, shelves: readonly Shelf[]): string[] {
  return [...include, ...exclude].filter(
    (name) => !shelves.some(({ server, tools }) => tools.some((tool) => matches(name, server, tool.name))),
  );
}

/**
 * What of it is offered, at most 128 tools, no server at the cost of another; `left` are those that had no room. Pure.
 */
export function offer(shelves: readonly Shelf[], filter: Filter): { tools: Offered[]; left: number } {
  const wanted = shelves.map(({ server, address, tools }) =>
    distinct(tools).flatMap((tool) => {
      const named = (names: string[]) => names.some((name) => matches(name, server, tool.name));
      if (named(filter.exclude) || (filter.include.length > 0 && !named(filter.include))) return [];
      return [{ server, address, tool }];
    }),
  );
  const all = wanted.reduce((count, each) => count + each.length, 0);
  const shares = fairShares(
    wanted.map((each) => each.length),
    MOST_TOOLS,
  );
  const chosen = wanted.flatMap((each, index) => each.slice(0, shares[index]));
  const names = wireNames(chosen.map(({ server, tool }) => ({ server, tool: tool.name })));
  const tools = chosen.map((each, index) => ({
    ...each,
    wire: {
      name: names[index] ?? '',
      description: description(each.tool),
      parameters: parametersOf(each.tool.inputSchema),
    },
  }));
  return { tools, left: all - chosen.length };
}

/** Which of two different tools with one name a server would run is not to be known: neither is offered. */
function distinct(tools: Tool[]): Tool[] {
  const byName = new Map<string, Tool | undefined>();
  for (const tool of tools) {
    const same = !byName.has(tool.name) || isDeepStrictEqual(byName.get(tool.name), tool);
    byName.set(tool.name, same ? tool : undefined);
  }
  return [...byName.values()].flatMap((tool) => tool ?? []);
}

/** How many of each, one more for each in turn until there is no room left. */
function fairShares(counts: number[], room: number): number[] {
  const shares = counts.map(() => 0);
  for (let left = room; left > 0; ) {
    const open = counts.flatMap((count, index) => ((shares[index] ?? 0) < count ? index : []));
    if (open.length === 0) break;
    for (const index of open.slice(0, left)) {
      shares[index] = (shares[index] ?? 0) + 1;
      left--;
    }
  }
  return shares;
}

function description(tool: Tool): string {
  const text = tool.description ?? tool.title ?? tool.annotations?.title ?? '';
  return cut(sanitizeLines(text.slice(0, 4 * LONGEST_DESCRIPTION)), LONGEST_DESCRIPTION);
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/**
 * A schema of an object that every provider takes. What refers to somewhere else, what is too deep, and what may not
 * stand at the top becomes "anything": the tool's own schema judges the arguments before they are sent. Pure.
 */
export function parametersOf(schema: unknown): Record<string, unknown> {
  const budget = { left: MEMBERS };
  const copied = copy(schema, budget, 0);
  const root = isObject(copied) ? copied : {};
  for (const key of ['anyOf', 'oneOf', 'allOf', 'not', 'enum', 'const', '$ref']) delete root[key];
  const whole = { ...root, type: 'object', properties: isObject(root.properties) ? root.properties : {} };
  const fits = budget.left > 0 && JSON.stringify(whole).length <= LONGEST_SCHEMA;
  return fits ? whole : { type: 'object', properties: {} };
}

const TEXTS = ['description', 'title', '$comment'];
const NAMED = ['$schema', '$id', 'id', '$anchor', '$dynamicAnchor', '$vocabulary', 'examples', '$comment'];
/** Members whose own members have names that the server chose. */
const OPEN = ['properties', '$defs', 'definitions', 'patternProperties', 'dependentSchemas'];

function copy(value: unknown, budget: { left: number }, depth: number, open = false): unknown {
  if (depth > DEPTH || budget.left-- <= 0) return {};
  if (typeof value === 'string') return sanitizeLines(value.slice(0, 4 * LONGEST_TEXT));
  if (Array.isArray(value)) return value.map((each) => copy(each, budget, depth + 1));
  if (!isObject(value)) return value;
  const { $ref, $dynamicRef } = value;
  const foreign = (ref: unknown) => ref !== undefined && (typeof ref !== 'string' || !ref.startsWith('#'));
  if (!open && (foreign($ref) || foreign($dynamicRef))) return {};
  const made: Record<string, unknown> = Object.create(null);
  for (const [key, each] of Object.entries(value)) {
    if (budget.left <= 0) break;
    if (!open && NAMED.includes(key)) continue;
    const text = !open && TEXTS.includes(key) && typeof each === 'string';
    made[key] = text
      ? cut(sanitizeLines(each.slice(0, 4 * LONGEST_TEXT)), LONGEST_TEXT)
      : copy(each, budget, depth + 1, !open && OPEN.includes(key));
  }
  return made;
}
