// What the server says to whoever comes without a token.
import { askServer } from '../auth/ask.ts';
import { discard, readText } from '../auth/body.ts';
import { parseChallenge } from '../auth/challenge.ts';
import { scopeList } from '../auth/scope.ts';
import { NetworkError, ProtocolError } from '../errors.ts';
import { type Case, settingOf } from './case.ts';
import { type Finding, failed, passed, warned } from './finding.ts';

export type Answer = {
  status: number;
  /** `WWW-Authenticate`, and the other headers by their names. */
  asks: string | null;
  type: string;
  location: string | null;
  /** Of a body that is JSON; empty otherwise. */
  text: string;
};

/** Bytes: a refusal is short. */
const LONGEST = 64 * 1024;

export async function probeChallenge(subject: Case, signal: AbortSignal): Promise<Finding> {
  const { known, entry, now } = subject;
  const ctx = { ...subject.ctx, signal, entry: { ...entry, headers: withoutToken(entry.headers) } };
  const begun = now();
  const response = await askServer(ctx);
  const theirs = dateOf(response);
  if (theirs !== undefined) known.dates = { theirs, ours: (begun + now()) / 2 };
  const answer = await read(response);
  if (answer.status === 401) known.challenge = parseChallenge(answer.asks);
  const { open, ...finding } = judgeAnswer(answer, entry.name, settingOf(entry));
  known.open = open;
  return finding;
}

/** Of a request that has no business with who we are. */
function withoutToken(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization'),
  );
}

/** RFC 9110 section 6.6.1, and 5.1 of RFC 9111 for an answer out of a cache. Milliseconds since the epoch. */
function dateOf({ headers }: Response): number | undefined {
  const date = Date.parse(headers.get('date') ?? '');
  const age = Number(headers.get('age') ?? 0);
  return Number.isNaN(date) ? undefined : date + (Number.isFinite(age) ? age * 1000 : 0);
}

export async function read(response: Response): Promise<Answer> {
  const type = response.headers.get('content-type') ?? '';
  const isJson = type.includes('json');
  const text = isJson ? await readText(response, LONGEST) : '';
  if (!isJson) await discard(response);
  const { headers, status } = response;
  return { status, asks: headers.get('www-authenticate'), type, location: headers.get('location'), text };
}

/** `open`: it answers whoever asks. Pure. */
export function judgeAnswer(answer: Answer, server: string, setting: string): Finding & { open: boolean } {
  const { status, asks } = answer;
  if (status === 401) return { ...judgeRefusal(asks), open: false };
  if (status >= 500 || status === 429) {
    const error = new NetworkError('server_error', `${server} answered HTTP ${status}`, {
      hint: 'the server is in trouble; try again later',
    });
    return { ...failed(error), open: false };
  }
  if (status === 403) {
    const seen = 'HTTP 403 to whoever has no token: a server that wants one answers 401';
    return {
      ...warned(seen, 'tell its operator; a gateway or firewall may answer in its place'),
      open: false,
    };
  }
  if (isMcp(answer)) return { ...passed(`HTTP ${status} without a token: it asks nobody`), open: true };
  const what = status >= 300 && status < 400 ? `HTTP ${status}, to another place` : answerName(answer);
  const error = new ProtocolError('not_mcp', `${server} answered ${what}, not MCP`, {
    hint: `check ${setting}: it must be the MCP endpoint, often ending in /mcp or /sse`,
  });
  const fix = leadsTo(answer.location);
  return {
    ...failed(error, { clause: 'MCP transports, Streamable HTTP', ...(fix && { fix }) }),
    open: false,
  };
}

function judgeRefusal(asks: string | null): Finding {
  const tell = 'nothing has to be done: the metadata is looked for at its usual places';
  if (asks === null) return warned('HTTP 401 without WWW-Authenticate', tell, 'RFC 9110 section 15.5.2');
  const challenge = parseChallenge(asks);
  if (!challenge)
    return warned('HTTP 401 that asks for something else than Bearer', tell, 'RFC 6750 section 3');
  const { resourceMetadata, authorizationServer } = challenge;
  const scopes = scopeList(challenge.scope);
  const told = [
    'HTTP 401, Bearer',
    resourceMetadata === undefined ? 'no resource_metadata' : `resource_metadata ${resourceMetadata}`,
    scopes.length > 10
      ? `${scopes.length} scopes`
      : scopes.length > 0
        ? `scope ${scopes.join(' ')}`
        : 'no scope',
    ...(authorizationServer === undefined ? [] : [`authorization server ${authorizationServer}`]),
  ].join(', ');
  if (resourceMetadata !== undefined && !isWeb(resourceMetadata))
    return warned(told, 'tell its operator: the metadata has to be at an https URL', 'RFC 9728 section 5.1');
  if (scopes.length > 100) return warned(told, 'tell its operator: no sign-in asks for that many');
  return passed(told);
}

function isWeb(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}

/** JSON-RPC, or the stream of the older transport. A refusal in JSON-RPC is one of MCP. */
function isMcp({ status, type, text }: Answer): boolean {
  if (status < 300 && type.includes('event-stream')) return true;
  if (status === 202) return true;
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null && 'jsonrpc' in body;
  } catch {
    return false;
  }
}

function answerName({ status, type }: Answer): string {
  if (status >= 300) return `HTTP ${status}`;
  return type.includes('html') ? 'with a page' : `HTTP ${status} with something else`;
}

function leadsTo(location: string | null): string | undefined {
  if (location === null || !URL.canParse(location)) return undefined;
  return `it leads to ${location}: if that is the server, write it there`;
}
