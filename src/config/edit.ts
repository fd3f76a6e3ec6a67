// Changes to the text of a configuration. Pure. What is not changed keeps its bytes: comments, indentation, line ends and
// trailing commas are the person's. jsonc-parser's own `modify` formats the lines around a change anew, and puts a new
// member before the comment that ends the line of the last one; so it gives the places here, and the edits are ours.

import { applyEdits, createScanner, type Edit, type Node, parseTree } from 'jsonc-parser';
import type { Path } from './place.ts';
import { rendered, type Style } from './rendered.ts';

// From jsonc-parser's SyntaxKind, a const enum that cannot be imported under isolatedModules.
const COMMA = 5;
const COMMENTS = [12, 13];
const END = 17;
const LINE_BREAK = /\r\n|\n|\r/;

type Token = { kind: number; start: number; end: number };
/** A text with the members of one object in it. */
type Around = { text: string; object: Node; members: Node[] };

/**
 * The text with `value` as the last member `name` of the object at `path`, or in the place of the value that the member
 * has. The text has to be one that `read.ts` accepts, with an object there.
 */
export function put(text: string, path: Path, name: string, value: unknown): string {
  return edited(text, path, (around) => {
    const before = memberOf(around, name);
    const [, old] = before?.children ?? [];
    if (before === undefined) return addition(around, name, value);
    if (old === undefined) return [];
    const content = rendered(value, styleOf(around.text, lineIndent(around.text, before.offset)));
    return [{ offset: old.offset, length: old.length, content }];
  });
}

/** The text without the member `name` of the object at `path`, and without the comment behind it on its line. */
export function without(text: string, path: Path, name: string): string {
  return edited(text, path, (around) => {
    const member = memberOf(around, name);
    return member === undefined ? [] : removal(around, member);
  });
}

function edited(text: string, path: Path, change: (around: Around) => Edit[]): string {
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  const body = text.slice(mark.length);
  let object = parseTree(body, [], { allowTrailingComma: true });
  for (const step of path) {
    const member = object?.children?.find((each) => each.children?.[0]?.value === step);
    object = member?.children?.[1];
  }
  if (object?.type !== 'object') return text;
  return mark + applyEdits(body, change({ text: body, object, members: object.children ?? [] }));
}

function memberOf({ members }: Around, name: string): Node | undefined {
  return members.find((each) => each.children?.[0]?.value === name);
}

function addition({ text, object, members }: Around, name: string, value: unknown): Edit[] {
  const last = members.at(-1);
  const close = endOf(object) - 1;
  const ended = last === undefined ? object.offset + 1 : endOf(last);
  const comma = between(text, ended, close).find(({ kind }) => kind === COMMA);
  const from = comma?.end ?? ended;
  const behind = between(text, from, close);
  const separator = last === undefined || comma ? [] : [{ offset: ended, length: 0, content: ',' }];
  const member = (style?: Style) => `${JSON.stringify(name)}: ${rendered(value, style)}${comma ? ',' : ''}`;

  const opens = last === undefined && behind.length === 0 && isOpened(text);
  if (!opens && !breaks(text, from, close, behind)) {
    const at = behind.at(-1)?.end ?? from;
    const space = at === object.offset + 1 ? '' : ' ';
    return [...separator, { offset: at, length: 0, content: space + member() }];
  }
  const outer = lineIndent(text, last === undefined ? object.offset : last.offset);
  const deeper = last === undefined || !startsLine(text, last);
  const style = styleOf(text, deeper ? outer + unitOf(text) : outer);
  const content = style.eol + style.indent + member(style);
  if (last === undefined && behind.length === 0)
    return [{ offset: from, length: close - from, content: content + style.eol + outer }];
  return [...separator, { offset: lineEnd(text, from, behind), length: 0, content }];
}

