// What a server says in a session, and the addresses that it leads to.
import { specTypeSchemas } from '@modelcontextprotocol/client';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressRank, hostRank } from '../../src/session/address.ts';
import { isShallow } from '../../src/session/depth.ts';
import { fieldsOf, fill, secretFields } from '../../src/session/form.ts';
import { headerFault } from '../../src/session/header-fault.ts';
import { relay } from '../../src/session/relay.ts';
import { expandTemplate, isTemplate, variablesOf } from '../../src/session/template.ts';
import { isUsualDiscover } from '../../src/session/usual-discover.ts';
import { isUsual } from '../../src/session/usual-tool.ts';
import { isLoopbackHost, isSafeBrowserUrl, loopbackRedirect, parseEndpoint } from '../../src/url.ts';
import { damaged, hold, holdAsync, hostileText, pieced, SEED } from '../support/hostile.ts';

// Seconds of work each; minutes beside other tests.
describe(`seed ${SEED}`, { timeout: 300_000 }, () => {
  test('a template becomes a URI in which values stay values, or is refused', () => {
    const template = pieced(
      '{',
      '}',
      'mcp://a/',
      'a',
      'b',
      ',',
      ':3',
      '*',
      '+',
      '#',
      '?',
      '&',
      ';',
      '/',
      '.',
      '{a}',
      '{?a,b}',
    );
    const short = fc.oneof(
      fc.constantFrom('/../', '#', '{a}', ' ', '?x=1&y', '\u202e', '%', '%2f'),
      fc.string({ maxLength: 8 }),
    );
    hold(fc.tuple(template, short, short), ([text, a, b]) => {
      isTemplate(text);
      const names = new Set(variablesOf(text).map(({ name }) => name));
      const given = Object.fromEntries(Object.entries({ a, b }).filter(([name]) => names.has(name)));
      const uri = expandTemplate(text, given);
      // Whatever the template has itself, a value adds no character that ends or begins anything.
      const without = expandTemplate(text, Object.fromEntries(Object.keys(given).map((name) => [name, ''])));
      const reserved = /\{[+#]/.test(text);
      for (const mark of ['\n', '\0', ' ', '"', '<', ...(reserved ? [] : ['#', '@', '//'])])
        if (uri.split(mark).length > without.split(mark).length) throw new Error(`${mark}: ${uri}`);
    });
  });

  test('a tool that is one at first sight is one for the SDK', () => {
    const tool = {
      name: 'echo',
      title: 'Echo',
      description: 'says it again',
      inputSchema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
      outputSchema: { $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object' },
      annotations: { title: 'Echo', readOnlyHint: true },
      _meta: { a: 1 },
    };
    let usual = 0;
    hold(damaged(tool, ['icons', 'execution', '__proto__']), (input) => {
      if (!isUsual(input)) return;
      usual++;
      const { issues } = specTypeSchemas.Tool['~standard'].validate(input) as { issues?: unknown };
      if (issues) throw new Error(JSON.stringify(issues));
    });
    expect(usual).toBeGreaterThan(1000);
  });

  test('what a server is at first sight, it is for the SDK', () => {
    const discover = {
      resultType: 'complete',
      supportedVersions: ['2026-07-28'],
      capabilities: {
        tools: { listChanged: true },
        resources: { subscribe: true, listChanged: false },
        prompts: {},
        logging: {},
        completions: {},
      },
      instructions: 'ask for notes',
      _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'notes', version: '1' } },
    };
    const more = ['capabilities.tasks', 'capabilities.extensions', 'capabilities.other', 'serverInfo'];
    let usual = 0;
    hold(damaged(discover, more), (input) => {
      if (!isUsualDiscover(input)) return;
      usual++;
      const { issues } = specTypeSchemas.DiscoverResult['~standard'].validate(input) as { issues?: unknown };
      if (issues) throw new Error(JSON.stringify(issues));
    });
    expect(usual).toBeGreaterThan(1000);
  });

  test('a body comes through whole, and its end is told once', async () => {
    const piece = fc.oneof(
      fc.constantFrom('\n', '\n\n', '\r', 'data: {}', '\r\n\r\n'),
      fc.string({ minLength: 1, maxLength: 8 }),
    );
    const input = fc.tuple(fc.array(piece, { maxLength: 6 }), fc.boolean(), fc.nat(20));
    await holdAsync(input, async ([pieces, events, breakAt]) => {
      const bytes = pieces.map((each) => Buffer.from(each));
      let sent = 0;
      const source = new ReadableStream<Uint8Array>({
        pull(controller) {
          const next = bytes[sent++];
          if (sent === breakAt + 1) controller.error(new Error('broken'));
          else if (next === undefined) controller.close();
          else controller.enqueue(next);
        },
      });
      const headers = { 'content-type': events ? 'text/event-stream' : 'application/json' };
      let ended = 0;
      const ends = () => {
        ended += 1;
      };
      const response = relay(new Response(source, { headers }), ends, () => new Error('told'));
      const got = await response.text().catch((error: Error) => error);
      const whole = Buffer.concat(bytes).toString();
      if (ended !== 1) throw new Error(`ended ${ended} times`);
      if (got instanceof Error ? got.message !== 'told' : got !== whole) throw new Error(String(got));
    });
  });

  test('a form is asked field by field, whatever its schema is', () => {
    const good = {
      properties: {
        a: {
          type: 'string',
          title: 'A',
          description: 'a',
          format: 'email',
          default: 'a@b',
          enum: ['a'],
          enumNames: ['A'],
        },
        b: { type: 'array', items: { anyOf: [{ const: 'x', title: 'X' }] }, default: ['x'] },
        c: { type: 'number', oneOf: [{ const: 1, title: 'one' }], minimum: 0 },
      },
      required: ['a'],
    };
    hold(fc.tuple(damaged(good, ['properties.__proto__']), hostileText), ([schema, value]) => {
      if (!isShallow(schema)) throw new Error('deep');
      headerFault(schema);
      const fields = fieldsOf(schema as never);
      secretFields(fields);
      const { content, missing, wrong } = fill(fields, { a: value, b: [value], z: value }, true);
      for (const field of fields) {
        const choices = 'choices' in field ? field.choices.map((one) => one.name) : [];
        for (const each of [field.name, field.title, field.description, ...choices])
          if (typeof each !== 'string') throw new Error('no text');
      }
      if ([...missing, ...wrong].some((each) => typeof each !== 'string')) throw new Error('no text');
      if (Object.getPrototypeOf(content) !== Object.prototype) throw new Error('a prototype');
    });
  });

  test('an IPv4 address is as near in every IPv6 form that leads to it', () => {
    const byte = fc.oneof(fc.nat(255), fc.constantFrom(0, 10, 127, 169, 172, 192, 254, 255));
    hold(fc.tuple(byte, byte, byte, byte, fc.nat(59)), ([a, b, c, d, turn]) => {
      const plain = `${a}.${b}.${c}.${d}`;
      const hex = [a, b, c, d].map((each) => each.toString(16).padStart(2, '0')).join('');
      const pair = `${hex.slice(0, 4)}:${hex.slice(4)}`;
      const same = [`::ffff:${plain}`, `::ffff:${pair}`, `64:ff9b::${pair}`, `64:ff9b::${plain}`];
      // What a router may unwrap, or nobody: never the internet's.
      const near = [
        `2002:${pair}::`,
        `::${pair}`,
        `::ffff:0:${pair}`,
        `64:ff9b:1::${pair}`,
        `2001:0:${pair}::`,
      ];
      const number = ((a * 256 + b) * 256 + c) * 256 + d;
      const [hexadecimal, octal] = [`0x${number.toString(16)}`, `0${number.toString(8)}`];
      const written = [`${number}`, hexadecimal, octal, `${a}.${b}.${c * 256 + d}`, `${plain}.`];
      const [one, other, third] = [same, near, written].map((all) => all[turn % all.length] ?? '');
      const rank = addressRank(plain);
      if (addressRank(one ?? '') !== rank) throw new Error(one);
      if (addressRank(other ?? '') === 2) throw new Error(other);
      if (hostRank(new URL(`http://${third}/`).hostname) !== rank) throw new Error(third);
    });
  });

  test('a URL that passes is one that may be called, opened or listened on', () => {
    const text = pieced(
      'http',
      'https',
      '://',
      ':',
      '/',
      '@',
      '#',
      '?',
      '\\',
      '127.0.0.1',
      'localhost',
      '[::1]',
      'a.example',
      '%0a',
      '.',
      '0x7f.1',
    );
    hold(
      fc.tuple(fc.constantFrom('https://', 'http://localhost', 'http://127.0.0.1:1/', ''), text),
      ([before, after]) => {
        const url = before + after;
        if (isSafeBrowserUrl(url) && !/^https?:[^\s"'`<>\\]+$/i.test(url)) throw new Error(url);
        const redirect = loopbackRedirect(url);
        if (redirect && !isLoopbackHost(redirect.host)) throw new Error(url);
        const endpoint = parseEndpoint(url, 'x');
        const loopback = endpoint.protocol === 'http:' && isLoopbackHost(endpoint.hostname);
        if ((endpoint.protocol !== 'https:' && !loopback) || endpoint.username !== '' || url.includes('#'))
          throw new Error(url);
      },
    );
  });
});
