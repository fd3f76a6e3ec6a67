// What a server asks, answered by a person at a real terminal. Needs dist (npm run build).
import { describe, expect, test } from 'vitest';
import { type Asker, askedBy, call, form } from '../support/asking.ts';
import { browserProgram } from '../support/browser.ts';
import { type Loopback, listen } from '../support/loopback.ts';
import { keep } from '../support/scene.ts';
import { ptyCli, type Terminal } from '../support/terminal.ts';

const DOWN = '\u001b[B';
const MODERN = '2026-07-28 over HTTP';

async function asked(
  questions: object[],
  flags: string[] = [],
  kind: Asker = MODERN,
  env: Record<string, string> = {},
): Promise<Terminal> {
  const { config } = await askedBy(kind);
  return ptyCli(['--config-file', config, '--json', ...call(questions), ...flags], { env });
}

/** Types an answer once its question is there. */
async function reply(terminal: Terminal, question: RegExp, keys: string): Promise<void> {
  await terminal.seen(question);
  terminal.type(keys);
}

/** What the tool was answered, which it answers with. */
async function told(terminal: Terminal): Promise<unknown> {
  const { exit, shown } = await terminal.done;
  expect(exit).toBe(0);
  const text = /"text": (".*")\r\n/.exec(shown)?.[1] ?? '"null"';
  return JSON.parse(JSON.parse(text) as string) as unknown;
}

describe('a form', () => {
  const everything = {
    mode: 'form',
    message: 'About your \u001b[31mtrip\u001b]0;title\u0007',
    requestedSchema: {
      type: 'object',
      properties: {
        name: { type: 'string', title: 'Your name', minLength: 2 },
        mail: { type: 'string', format: 'email' },
        age: { type: 'integer', minimum: 18, description: 'in years' },
        window: { type: 'boolean', default: true },
        class: {
          type: 'string',
          oneOf: [
            { const: 'a', title: 'First' },
            { const: 'b', title: 'Second' },
          ],
        },
        meals: { type: 'array', items: { type: 'string', enum: ['soup', 'fish'] } },
        note: { type: 'string' },
      },
      required: ['name', 'mail', 'age', 'class'],
    },
  };

  test.each<Asker>([MODERN, '2025 with sessions', '2025 over stdio'])(
    'is asked field by field and checked (%s)',
    async (kind) => {
      const terminal = await asked([everything], [], kind);
      await terminal.seen(/notes asks:\r\n {3}About your trip\r\n/);
      await reply(terminal, /What do you answer\?/, '\r');
      await reply(terminal, /Your name/, 'A\r');
      await reply(terminal, /name must have a length of at least 2/, 'da\r');
      await reply(terminal, /mail/, 'ada\r');
      await reply(terminal, /mail must be an e-mail address/, '@example.org\r');
      await reply(terminal, /age: in years/, '17\r');
      await reply(terminal, /age must be at least 18/, '\b\b36\r');
      await reply(terminal, /window \(may be left out\)/, '\r');
      await reply(terminal, /class[\s\S]*First/, `${DOWN}\r`);
      await reply(terminal, /meals \(may be left out\)/, `${DOWN} \r`);
      await reply(terminal, /note \(may be left out\)/, '\r');
      await terminal.seen(/This is sent to notes:\r\n {3}name: Ada\r\n[\s\S]*class: b\r\n {3}meals: fish/);
      await reply(terminal, /What do you answer\?/, '\r');
      expect(await told(terminal)).toEqual([
        {
          action: 'accept',
          content: {
            name: 'Ada',
            mail: 'ada@example.org',
            age: 36,
            window: true,
            class: 'b',
            meals: ['fish'],
          },
        },
      ]);
      expect(terminal.shown()).not.toContain('\u001b]0;title');
    },
  );

  const size = form({ size: { type: 'number' } });

  test.each([
    ['decline', DOWN],
    ['cancel', DOWN + DOWN],
  ])('can be answered with %s, before and after it is filled in', async (action, keys) => {
    const before = await asked([size]);
    await reply(before, /What do you answer\?/, `${keys}\r`);
    expect(await told(before)).toEqual([{ action }]);
    const after = await asked([size]);
    await reply(after, /What do you answer\?/, '\r');
    await reply(after, /size/, '1.5\r');
    await reply(after, /What do you answer\?/, `${DOWN}${keys}\r`);
    expect(await told(after)).toEqual([{ action }]);
  });

  test('can be changed before it is sent', async () => {
    const terminal = await asked([size]);
    await reply(terminal, /What do you answer\?/, '\r');
    await reply(terminal, /size/, 'big\r');
    await reply(terminal, /size must be a number, not a string/, '\b\b\b1\r');
    await reply(terminal, /What do you answer\?/, `${DOWN}\r`);
    // What was answered before stands in the line.
    await reply(terminal, /size/, '\b2\r');
    await reply(terminal, /What do you answer\?/, '\r');
    expect(await told(terminal)).toEqual([{ action: 'accept', content: { size: 2 } }]);
  });

  test('gets answers of the flags proposed with --elicitation ask', async () => {
    const terminal = await asked([size], ['--elicitation', 'ask', '--elicitation-answers', '{"size":7}']);
    await reply(terminal, /What do you answer\?/, '\r');
    await reply(terminal, /size/, '\r');
    await reply(terminal, /What do you answer\?/, '\r');
    expect(await told(terminal)).toEqual([{ action: 'accept', content: { size: 7 } }]);
  });

  test('that asks for a secret is said to, with the name of the server', async () => {
    const terminal = await asked([form({ apiKey: { type: 'string' }, city: { type: 'string' } })]);
    await terminal.seen(/warning: notes asks for apiKey: MCP servers must not ask for secrets this way/);
    await reply(terminal, /What do you answer\?/, `${DOWN}\r`);
    expect(await told(terminal)).toEqual([{ action: 'decline' }]);
  });

  test('is left with Escape, which the server hears of as cancelled', async () => {
    const terminal = await asked([size]);
    await reply(terminal, /What do you answer\?/, '\r');
    await reply(terminal, /size/, '1\u001b');
    expect(await told(terminal)).toEqual([{ action: 'cancel' }]);
  });

  test('is not under the time limit while the person thinks', async () => {
    const terminal = await asked([size], ['--timeout', '1s']);
    await terminal.seen(/What do you answer\?/);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    terminal.type(`${DOWN}\r`);
    expect(await told(terminal)).toEqual([{ action: 'decline' }]);
  });

  test.each([
    ['at the first question', false],
    ['at a field', true],
  ])('ends with Ctrl-C, and the call with it (%s)', async (_, further) => {
    const terminal = await asked([size]);
    await terminal.seen(/What do you answer\?/);
    if (further) {
      terminal.type('\r');
      await terminal.seen(/size/);
    }
    terminal.type('\x03');
    const { exit, shown } = await terminal.done;
    expect(exit).toBe(130);
    expect(shown).toContain('"code":"cancelled"');
  });
});

