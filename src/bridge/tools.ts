// Which tools a client gets to see and may call. Pure.

import { isObject } from '../json-object.ts';
import { type Answer, type Fault, INVALID_PARAMS, type Params } from './message.ts';

export type ToolRules = {
  /** Names, with `*` for any characters. Undefined: every tool. */
  allow: readonly string[] | undefined;
  deny: readonly string[];
};

/** `--deny-tools` beats `--allow-tools`. Names are compared as they are written. */
export function mayUse({ allow, deny }: ToolRules, tool: string): boolean {
  if (deny.some((pattern) => matches(pattern, tool))) return false;
  return allow === undefined || allow.some((pattern) => matches(pattern, tool));
}

/** What a `tools/call` gets instead of being sent; undefined if it may be sent. */
export function refusalOf(rules: ToolRules, params: Params | undefined): Fault | undefined {
  const name = params?.name;
  if (typeof name === 'string' && mayUse(rules, name)) return undefined;
  if (typeof name !== 'string' && rules.allow === undefined && rules.deny.length === 0) return undefined;
  return {
    code: INVALID_PARAMS,
    message: `the tool ${JSON.stringify(name)} is not allowed here: mcp-cli proxy was started with --allow-tools or --deny-tools`,
  };
}

/** An answer to `tools/list` without the tools that may not be used; everything else in it stays. */
export function withoutRefused(rules: ToolRules, answer: Answer): Answer {
  if (!('result' in answer) || !Array.isArray(answer.result.tools)) return answer;
  if (rules.allow === undefined && rules.deny.length === 0) return answer;
  const tools = answer.result.tools.filter(
    (tool) => isObject(tool) && typeof tool.name === 'string' && mayUse(rules, tool.name),
  );
  return { ...answer, result: { ...answer.result, tools } };
}

/** By parts and not by a regular expression: one with many stars takes for ever over a name made for it. */
function matches(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return name === first;
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length)
    return false;
  let from = first.length;
  for (const part of rest) {
    const at = name.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return from <= name.length - last.length;
}