function removal({ text, object, members }: Around, member: Node): Edit[] {
  const index = members.indexOf(member);
  const [before, after] = [members[index - 1], members[index + 1]];
  const close = endOf(object) - 1;
  const behind = between(text, endOf(member), after?.offset ?? close);
  const comma = behind.find(({ kind }) => kind === COMMA);
  const end = comma?.end ?? endOf(member);
  // The last of several takes the comma before it along, unless it has one of its own.
  const ahead = before && !comma ? between(text, endOf(before), member.offset) : [];
  const edits = ahead
    .filter(({ kind }) => kind === COMMA)
    .map(({ start }) => ({ offset: start, length: 1, content: '' }));

  const ending = lineEnd(text, endOf(member), behind);
  if (startsLine(text, member) && ending >= end && /^[ \t]*[\r\n]/.test(text.slice(ending))) {
    const start = previousLineEnd(text, member.offset);
    const left = text.slice(object.offset + 1, start) + text.slice(ending, close);
    return members.length === 1 && left.trim() === ''
      ? [{ offset: object.offset + 1, length: close - object.offset - 1, content: '' }]
      : [...edits, { offset: start, length: ending - start, content: '' }];
  }
  if (after !== undefined && text.slice(end, after.offset).trim() === '')
    return [...edits, { offset: member.offset, length: after.offset - member.offset, content: '' }];
  const start = member.offset - (/[ \t]+$/.exec(lineUpTo(text, member.offset))?.[0].length ?? 0);
  return [...edits, { offset: start, length: end - start, content: '' }];
}

/** Commas and comments of a stretch that has nothing else in it. */
function between(text: string, from: number, to: number): Token[] {
  const scanner = createScanner(text.slice(from, to), false);
  const tokens: Token[] = [];
  for (let kind: number = scanner.scan(); kind !== END; kind = scanner.scan()) {
    if (kind !== COMMA && !COMMENTS.includes(kind)) continue;
    const start = from + scanner.getTokenOffset();
    tokens.push({ kind, start, end: start + scanner.getTokenLength() });
  }
  return tokens;
}

/** Behind the comma and the comments that begin on the line of `from`. */
function lineEnd(text: string, from: number, tokens: Token[]): number {
  let end = from;
  for (const token of tokens) {
    if (LINE_BREAK.test(text.slice(end, token.start))) break;
    end = token.end;
  }
  return end;
}

/** Whether a line ends in a stretch, and not only inside of a comment there. */
function breaks(text: string, from: number, to: number, tokens: Token[]): boolean {
  const gaps = [...tokens, { start: to, end: to }].map(({ start }, index) =>
    text.slice(tokens[index - 1]?.end ?? from, start),
  );
  return gaps.some((gap) => LINE_BREAK.test(gap));
}

/** Whether an object without anything in it gets lines when it gets a member: unless all of the file is on one. */
function isOpened(text: string): boolean {
  return LINE_BREAK.test(text.trim()) || /^\{\s*\}$/.test(text.trim());
}

function startsLine(text: string, node: Node): boolean {
  const ahead = lineUpTo(text, node.offset);
  return ahead.length < node.offset && ahead.trim() === '';
}

function lineUpTo(text: string, offset: number): string {
  if (offset === 0) return '';
  return text.slice(
    Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1,
    offset,
  );
}

function lineIndent(text: string, offset: number): string {
  return /^[ \t]*/.exec(lineUpTo(text, offset))?.[0] ?? '';
}

function previousLineEnd(text: string, offset: number): number {
  const start = offset - lineUpTo(text, offset).length;
  return text.slice(start - 2, start) === '\r\n' ? start - 2 : start - 1;
}

function endOf(node: Node): number {
  return node.offset + node.length;
}

function styleOf(text: string, indent: string): Style {
  return { indent, unit: unitOf(text), eol: LINE_BREAK.exec(text)?.[0] ?? '\n' };
}

/** The first indentation that the file has. */
function unitOf(text: string): string {
  return /[\r\n]([ \t]{1,8})"/.exec(text)?.[1] ?? '  ';
}
