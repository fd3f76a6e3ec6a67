// Finds the secrets in what goes over the wire, so that every counterpart registers what it issues or is shown.
import type { ServerResponse } from 'node:http';
import type { Hit } from './loopback.ts';
import { registerSecret } from './secrets.ts';

const fields = [
  'access_token',
  'refresh_token',
  'id_token',
  'client_secret',
  'client_assertion',
  'registration_access_token',
  'code',
  'code_verifier',
  'device_code',
  'token',
  'password',
];

/** Shorter values are words that a test made up ("bad"), and would be found everywhere. */
const shortest = 16;

/** Registers the secrets in a request: its parameters, and its Basic or Bearer credentials. */
export function registerRequest(hit: Hit): void {
  registerFields(hit.params);
  const [scheme = '', value = ''] = (hit.headers.authorization ?? '').split(' ');
  if (['bearer', 'dpop'].includes(scheme.toLowerCase())) register('bearer', value);
  if (scheme.toLowerCase() !== 'basic') return;
  const pair = Buffer.from(value, 'base64').toString();
  const secret = pair.slice(pair.indexOf(':') + 1);
  register('client_secret', secret);
  register('client_secret', decodeURIComponent(secret.replaceAll('+', ' ')));
}

/** Registers the secrets in an answer before it is sent: JSON and form bodies, and the code in a redirect. */
export function watchResponse(response: ServerResponse): void {
  const chunks: Buffer[] = [];
  // What is given to writeHead does not show in getHeader.
  const given: Record<string, unknown> = {};
  const header = (name: string) => String(response.getHeader(name) ?? given[name] ?? '');
  const keep = (chunk: unknown) => {
    if (header('content-type').includes('event-stream')) return;
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
  };
  const { writeHead, write, end } = response;
  response.writeHead = function (this: ServerResponse, ...args: unknown[]) {
    for (const [name, value] of Object.entries(args.at(-1) ?? {})) given[name.toLowerCase()] = value;
    return Reflect.apply(writeHead, this, args);
  } as typeof writeHead;
  response.write = function (this: ServerResponse, ...args: unknown[]) {
    keep(args[0]);
    return Reflect.apply(write, this, args);
  } as typeof write;
  response.end = function (this: ServerResponse, ...args: unknown[]) {
    keep(args[0]);
    registerBody(header('content-type'), Buffer.concat(chunks).toString());
    registerQuery(header('location'));
    return Reflect.apply(end, this, args);
  } as typeof end;
}

function registerBody(type: string, text: string): void {
  if (type.includes('form-urlencoded')) registerFields(Object.fromEntries(new URLSearchParams(text)));
  if (!type.includes('json')) return;
  try {
    registerFields(JSON.parse(text) as Record<string, unknown>);
  } catch {
    // Deliberately broken JSON is one of the faults.
  }
}

function registerQuery(location: string): void {
  registerFields(Object.fromEntries(new URLSearchParams(location.slice(location.indexOf('?') + 1))));
}

function registerFields(values: Record<string, unknown>): void {
  for (const field of fields) register(field, values[field]);
}

function register(kind: string, value: unknown): void {
  if (typeof value === 'string' && value.length >= shortest) registerSecret(value, kind);
}