describe('a page', () => {
  async function page(): Promise<Loopback> {
    return keep(
      await listen(async (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Paid</p>');
      }),
    );
  }
  const visit = (url: string) => ({ mode: 'url', message: 'Please pay', url, elicitationId: 'a' });

  test.each<Asker>([MODERN, '2025 with sessions'])(
    'is opened once the person agrees, and stands in no argument list (%s)',
    async (kind) => {
      const shop = await page();
      const browser = browserProgram();
      const terminal = await asked([visit(`${shop.url}/order?n=1`)], [], kind, { BROWSER: browser.command });
      await terminal.seen(
        /notes wants you to visit a page:\r\n {3}Please pay\r\n {3}at 127\.0\.0\.1:\d+\r\n/,
      );
      await terminal.seen(/Do you want to go there\?/);
      expect(browser.opened()).toEqual([]);
      terminal.type('\r');
      expect(await told(terminal)).toEqual([{ action: 'accept' }]);
      expect(browser.opened()).toEqual([expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{22}$/)]);
      expect(browser.opened()[0]).not.toContain(shop.url);
      await expect.poll(() => shop.count('/order'), { timeout: 50_000 }).toBe(1);
    },
  );

  test('is left alone when the person declines, or opens it alone', async () => {
    const browser = browserProgram();
    for (const [keys, action] of [
      [DOWN + DOWN, 'decline'],
      [DOWN, 'accept'],
    ] as const) {
      const terminal = await asked([visit('https://pay.example/')], [], MODERN, { BROWSER: browser.command });
      await reply(terminal, /Open pay\.example in the browser/, `${keys}\r`);
      expect(await told(terminal)).toEqual([{ action }]);
    }
    expect(browser.opened()).toEqual([]);
  });

  test('that no browser can be started for is still agreed to, and said', async () => {
    const terminal = await asked([visit('https://pay.example/')], [], MODERN, {
      BROWSER: '/nowhere/browser',
    });
    await reply(terminal, /Open pay\.example/, '\r');
    await terminal.seen(/No browser went there: open the URL above yourself/);
    expect(await told(terminal)).toEqual([{ action: 'accept' }]);
  });

  test.each(['http://pay.example/', 'file:///etc/passwd', 'javascript:alert(1)', 'https://a:b@pay.example/'])(
    'at %s is never opened',
    async (url) => {
      const browser = browserProgram();
      const terminal = await asked([visit(url)], [], MODERN, { BROWSER: browser.command });
      await terminal.seen(/warning: notes names a URL that is not safe to open: cancelled/);
      expect(await told(terminal)).toEqual([{ action: 'cancel' }]);
      expect(browser.opened()).toEqual([]);
    },
  );

  test('of a name in another script is shown as what it is', async () => {
    const terminal = await asked([visit('https://xn--pypal-4ve.com/')], ['--no-browser']);
    await terminal.seen(/at xn--pypal-4ve\.com/);
    await terminal.seen(/warning: the name of this host is not what it may look like/);
    await reply(terminal, /Agree, and open it myself/, `${DOWN}\r`);
    expect(await told(terminal)).toEqual([{ action: 'decline' }]);
  });
});
