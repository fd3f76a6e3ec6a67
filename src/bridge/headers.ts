// Arguments that a tool wants repeated in headers (`x-mcp-header`, MCP 2026-07-28, Streamable HTTP): a client on stdio
// sends none, so the bridge has to.

import { isObject } from '../json-object.ts';
import type { Answer, Params } from './message.ts';

const MARK = 'x-mcp-header';
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}$/;
/** Levels, and headers, of one tool: no real one comes near. */
const DEEPEST = 20;
const MOST = 50;
/** HeaderMismatch: the server has not dealt with the request. */
export const HEADER_MISMATCH = -32020;

type Wish = { header: string; path: string[] };

export type ToolHeaders = {
  /** Looks at an answer to `tools/list`. */
  learn(answer: Answer): void;
  /** For a `tools/call` with these params; undefined where none is wanted, as far as is known. */
  of(params: Params | undefined): Record<string, string> | undefined;
};

export function toolHeaders(): ToolHeaders {
  const wishes = new Map<string, Wish[]>();
  return {
    learn(answer) {
      if (!('result' in answer) || !Array.isArray(answer.result.tools)) return;
      for (const tool of answer.result.tools) {
        if (!isObject(tool) || typeof tool.name !== 'string') continue;
        const found = wishesIn(tool.inputSchema);
        if (found.length > 0) wishes.set(tool.name, found);
        else wishes.delete(tool.name);
      }
    },
    of(params) {
      const wanted = wishes.get(String(params?.name));
      if (!wanted) return undefined;
      const pairs = wanted.flatMap(({ header, path }): [string, string][] => {
        const value = textOf(path.reduce<unknown>(at, params?.arguments));
        return value === undefined ? [] : [[`Mcp-Param-${header}`, encoded(value)]];
      });
      return Object.fromEntries(pairs);
    },
  };
}

function wishesIn(schema: unknown, path: string[] = []): Wish[] {
  if (!isObject(schema) || !isObject(schema.properties) || path.length > DEEPEST) return [];
  return Object.entries(schema.properties)
    .flatMap(([name, each]) => {
      const own = isObject(each) ? each[MARK] : undefined;
      const here = [...path, name];
      const wish = typeof own === 'string' && NAME.test(own) ? [{ header: own, path: here }] : [];
      return [...wish, ...wishesIn(each, here)];
    })
    .slice(0, MOST);
}

function at(holder: unknown, name: string): unknown {
  return isObject(holder) && Object.hasOwn(holder, name) ? holder[name] : undefined;
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string' || typeof value === 'boolean') return String(value);
  const isPlain = typeof value === 'number' && (Number.isSafeInteger(value) || !Number.isInteger(value));
  return isPlain && Number.isFinite(value) ? String(value) : undefined;
}

/** As it is where a header can have it, otherwise as the revision writes it. */
function encoded(value: string): string {
  const isPlain = /^[\t\x20-\x7e]+$/.test(value) && value === value.trim();
  if (isPlain && !/^=\?base64\?.*\?=$/.test(value)) return value;
  return `=?base64?${Buffer.from(value).toString('base64')}?=`;
}
