// Faults are kept apart from the server that behaves: each is a name, what it does, and its doing, in one place.
import type { Ask } from './ask.ts';
import type { Origins } from './options.ts';

/** A deviation of real servers, or an attack, that can be switched on. */
export type Fault = {
  /** Lower-case words with hyphens, as given to `--fault`. */
  name: string;
  kind: 'deviation' | 'attack';
  /** One sentence: what the server does then. */
  does: string;
  /** One sentence: what a good client answers. */
  wants: string;
};

/** One request, read. */
export type Asked = {
  method: string;
  path: string;
  query: URLSearchParams;
  /** Parsed, where the body is a form; empty otherwise. */
  form: URLSearchParams;
  /** Parsed, where the body is JSON. */
  json: unknown;
  headers: Headers;
  origins: Origins;
  /** Asks the authorization server. */
  ask: Ask;
  /** For what reads a request by itself: unread still. */
  request: Request;
};

export type Doing<Rules> = Fault & {
  /** How the server's own rules differ. */
  rules?: Partial<Rules>;
  /** Where a path leads. */
  route?(path: string): string;
  /** Answers in the place of the server; undefined leaves it to it. */
  before?(asked: Asked): Promise<Response | undefined> | Response | undefined;
  /** Bends the answer of the server. */
  after?(asked: Asked, answer: Response): Promise<Response> | Response;
};

export type Serve = (asked: Asked) => Promise<Response | undefined>;

/** The rules of a server with these faults. */
export function bentRules<Rules extends object>(good: Rules, faults: readonly Doing<Rules>[]): Rules {
  return Object.assign({}, good, ...faults.map(({ rules }) => rules)) as Rules;
}

export function withFaults<Rules>(faults: readonly Doing<Rules>[], serve: Serve): Serve {
  return async (given) => {
    const path = faults.reduce((at, { route }) => route?.(at) ?? at, given.path);
    const asked = { ...given, path };
    for (const { before } of faults) {
      const answer = await before?.(asked);
      if (answer) return answer;
    }
    let answer = await serve(asked);
    for (const { after } of faults) if (answer && after) answer = await after(asked, answer);
    return answer;
  };
}

/** Reads a request once for everybody. */
export async function read(request: Request, origins: Origins, ask: Ask): Promise<Asked> {
  const url = new URL(request.url);
  const text = request.method === 'POST' ? await request.clone().text() : '';
  const type = request.headers.get('content-type') ?? '';
  return {
    method: request.method,
    path: url.pathname,
    query: url.searchParams,
    form: new URLSearchParams(type.includes('x-www-form-urlencoded') ? text : ''),
    json: type.includes('json') ? parsed(text) : undefined,
    headers: request.headers,
    origins,
    ask,
    request,
  };
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return Response.json(body, { status, headers: { 'cache-control': 'no-store', ...headers } });
}

export function page(status: number, html: string, headers: Record<string, string> = {}): Response {
  return new Response(html, { status, headers: { 'content-type': 'text/html; charset=utf-8', ...headers } });
}

/** The JSON of an answer, changed, or that of the result in a stream of events; other answers stay. */
export async function edited(
  answer: Response,
  edit: (body: Record<string, unknown>) => Record<string, unknown>,
): Promise<Response> {
  const type = answer.headers.get('content-type') ?? '';
  if (type.includes('event-stream')) return editedStream(answer, edit);
  if (!type.includes('json')) return answer;
  const body = edit((await answer.json()) as Record<string, unknown>);
  return json(answer.status, body, Object.fromEntries(answer.headers));
}

/** Read to its end first: whoever bends an answer cannot do so while it is said. */
async function editedStream(
  answer: Response,
  edit: (body: Record<string, unknown>) => Record<string, unknown>,
): Promise<Response> {
  const lines = (await answer.text()).split('\n').map((line) => {
    const message = line.startsWith('data:') ? parsed(line.slice('data:'.length)) : undefined;
    const isResult = typeof message === 'object' && message !== null && 'result' in message;
    return isResult ? `data: ${JSON.stringify(edit({ ...message }))}` : line;
  });
  return new Response(lines.join('\n'), { status: answer.status, headers: answer.headers });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
