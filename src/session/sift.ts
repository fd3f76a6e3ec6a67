// One tool that is none must not cost the others: the SDK would refuse the whole list. Loaded only after the SDK.

import { type Client, type JSONRPCMessage, specTypeSchemas } from '@modelcontextprotocol/client';
import { isObject } from '../json-object.ts';
import { isShallow } from './depth.ts';
import { headerFault } from './header-fault.ts';
import { asSchema } from './input-schema.ts';
import { isUsual } from './usual-tool.ts';

/** Tools of one list that are named when they are left out; a list may be wrong from end to end. */
const NAMED = 10;

/**
 * Takes out of every list of tools what is no tool; `warn` is told which, and why. Called once, after the client has
 * connected. `overHttp`: the transport has headers that a tool may ask for.
 */
export function siftTools(
  client: Client,
  server: string,
  overHttp: boolean,
  warn: (text: string) => void,
): void {
  const { transport } = client;
  if (!transport) return;
  const lists = new Set<number>();
  let left = 0;
  const isModern = client.getProtocolEra() === 'modern';
  const faultOf = (tool: unknown) => toolFault(tool, isModern, overHttp);
  const tell = (tool: unknown, fault: string) => {
    left += 1;
    if (left <= NAMED) warn(`${title(tool)} of ${server} is left out: ${fault}`);
    else if (left === NAMED + 1) warn(`further tools of ${server} are left out`);
  };
  const { onmessage } = transport;
  const send = transport.send.bind(transport);
  transport.send = (message, options) => {
    if ('method' in message && 'id' in message && message.method === 'tools/list') {
      lists.add(Number(message.id));
      if (message.params?.cursor === undefined) left = 0;
    }
    return send(message, options);
  };
  transport.onmessage = (message, extra) => {
    // As the SDK compares them.
    const isList = 'result' in message && lists.delete(Number(message.id));
    onmessage?.(isList ? sifted(message, faultOf, tell) : message, extra);
  };
}

function sifted(
  message: JSONRPCMessage & { result: unknown },
  faultOf: (tool: unknown) => string | undefined,
  tell: (tool: unknown, fault: string) => void,
): JSONRPCMessage {
  const result = message.result as { tools?: unknown };
  if (!Array.isArray(result?.tools)) return message;
  const tools = result.tools.filter((tool) => {
    const fault = faultOf(tool);
    if (fault !== undefined) tell(tool, fault);
    return fault === undefined;
  });
  return { ...message, result: { ...result, tools } } as JSONRPCMessage;
}

function toolFault(tool: unknown, isModern: boolean, overHttp: boolean): string | undefined {
  // A list with such a tool is refused as a whole, elsewhere: what looks at it here would fall over it.
  if (!isShallow(tool)) return undefined;
  const [issue] = isUsual(tool) ? [] : (specTypeSchemas.Tool['~standard'].validate(tool).issues ?? []);
  if (issue) return shapeFault(tool, issue.path ?? []);
  const { inputSchema, outputSchema } = tool as { inputSchema: unknown; outputSchema?: unknown };
  if (isModern) return overHttp ? headerFault(inputSchema) : undefined;
  // Until 2025-11-25 results are objects, and nothing else.
  if (outputSchema === undefined) return undefined;
  const { type, properties = {}, required = [] } = asSchema(outputSchema);
  const isSound =
    type === 'object' &&
    isObject(properties) &&
    Array.isArray(required) &&
    required.every((each) => typeof each === 'string');
  return isSound ? undefined : 'its outputSchema is no schema of an object';
}

type Path = readonly (PropertyKey | { key: PropertyKey })[];

/** Of the schema's findings only the place is taken: their words are for programmers. */
function shapeFault(tool: unknown, path: Path): string {
  const keys = path.slice(0, 4).map((part) => (typeof part === 'object' ? part.key : part));
  if (keys.length === 0) return 'it is no object';
  let value = tool;
  for (const key of keys) value = asSchema(value)[String(key)];
  const place = keys.join('.');
  return value === undefined ? `it has no ${place}` : `its ${place} is not what MCP has there`;
}

function title(tool: unknown): string {
  const { name } = asSchema(tool);
  return typeof name === 'string' ? `the tool ${name}` : 'a tool';
}
