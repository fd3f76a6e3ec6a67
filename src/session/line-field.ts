// What a person types on one line, as the value that its schema wants. Pure.

import { coerce } from './arguments.ts';
import type { Schema } from './input-schema.ts';
import { formatWords } from './text-rules.ts';

export type LineShape = {
  kind: 'line';
  /** What is expected, in a few words of ours. */
  hint: string;
  /** The value of what was typed, or what is wrong with it. */
  take(text: string): { value: unknown } | { fault: string };
  /** The line that would give this value; undefined where a line cannot. */
  write(value: unknown): string | undefined;
};

/** Characters of a proposal: more of it nobody could change on a line. */
const LONGEST = 1000;

export function lineOf(own: Schema, fault: (value: unknown) => string | undefined): LineShape {
  const judged = (value: unknown) => {
    const found = fault(value);
    return found === undefined ? { value } : { fault: found };
  };
  const { type } = own;
  const listed = Array.isArray(own.enum);
  if (type === 'string' && !listed) {
    return { kind: 'line', hint: textHint(own), take: judged, write: (value) => written(String(value)) };
  }
  if (type === 'number' || type === 'integer' || listed) {
    return {
      kind: 'line',
      hint: listed ? 'one of the values that it lists' : numberHint(own),
      take: (text) => judged(number(text.trim().replace(/^\+(?=\d)/, ''), own)),
      write: (value) => written(String(value)),
    };
  }
  return jsonLine(own, judged);
}

/** As the words of a command are read; 1.5 is a number also where none but whole ones are wanted. */
function number(text: string, own: Schema): unknown {
  const value = coerce(text, own, own);
  const isPart = typeof value === 'string' && own.type === 'integer' && text.includes('.');
  return isPart ? coerce(text, { type: 'number' }, {}) : value;
}

function jsonLine(
  own: Schema,
  judged: (value: unknown) => { value: unknown } | { fault: string },
): LineShape {
  const { type } = own;
  const free = type === undefined;
  const samples: Record<string, string> = { object: '{"key": "value"}', array: '["one", 2]' };
  const sample = typeof type === 'string' ? samples[type] : undefined;
  return {
    kind: 'line',
    hint: free ? 'JSON, or else a text' : `JSON${sample === undefined ? '' : `, such as ${sample}`}`,
    take(text) {
      try {
        return judged(JSON.parse(text));
      } catch {
        // What begins like JSON was meant to be it.
        return free && !/^\s*[{["]/.test(text) ? judged(text) : { fault: 'this is no JSON yet' };
      }
    },
    write: (value) => written(JSON.stringify(value) ?? ''),
  };
}

function written(text: string): string | undefined {
  return text.length <= LONGEST && !/\p{Cc}/u.test(text) ? text : undefined;
}

function textHint(own: Schema): string {
  const words = formatWords(own.format);
  return [words ?? 'a text', range(own.minLength, own.maxLength, ' characters')].filter(Boolean).join(', ');
}

function numberHint(own: Schema): string {
  const words = own.type === 'integer' ? 'a whole number' : 'a number';
  return [words, range(own.minimum, own.maximum, '')].filter(Boolean).join(', ');
}

function range(least: unknown, most: unknown, unit: string): string {
  const [low, high] = [least, most].map((each) => (typeof each === 'number' ? each : undefined));
  if (low !== undefined && high !== undefined) return `${low} to ${high}${unit}`;
  if (low !== undefined) return `at least ${low}${unit}`;
  return high === undefined ? '' : `at most ${high}${unit}`;
}
