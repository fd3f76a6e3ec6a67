// A tool called without arguments, by a person at a real terminal. Needs dist (npm run build).
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newHome } from '../support/home.ts';
import { notes } from '../support/person.ts';
import { ptyCli, type Terminal } from '../support/terminal.ts';

const DOWN = '\u001b[B';

/** A stdio server with one tool, which answers with its arguments, or with what a test wants. */
function toolOf(schema: object, answer: object = {}): string {
  const script = `
    const say = (id, result) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, result }) + '\\n');
    const [schema, answer] = JSON.parse(require('node:fs').readFileSync(process.argv[1], 'utf8'));
    require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
      const { id, method, params } = JSON.parse(line);
      if (method === 'initialize')
        say(id, { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 'f', version: '1' } });
      else if (method === 'tools/list') say(id, { tools: [{ name: 'book', description: 'Books a trip', inputSchema: schema }] });
      else if (method === 'tools/call')
        say(id, answer.content ? answer : { content: [{ type: 'text', text: 'GOT ' + JSON.stringify(params.arguments) }] });
    });`;
  const file = join(newHome(), 'tool.json');
  writeFileSync(file, JSON.stringify([schema, answer]));
  return notes({ command: process.execPath, args: ['-e', script, file], protocol: 'legacy' });
}

async function reply(terminal: Terminal, question: RegExp, keys: string): Promise<void> {
  await terminal.seen(question);
  terminal.type(keys);
}

const EVERYTHING = {
  type: 'object',
  $defs: { size: { type: 'integer', minimum: 1, description: 'of the party' } },
  properties: {
    name: { type: 'string', title: 'Your name', minLength: 2, pattern: '^[A-Z]' },
    mail: { type: ['string', 'null'], format: 'email' },
    size: { $ref: '#/$defs/size' },
    price: { type: 'number', exclusiveMinimum: 0, default: 9.5 },
    window: { type: 'boolean' },
    class: { enum: ['first', 'second'] },
    meal: {
      oneOf: [
        { const: 'a', title: 'Soup' },
        { const: 'b', title: 'Fish' },
      ],
    },
    days: { type: 'array', items: { enum: ['mon', 'tue'] }, minItems: 1 },
    home: {
      type: 'object',
      properties: { city: { type: 'string' }, zip: { type: 'string' } },
      required: ['city'],
    },
    stops: { type: 'array', items: { type: 'string' }, maxItems: 2 },
    pay: {
      oneOf: [
        {
          title: 'By card',
          properties: { kind: { const: 'card' }, number: { type: 'string' } },
          required: ['kind', 'number'],
        },
        { title: 'In cash', properties: { kind: { const: 'cash' } }, required: ['kind'] },
      ],
    },
    extra: { type: 'object' },
    far: { $ref: 'https://evil.example/schema.json' },
  },
  required: [
    'name',
    'mail',
    'size',
    'price',
    'window',
    'class',
    'meal',
    'days',
    'home',
    'stops',
    'pay',
    'extra',
    'far',
  ],
};

test.each([80, 40])(
  'the form asks for every type, judges each key, and shows the line that repeats the call (%i columns)',
  async (columns) => {
    const config = toolOf(EVERYTHING);
    const terminal = ptyCli(['--config-file', config, 'tools', 'call', 'book'], { columns });
    await terminal.seen(/book of notes: Books a trip/);
    await reply(terminal, /Your name/, 'a');
    await reply(terminal, /name must have a length of at least 2/, 'da');
    await reply(terminal, /name must match/, '\b\b\bAda\r');
    await reply(terminal, /mail[\s\S]*nothing for null/, '\r');
    await reply(terminal, /size: of the party[\s\S]*a whole number, at least 1/, '0');
    await reply(terminal, /size must be at least 1/, '\b3\r');
    await reply(terminal, /price[\s\S]*9\.5/, '\r');
    await reply(terminal, /window/, `${DOWN}\r`);
    await reply(terminal, /class/, `${DOWN}\r`);
    await reply(terminal, /meal[\s\S]*Fish/, `${DOWN}\r`);
    await reply(terminal, /days[\s\S]*tue/, '\r');
    await reply(terminal, /days must have a length of at least 1/, `${DOWN} \r`);
    await reply(terminal, /city/, 'Rome\r');
    await reply(terminal, /zip \(may be left out\)/, '\r');
    await reply(terminal, /Add one to stops\?/, '\r');
    await reply(terminal, /stops 1/, 'Bern\r');
    await reply(terminal, /Add another one to stops\?/, '\r');
    await reply(terminal, /pay[\s\S]*In cash/, '\r');
    await reply(terminal, /number/, '4\r');
    await reply(terminal, /extra[\s\S]*JSON, such as/, '{"a"');
    await reply(terminal, /this is no JSON yet/, ':1}\r');
    await reply(terminal, /far[\s\S]*JSON, or else a text/, 'away\r');
    await terminal.seen(/The same call again:/);
    await reply(terminal, /What now\?/, '\r');
    const { exit, shown } = await terminal.done;
    expect(exit).toBe(0);
    expect(JSON.parse(/GOT (.*)\r\n/.exec(shown)?.[1] ?? '')).toEqual({
      name: 'Ada',
      mail: null,
      size: 3,
      price: 9.5,
      window: false,
      class: 'second',
      meal: 'b',
      days: ['tue'],
      home: { city: 'Rome' },
      stops: ['Bern'],
      pay: { kind: 'card', number: '4' },
      extra: { a: 1 },
      far: 'away',
    });
    expect(shown).toContain(`--server notes tools call book name=Ada mail:=null size=3`);
  },
);

