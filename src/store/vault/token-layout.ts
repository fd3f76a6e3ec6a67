// A token of a person's own as the Python tool keeps it: `{value}`, in which a bearer token or an API key is JSON of
// that tool, and everything else the secret as it is. What only we know lies under `_mcp`, as for a sign-in. Pure.
import { asObject, parseObject } from '../../json-object.ts';
import { splitTokenKey } from '../token.ts';

type Fields = Record<string, unknown>;

/** Undefined if `text` is no token: then it is kept as any other text. */
export function tokenFields(text: string, key: string): { value: string; token: Fields } | undefined {
  const token = parseObject(text);
  if (!token || typeof token.value !== 'string' || typeof token.type !== 'string') return undefined;
  const { value, version: _, ...ours } = token;
  return { value: theirs(value as string, ours, key), token: ours };
}

/** Our JSON again; of an entry that the Python tool wrote, what can be said of it. */
export function tokenText(value: string, token: unknown, key: string): string {
  const { namespace, name } = splitTokenKey(key);
  const ours = asObject(token);
  const entry = wrapped(value);
  if (ours) {
    const secret = isWrapped(ours, namespace) ? entry?.secret : value;
    return JSON.stringify({ version: 1, type: ours.type, value: secret, ...without(ours, 'type') });
  }
  if (entry) return JSON.stringify({ version: 1, type: entry.type, value: entry.secret, ...entry.more });
  if (namespace !== 'provider') return JSON.stringify({ version: 1, type: 'generic', value });
  return JSON.stringify({ version: 1, type: 'api-key', value, provider: name });
}

/** The Python tool reads the key of a provider, and what has no type, as they are. */
function isWrapped({ type }: Fields, namespace: string): boolean {
  return namespace !== 'provider' && type !== 'generic';
}

function theirs(value: string, ours: Fields, key: string): string {
  const { namespace, name } = splitTokenKey(key);
  if (!isWrapped(ours, namespace)) return value;
  const expires = typeof ours.expiresAt === 'number' && { expires_at: ours.expiresAt / 1000 };
  const bearer = ours.type === 'bearer';
  return JSON.stringify({
    token_type: bearer ? 'bearer' : 'api_key',
    name,
    data: bearer ? { token: value, ...expires } : { provider: ours.provider ?? name, key: value },
    metadata: { namespace },
  });
}

function wrapped(value: string): { type: string; secret: unknown; more: Fields } | undefined {
  const entry = parseObject(value);
  const data = asObject(entry?.data);
  if (!entry || !data) return undefined;
  if (entry.token_type === 'bearer') {
    const { expires_at: seconds } = data;
    const more = typeof seconds === 'number' ? { expiresAt: Math.round(seconds * 1000) } : {};
    return { type: 'bearer', secret: data.token, more };
  }
  // Written with a hyphen by its older versions.
  if (entry.token_type !== 'api_key' && entry.token_type !== 'api-key') return undefined;
  return { type: 'api-key', secret: data.key, more: { provider: data.provider } };
}

function without(fields: Fields, name: string): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([each]) => each !== name));
}
