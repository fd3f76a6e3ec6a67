// JSON that another program wrote, and that anybody may have written since. Read strictly, changed in place: what is
// not removed keeps its bytes.
import { applyEdits, type JSONPath, modify, type Node, parseTree } from 'jsonc-parser';

import { isObject } from '../json-object.ts';

type Members = Record<string, unknown>;

const STRICT = { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false };

/**
 * The value of a text; undefined if it is no JSON, is nested too deep to be walked, or says a member twice: two readers
 * would read two things there, and what one of them used the other one would not remove.
 */
export function strictJson(text: string): { value: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const tree = parseTree(text, [], STRICT);
    return tree && !saysTwice(tree) ? { value } : undefined;
  } catch {
    return undefined;
  }
}

/** The text without the value at `path`. */
export function without(text: string, path: JSONPath): string {
  return applyEdits(text, modify(text, path, undefined, {}));
}

/** The members of an object; null is as absent as undefined, because serializers write both. */
export function members(value: unknown): Members | undefined {
  if (!isObject(value)) return undefined;
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== null && each !== undefined));
}

/** What an entry calls its server, before the entry is judged. */
export function nameIn(value: unknown, member: string, otherwise: string): string {
  const name = members(value)?.[member];
  return typeof name === 'string' ? name.slice(0, 1024) : otherwise;
}

function saysTwice(root: Node): boolean {
  const open = [root];
  for (let node = open.pop(); node; node = open.pop()) {
    const children = node.children ?? [];
    if (node.type === 'object') {
      const names = children.map((property) => property.children?.[0]?.value);
      if (new Set(names).size !== names.length) return true;
    }
    for (const child of children) open.push(child);
  }
  return false;
}