const ASKED = {
  type: 'object',
  properties: { name: { type: 'string' }, size: { type: 'integer' } },
  required: ['name'],
};

test.each([
  ['Escape', '\u001b'],
  ['Ctrl-C', '\x03'],
])('%s leaves the form, and nothing is called', async (_, keys) => {
  const terminal = ptyCli(['--config-file', toolOf(ASKED), 'tools', 'call', 'book']);
  await reply(terminal, /name/, `Ada${keys}`);
  const { exit, shown } = await terminal.done;
  expect(exit).toBe(130);
  expect(shown).not.toContain('GOT');
});

test('what was answered can be changed before the call, and NO_COLOR and a plain terminal are obeyed', async () => {
  const env = { NO_COLOR: '1', LANG: 'C' };
  const terminal = ptyCli(['--config-file', toolOf(ASKED), 'tools', 'call', 'book'], { env });
  await reply(terminal, /\? name/, 'Ada\r');
  await reply(terminal, /size \(may be left out\)/, '7\r');
  await reply(terminal, /What now\?/, `${DOWN}\r`);
  await reply(terminal, /\? name/, ' L\r');
  await reply(terminal, /size/, '\b\r');
  await terminal.seen(/tools call book 'name=Ada L'/);
  await reply(terminal, /What now\?/, '\r');
  const { exit, shown } = await terminal.done;
  expect([exit, /GOT (.*)\r\n/.exec(shown)?.[1]]).toEqual([0, '{"name":"Ada L"}']);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: styles are what it looks for
  expect(shown).not.toMatch(/\u001b\[[\d;]*m/);
  expect(shown).toMatch(/^\p{ASCII}*$/u);
});

test('a hostile tool is asked for on one screen', async () => {
  const long = 'x\u202e'.repeat(20_000);
  const properties = Object.fromEntries(
    Array.from({ length: 1_000 }, (_, index) => [`p${index}`, { type: 'string' }]),
  );
  const schema = {
    type: 'object',
    properties: {
      it: { type: 'string', title: long, description: `\u001b[2J${long}`, pattern: '^(a+)+$' },
      ...properties,
      self: { $ref: '#' },
    },
    required: ['it', 'self'],
  };
  const terminal = ptyCli(['--config-file', toolOf(schema), 'tools', 'call', 'book']);
  await terminal.seen(/802 more may be left out/);
  await reply(terminal, /Which of these do you want to give\?/, '\r');
  await reply(terminal, /x\\u202e/, `${'a'.repeat(40)}b`);
  await terminal.seen(/aab/);
  terminal.type('\u001b');
  const { exit, shown } = await terminal.done;
  expect(exit).toBe(130);
  expect(shown.length).toBeLessThan(100_000);
  for (const each of ['\u202e', '\u001b[2J']) expect(shown).not.toContain(each);
});

test('an answer that is taller than the screen goes to the pager, and no further than it with --no-pager', async () => {
  const text = Array.from({ length: 100 }, (_, index) => `line ${index}`).join('\n');
  const config = toolOf({ type: 'object' }, { content: [{ type: 'text', text }] });
  const env = {
    PAGER: `"${process.execPath}" -e "process.stdin.on('data', () => {}).on('end', () => console.log('PAGED'))"`,
  };
  const call = ['--config-file', config, 'tools', 'call', 'book'];
  const paged = await ptyCli(call, { env }).done;
  expect([paged.exit, paged.shown.includes('PAGED'), paged.shown.includes('line 99')]).toEqual([
    0,
    true,
    false,
  ]);
  const whole = await ptyCli([...call, '--no-pager'], { env }).done;
  expect([whole.exit, whole.shown.includes('PAGED'), whole.shown.includes('line 99')]).toEqual([
    0,
    false,
    true,
  ]);
});
