// Secrets that stand in an entry as they are. Pure. Whether a value is one is guessed, from its name and its shape, and on
// the side of saying so.

import { isObject } from '../json-object.ts';
import { pieces } from './expand.ts';
import { isSecret, MASK, masked, maskedArgs } from './mask.ts';
import { type Path, written } from './place.ts';

/** Names that the rest of the configuration does not count as secret, because no key of ours has them. */
const NAME = /key$|auth|cookie|passwd|pwd|(^|[-_])pat$|session|signature/i;
/** How well-known issuers begin theirs. */
const PREFIX =
  /^(sk-|sk_|pk_|gh[opusr]_|github_pat_|glpat-|xox[abeoprs]-|AKIA|AIza|ya29\.|eyJ[\w-]{8}|ntn_|secret_|lin_api_|hf_|npm_|pypi-|shpat_|dop_v1_|hv[sbr]\.)/;
const SCHEME = /^(bearer|basic|token|apikey|dpop) +\S/i;
/** Long, of letters and digits both, and no path, address or sentence. */
const RANDOM = /^(?=[^\d]*\d)(?=[^A-Za-z]*[A-Za-z])[\w+=.~-]{32,}$/;

/** Where in an entry secrets stand, written as a person would look for them: `headers.Authorization`, `args[2]`. */
export function literalSecrets(entry: unknown): string[] {
  return found(entry, []).map(written);
}

/** The entry as it may be shown. */
export function shownEntry(entry: unknown): unknown {
  return masked(hidden(entry, literalSecrets(entry), []));
}

/**
 * The entry as whoever approves it has to see it: only what can be nothing but a secret is hidden. A script that begins
 * like one, or a package with a long name, is shown.
 */
export function approvedEntry(entry: unknown): unknown {
  return hidden(entry, literalSecrets(entry), [], (text, [key]) => {
    const token = /^(?:(?:bearer|basic|token) +)?[\w+/=.~-]+$/i.test(text);
    return token && (key !== 'args' || PREFIX.test(text) || SCHEME.test(text));
  });
}

function hidden(
  value: unknown,
  paths: string[],
  path: Path,
  really: (text: string, path: Path) => boolean = () => true,
): unknown {
  if (paths.includes(written(path)) && really(String(value), path)) return MASK;
  const inner = (item: unknown, step: string | number) => hidden(item, paths, [...path, step], really);
  if (Array.isArray(value)) return value.map(inner);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inner(item, key)]));
}

function found(value: unknown, path: Path): Path[] {
  if (typeof value === 'string') return isLiteral(value, path) ? [path] : [];
  if (Array.isArray(value)) {
    // The argument behind `--api-key` is told by the one before it.
    const shown = path.at(-1) === 'args' ? maskedArgs(value) : value;
    return value.flatMap((item, index) => {
      const here = [...path, index];
      return shown[index] === item ? found(item, here) : [here];
    });
  }
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => found(item, [...path, key]));
}

function isLiteral(text: string, path: Path): boolean {
  const plain = pieces(text).flatMap((piece) => (piece.kind === 'text' ? [piece.text] : []));
  if (plain.length === 0 || plain.join('').trim() === '') return false;
  const referring = plain.join('') !== text;
  const key = String(path.at(-1));
  const named = isSecret(key) || (['headers', 'env'].includes(String(path.at(-2))) && NAME.test(key));
  // `Bearer ${TOKEN}`: what is said around a reference is none.
  if (referring) return plain.some(hasShape);
  return named || hasShape(text) || inQuery(text);
}

function hasShape(text: string): boolean {
  return PREFIX.test(text.trim()) || SCHEME.test(text) || RANDOM.test(text.trim());
}

function inQuery(text: string): boolean {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return false;
  const { username, password, searchParams } = new URL(text);
  return (
    username + password !== '' ||
    [...searchParams].some(([name, item]) => isSecret(name) || NAME.test(name) || hasShape(item))
  );
}
