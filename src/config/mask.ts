// Showing a configuration must not show its secrets. What is masked is decided by where a value stands and how its key
// is called, unknown keys included; a reference such as ${NOTION_CLIENT_SECRET} names a secret without being one.

import { isObject } from '../json-object.ts';
import { pieces } from './expand.ts';

export const MASK = '***';

const SECRET =
  /secret|token|passw|passphrase|credential|assertion|api_?-?key|private_?key|^auth(orization)?$/i;
/** Keys that sound secret but name something public: an address, a method, a variable, a file. */
const PUBLIC = /(url|uri|endpoint|method|env|env_?var|file|enabled|backend|mount_?point|path_?prefix)$/i;
/** `Authorization: Bearer …`. Nothing longer: a script that begins so is what somebody has to see before it runs. */
const BEARER = /^(?:[\w-]+:\s*)?bearer +[\w+/=.~${}:-]+$/i;
/** Everything in here is masked: what a header or a variable is for cannot be told from its name. */
const TABLES = ['headers', 'httpHeaders', 'http_headers', 'env'];

/** A copy of a raw, unexpanded value that may be shown. */
export function masked(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return isSecret(key) ? hide(value) : shorten(value);
  if (Array.isArray(value))
    return key === 'args' ? maskedArgs(value) : value.map((item) => masked(item, key));
  // A number can be a PIN.
  if (!isObject(value)) return typeof value === 'number' && isSecret(key) ? MASK : value;
  const hidden = TABLES.includes(key);
  return Object.fromEntries(
    Object.entries(value).map(([inner, item]) => [inner, hidden ? hide(item) : masked(item, inner)]),
  );
}

export function isSecret(key: string): boolean {
  return SECRET.test(key) && !PUBLIC.test(key);
}

/** `--api-key=x`, and the argument after a bare `--api-key`. */
export function maskedArgs(args: unknown[]): unknown[] {
  return args.map((arg, index) => {
    if (typeof arg !== 'string') return arg;
    const before = args[index - 1];
    if (typeof before === 'string' && /^-+[^=]+$/.test(before) && isSecret(before.replace(/^-+/, ''))) {
      return arg.startsWith('-') ? arg : hide(arg);
    }
    const [, name, text] = /^([^=]+)=([\s\S]+)$/.exec(arg) ?? [];
    if (name !== undefined && isSecret(name.replace(/^-+/, ''))) return `${name}=${hide(text)}`;
    return BEARER.test(arg) ? hide(arg) : shorten(arg);
  });
}

/** Keeps what is only a reference, also after a word such as `Bearer`; hides the rest. */
function hide(value: unknown): unknown {
  if (typeof value !== 'string') return MASK;
  const harmless = pieces(value).every((part) => {
    if (part.kind === 'variable') return part.fallback === undefined || part.fallback.length === 0;
    return part.kind === 'token' || (part.kind === 'text' && /^(bearer|basic|token)? *$/i.test(part.text));
  });
  return harmless ? value : MASK;
}

/** URLs lose user information and query values, which is where people put keys. */
function shorten(text: string): string {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return text;
  return text
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, `$1${MASK}@`)
    .replace(/([?&][^=&#]*)=([^&#]+)/g, (whole, name: string, item: string) =>
      hide(item) === item ? whole : `${name}=${MASK}`,
    );
}
