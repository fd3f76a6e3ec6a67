// An MCP server whose answers mean harm: to the terminal, the memory or the patience of whoever reads them.
import { type Asked, type Doing, edited } from '../fault.ts';
import type { Rules } from './rules.ts';

type Body = Record<string, unknown>;
type Tool = Record<string, unknown>;

const ESCAPES = '\u001b[2J\u001b]0;owned\u0007';
const methodOf = ({ json: body }: Asked) => (body as { method?: string } | undefined)?.method;
const idOf = ({ json: body }: Asked) => (body as { id?: unknown } | undefined)?.id;
const isList = (asked: Asked) => asked.path === '/mcp' && methodOf(asked) === 'tools/list';
const isCall = (asked: Asked) => asked.path === '/mcp' && methodOf(asked) === 'tools/call';

/** What a list of tools is turned into. */
function onList(edit: (body: Body, asked: Asked) => Body): NonNullable<Doing<Rules>['after']> {
  return (asked, answer) =>
    isList(asked) && answer.ok ? edited(answer, (body) => edit(body, asked)) : answer;
}

function onTools(edit: (tools: Tool[]) => unknown[]): NonNullable<Doing<Rules>['after']> {
  return onList((body) => {
    const result = body.result as { tools: Tool[] };
    return { ...body, result: { ...result, tools: edit(result.tools) } };
  });
}

function stream(type: string, begin: string, more: string | undefined): Response {
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(Buffer.from(begin)),
    pull(controller) {
      if (more === undefined) controller.error(new Error('cut'));
      else controller.enqueue(Buffer.from(more));
    },
  });
  return new Response(body, { headers: { 'content-type': type } });
}

const MUCH = 'x'.repeat(64 * 1024);

export const BAD_ANSWERS: readonly Doing<Rules>[] = [
  {
    name: 'escape-sequences',
    kind: 'attack',
    does: 'Names, descriptions and results are written for terminals: they clear the screen.',
    wants: 'Shows them without.',
    after: async (asked, answer) => {
      const bend = onTools((tools) =>
        tools.map((tool) => ({ ...tool, title: `${ESCAPES}x`, description: `${ESCAPES}y` })),
      );
      if (!isCall(asked)) return bend(asked, answer);
      return edited(answer, (body) => {
        const result = body.result as Body;
        return { ...body, result: { ...result, content: [{ type: 'text', text: `${ESCAPES}done` }] } };
      });
    },
  },
  {
    name: 'pattern-bomb',
    kind: 'attack',
    does: 'The schema of a tool has a pattern that takes for ever to match.',
    wants: 'Does not hang.',
    after: onTools((tools) =>
      tools.map((tool) => ({
        ...tool,
        inputSchema: { type: 'object', properties: { query: { type: 'string', pattern: '^(a+)+$' } } },
      })),
    ),
  },
  {
    name: 'endless-answer',
    kind: 'attack',
    does: 'A list of tools never ends.',
    wants: 'Stops reading: exit 7.',
    before: (asked) =>
      isList(asked)
        ? stream('application/json', `{"jsonrpc":"2.0","id":${JSON.stringify(idOf(asked))},"result":"`, MUCH)
        : undefined,
  },
  {
    name: 'endless-event',
    kind: 'attack',
    does: 'One event of a stream never ends.',
    wants: 'Stops reading: exit 7.',
    before: (asked) =>
      isList(asked) ? stream('text/event-stream', 'event: message\ndata: "', MUCH) : undefined,
  },
  {
    name: 'deep-answer',
    kind: 'attack',
    does: 'A tool is a hundred thousand arrays in each other.',
    wants: 'Refuses it, and does not fall over.',
    before: (asked) => {
      if (!isList(asked)) return undefined;
      const depth = 100_000;
      const deep = `${'['.repeat(depth)}${']'.repeat(depth)}`;
      const body = `{"jsonrpc":"2.0","id":${JSON.stringify(idOf(asked))},"result":{"resultType":"complete","ttlMs":0,"cacheScope":"private","tools":[{"name":"deep","inputSchema":{"type":"object","properties":{"x":{"default":${deep}}}}}]}}`;
      return new Response(body, { headers: { 'content-type': 'application/json' } });
    },
  },
  {
    name: 'cut-stream',
    kind: 'attack',
    does: 'A stream is cut before its answer.',
    wants: 'Says so at once, and does not wait for the limit.',
    before: (asked) =>
      isList(asked) ? stream('text/event-stream', ': here it comes\n\n', undefined) : undefined,
  },
  {
    name: 'broken-json',
    kind: 'attack',
    does: 'A list of tools breaks off in the middle.',
    wants: 'Says so: exit 7.',
    before: (asked) =>
      isList(asked)
        ? new Response('{"jsonrpc":"2.0","id":', { headers: { 'content-type': 'application/json' } })
        : undefined,
  },
  {
    name: 'wrong-id',
    kind: 'attack',
    does: 'The answer is to a request that nobody sent.',
    wants: 'Does not take it for the answer.',
    after: onList((body) => ({ ...body, id: 'another' })),
  },
  {
    name: 'endless-pages',
    kind: 'attack',
    does: 'There is always another page.',
    wants: 'Stops turning them: exit 7.',
    after: onList((body) => ({
      ...body,
      result: { ...(body.result as Body), nextCursor: `page-${Math.random()}` },
    })),
  },
  {
    name: 'repeats-tools',
    kind: 'attack',
    does: 'Every tool is there twice, the second time with another schema.',
    wants: 'Shows both, and calls neither unasked.',
    after: onTools((tools) => [
      ...tools,
      ...tools.map((tool) => ({ ...tool, inputSchema: { type: 'object', properties: {} } })),
    ]),
  },
  {
    name: 'invalid-tools',
    kind: 'attack',
    does: 'Some tools have no name, or a schema that is none.',
    wants: 'Leaves those out, with a warning, and keeps the others.',
    after: onTools((tools) => [...tools, { description: 'no name' }, { name: 'odd', inputSchema: 'none' }]),
  },
];
