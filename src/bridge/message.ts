// JSON-RPC as it is passed on: what is not needed to find the way is not looked at.

import { isObject } from '../json-object.ts';

export type Id = string | number;
export type Params = Record<string, unknown>;
export type Fault = { code: number; message: string; data?: unknown };
export type Answer = { result: Params } | { error: Fault };
export type Request = { jsonrpc: '2.0'; id: Id; method: string; params?: Params };
export type Notification = { jsonrpc: '2.0'; method: string; params?: Params };
export type Response = { jsonrpc: '2.0'; id: Id } & Answer;
export type Message = Request | Notification | Response;

const PARSE_ERROR = -32700;
export const INVALID_REQUEST = -32600;
export const METHOD_NOT_FOUND = -32601;
export const INVALID_PARAMS = -32602;
/** Of ours: outside of what JSON-RPC, the SDKs and the 2026-07-28 revision give a meaning. */
export const BRIDGE_FAILED = -32010;

const META = 'io.modelcontextprotocol/';
export const REVISION = `${META}protocolVersion`;
export const CLIENT_INFO = `${META}clientInfo`;
export const CLIENT_CAPABILITIES = `${META}clientCapabilities`;
export const SERVER_INFO = `${META}serverInfo`;
export const LOG_LEVEL = `${META}logLevel`;
export const SUBSCRIPTION = `${META}subscriptionId`;

/** One line of a client, or the answer that it gets for being none of JSON-RPC. */
export function readMessage(line: string): Message | { id: null; error: Fault } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { id: null, error: { code: PARSE_ERROR, message: 'Parse error: this line is not JSON' } };
  }
  const invalid = (message: string) => ({ id: null, error: { code: INVALID_REQUEST, message } });
  if (Array.isArray(value)) return invalid('Invalid request: batches are not taken, send one message a line');
  if (!isObject(value) || value.jsonrpc !== '2.0')
    return invalid('Invalid request: this is not JSON-RPC 2.0');
  const { id, method, params } = value;
  if (id !== undefined && typeof id !== 'string' && !Number.isFinite(id))
    return invalid('Invalid request: an id is a string or a number');
  if (typeof method === 'string') {
    if (params === undefined || isObject(params)) return value as Request | Notification;
    return invalid('Invalid request: params is an object');
  }
  if (id !== undefined && (isObject(value.result) || isObject(value.error))) return value as Response;
  return invalid('Invalid request: neither a request, nor a notification, nor a response');
}

export function isRequest(message: Message): message is Request {
  return 'method' in message && 'id' in message;
}

export function isNotification(message: Message): message is Notification {
  return 'method' in message && !('id' in message);
}

/** `_meta` of what a request or a result holds; empty where there is none. */
export function metaOf(holder: Params | undefined): Params {
  return isObject(holder?._meta) ? holder._meta : {};
}

/** Whether a request says by itself which revision it is written in, as all of them do since 2026-07-28. */
export function isModern({ params }: Request | Notification): boolean {
  return typeof metaOf(params)[REVISION] === 'string';
}
