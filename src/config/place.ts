import { ConfigError } from '../errors.ts';

export type Path = readonly (string | number)[];

/** Where a configuration came from. */
export type Source = {
  /** What messages call it: a file's path, or a flag. */
  label: string;
  /** Relative file names inside it start here. */
  folder: string;
  /** Line and column, from 1, of a value; of the nearest thing around it if it is missing. */
  at(path: Path): { line: number; column: number } | undefined;
};

export type Place = { source: Source; path: Path; server: string | undefined };

/** Writes a key path as a person would look for it: `mcpServers.notion.args[0]`, `mcpServers["my server"]`. */
export function written(path: Path): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (!/^[\w$-]+$/.test(step)) text += `[${printable(JSON.stringify(step))}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text === '' ? 'the file' : text;
}

/**
 * Makes foreign text safe to show: no control, format (bidirectional, zero-width), surrogate or line-separator
 * characters reach a terminal, where they could hide or forge what a person is asked to agree to.
 */
export function printable(text: string, limit = 400): string {
  const safe = text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu,
    (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  );
  return safe.length <= limit ? safe : `${safe.slice(0, limit)}… (${safe.length - limit} more characters)`;
}

/**
 * The error for a value that cannot be used: file, line, column and key path, then what was expected; the hint says
 * what to write. The value itself is never quoted, because an expanded one may be a secret.
 */
export function invalid(place: Place, said: string, hint?: string, code = 'invalid'): ConfigError {
  return new ConfigError(code, `${position(place)}: ${written(place.path)} ${said}`, {
    hint,
    server: place.server,
  });
}

/** `FILE:LINE:COLUMN`, or as much of it as is known. */
export function position(place: Pick<Place, 'source' | 'path'>): string {
  const at = place.source.at(place.path);
  return at === undefined ? place.source.label : `${place.source.label}:${at.line}:${at.column}`;
}
