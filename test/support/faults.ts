// Answers on demand, for any counterpart: `server.intercept = refuse('/token', 'invalid_client', 401)`.
import type { ServerResponse } from 'node:http';
import { answer, type Hit, type Intercept, matches, redirect } from './loopback.ts';

type Reply = (response: ServerResponse, hit: Hit) => void;

/** Answers requests to `path` with `reply`: every one, or the first `times`. */
export function fault(path: string | RegExp, reply: Reply, times = Number.POSITIVE_INFINITY): Intercept {
  let left = times;
  return (hit, response) => {
    if (!matches(hit, path) || left === 0) return false;
    left -= 1;
    reply(response, hit);
    return true;
  };
}

/** An OAuth error as JSON (RFC 6749 §5.2); with status 200 as some servers send it. */
export function refuse(path: string | RegExp, error: string, status = 400, times?: number): Intercept {
  return fault(
    path,
    (response) => answer(response, status, { error, error_description: `refused: ${error}` }),
    times,
  );
}

/** An OAuth error in the redirect back to the client (RFC 6749 §4.1.2.1). */
export function refuseAtAuthorization(
  path: string | RegExp,
  error: string,
  issuer?: string,
  times?: number,
): Intercept {
  const reply: Reply = (response, { params }) => {
    const back = new URL(params.redirect_uri ?? '');
    back.searchParams.set('error', error);
    if (params.state !== undefined) back.searchParams.set('state', params.state);
    if (issuer !== undefined) back.searchParams.set('iss', issuer);
    redirect(response, back.href);
  };
  return fault(path, reply, times);
}

/** Lets the server answer, and changes the JSON of its answer. */
export function rewrite(
  path: string | RegExp,
  edit: (body: Record<string, unknown>) => Record<string, unknown>,
): Intercept {
  return (hit, response) => {
    if (!matches(hit, path)) return false;
    const { end } = response;
    response.end = function (this: ServerResponse, body: unknown) {
      const json = JSON.stringify(edit(JSON.parse(String(body)) as Record<string, unknown>));
      this.setHeader('content-length', Buffer.byteLength(json));
      return Reflect.apply(end, this, [json]);
    } as typeof end;
    return false;
  };
}

/** A page where JSON belongs. */
export function html(path: string | RegExp, status = 404, times?: number): Intercept {
  return fault(
    path,
    (response) => answer(response, status, '<!doctype html><h1>Nothing to see here</h1>'),
    times,
  );
}

/** Says JSON and is none. */
export function brokenJson(path: string | RegExp, status = 200): Intercept {
  return fault(path, (response) => answer(response, status, '{"access_token": ', 'application/json'));
}

/** A status with no body at all, such as 503. */
export function empty(path: string | RegExp, status: number, times?: number): Intercept {
  return fault(path, (response) => void response.writeHead(status).end(), times);
}

/** Form-encoded parameters, as the earliest OAuth servers answer. */
export function formEncoded(path: string | RegExp, params: Record<string, string>, status = 200): Intercept {
  const body = new URLSearchParams(params).toString();
  return fault(path, (response) => answer(response, status, body, 'application/x-www-form-urlencoded'));
}

/** Cuts the connection instead of answering. */
export function cut(path: string | RegExp, times?: number): Intercept {
  return fault(path, (response) => void response.destroy(), times);
}

/** Keeps requests to `path` waiting until `release()`; `arrived` resolves with the first of them. */
export function hold(path: string | RegExp): {
  intercept: Intercept;
  arrived: Promise<Hit>;
  release(): void;
} {
  let release = () => {};
  let arrive = (_hit: Hit) => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const arrived = new Promise<Hit>((resolve) => (arrive = resolve));
  const held = async (hit: Hit) => {
    if (!matches(hit, path)) return false;
    arrive(hit);
    await released;
    return false;
  };
  return { intercept: held, arrived, release };
}

/** Lets the server do what was asked, and cuts the connection instead of saying so: a rotation that nobody saw. */
export function loseAnswer(path: string | RegExp, times = Number.POSITIVE_INFINITY): Intercept {
  let left = times;
  return (hit, response) => {
    if (!matches(hit, path) || left === 0) return false;
    left -= 1;
    response.end = () => response.destroy();
    return false;
  };
}

/** What an honest answer is turned into; `status` and `type` as they were unless they are given. */
export type Edited = { body: object | string; status?: number; type?: string };

/** Lets the server answer, and changes its JSON answer on the way. */
export function edit(
  path: string | RegExp,
  change: (answer: Record<string, unknown>) => Edited,
  times = Number.POSITIVE_INFINITY,
): Intercept {
  let left = times;
  return (hit, response) => {
    if (!matches(hit, path) || left === 0) return false;
    left -= 1;
    const { end } = response;
    response.end = function (this: ServerResponse, chunk: unknown) {
      const { body, status, type } = change(JSON.parse(String(chunk)) as Record<string, unknown>);
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      if (status !== undefined) response.statusCode = status;
      if (type !== undefined) response.setHeader('content-type', type);
      response.setHeader('content-length', Buffer.byteLength(text));
      return Reflect.apply(end, this, [text]);
    } as typeof end;
    return false;
  };
}
