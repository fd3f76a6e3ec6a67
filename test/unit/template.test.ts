import { describe, expect, it } from 'vitest';
import { expandTemplate, isTemplate, variablesOf } from '../../src/session/template.ts';

const given: Record<string, string> = {
  var: 'value',
  hello: 'Hello World!',
  path: '/foo/bar',
  x: '1024',
  y: '768',
  empty: '',
  half: '50%',
  encoded: 'a%20b',
  word: 'größe 👍',
};

describe('RFC 6570', () => {
  // Most are the specification's own examples (section 3.2).
  it.each([
    ['{var}', 'value'],
    ['{hello}', 'Hello%20World%21'],
    ['{half}', '50%25'],
    ['O{empty}X', 'OX'],
    ['{x,y}', '1024,768'],
    ['{x,hello,y}', '1024,Hello%20World%21,768'],
    ['{var:3}', 'val'],
    ['{var:30}', 'value'],
    ['{word:7}', 'gr%C3%B6%C3%9Fe%20%F0%9F%91%8D'],
    ['{+hello}', 'Hello%20World!'],
    ['{+half}', '50%25'],
    ['{+encoded}', 'a%20b'],
    ['{encoded}', 'a%2520b'],
    ['{+path}/here', '/foo/bar/here'],
    ['{+path:6}/here', '/foo/b/here'],
    ['{+x,hello,y}', '1024,Hello%20World!,768'],
    ['{#path:6}here', '#/foo/bhere'],
    ['{#x,hello,y}', '#1024,Hello%20World!,768'],
    ['X{.var}', 'X.value'],
    ['www{.x,y}', 'www.1024.768'],
    ['{/var,x}/here', '/value/1024/here'],
    ['{/path}', '/%2Ffoo%2Fbar'],
    ['{;x,y}', ';x=1024;y=768'],
    ['{;x,y,empty}', ';x=1024;y=768;empty'],
    ['{?x,y,empty}', '?x=1024&y=768&empty='],
    ['{?x,undef}', '?x=1024'],
    ['{?undef}', ''],
    ['{?var:3}', '?var=val'],
    ['{&x,y}', '&x=1024&y=768'],
    ['{?x*}', '?x=1024'],
    ['memo://{var}{?x}', 'memo://value?x=1024'],
  ])('%s', (template, uri) => {
    const names = variablesOf(template).map(({ name }) => name);
    const own = Object.fromEntries(Object.entries(given).filter(([name]) => names.includes(name)));
    expect(expandTemplate(template, own)).toBe(uri);
  });
});

it.each([
  ['{a}', {}, 'a is missing'],
  ['{a}{/b,c}', { b: '1' }, 'a is missing; c is missing'],
  ['{a}', { a: '1', toString: '2' }, 'there is no toString'],
  ['{a}{', { a: '1' }, 'a brace too many'],
  ['{a}}', { a: '1' }, 'a brace too many'],
  ['{constructor}', {}, 'constructor is missing'],
])('%s with %j is refused', (template, values, message) => {
  expect(() => expandTemplate(template, values as Record<string, string>)).toThrow(
    expect.objectContaining({ code: 'bad_arguments', message: expect.stringContaining(message) }),
  );
});

it('knows a template from a URI', () => {
  expect(['a://{b}', 'a://b{?c}'].every(isTemplate)).toBe(true);
  expect(['a://b', 'a://{}', 'a://{b', ''].some(isTemplate)).toBe(false);
  // An expression that looks on from each brace would take hours.
  expect(isTemplate('{'.repeat(5_000_000))).toBe(false);
});
