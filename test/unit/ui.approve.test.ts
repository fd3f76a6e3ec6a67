// What a person reads before a model may call a tool: nothing in the arguments can push the rest of them out of sight.
import { describe, expect, test } from 'vitest';
import type { Approval } from '../../src/chat/approval.ts';
import { approvalText } from '../../src/ui/approve.ts';

const about: Omit<Approval, 'arguments'> = {
  server: 'mail',
  tool: 'send',
  description: undefined,
  reason: 'new',
  from: [],
  mayRemember: true,
};

const shown = (args: Record<string, unknown>) => approvalText({ ...about, arguments: args });

describe('what a call would send', () => {
  test('is shown whole where it is short', () => {
    expect(shown({ to: 'ada', body: { lines: [1] } })).toBe(
      [
        'The model wants to call mail/send',
        '  why you are asked: it is used for the first time',
        '  {',
        '    "to": "ada",',
        '    "body": {',
        '      "lines": [',
        '        1',
        '      ]',
        '    }',
        '  }',
        '',
      ].join('\n'),
    );
  });

  test.each<[string, unknown]>([
    ['a long text', 'x'.repeat(20_000)],
    ['a long list', Array.from({ length: 5000 }, (_, index) => index)],
    ['a text of line breaks', '\n'.repeat(20_000)],
  ])('names what stands behind %s', (_, long) => {
    const text = shown({ body: long, bcc: 'eve@evil.example' });
    expect(text).toContain('eve@evil.example');
    expect(text).toMatch(/\[\d+ more characters are not shown\]/);
    expect(text.length).toBeLessThan(5000);
  });

  test('says how many arguments there was no room for', () => {
    const many = Object.fromEntries(
      Array.from({ length: 5000 }, (_, index) => [`a${index}`, 'x'.repeat(50)]),
    );
    const text = shown(many);
    expect(text).toMatch(/\[\d+ more arguments are not shown\]/);
    expect(text.length).toBeLessThan(8000);
  });

  test('has no name of an argument that is a screen of its own', () => {
    const text = shown({ ['k'.repeat(20_000)]: 1, bcc: 'eve@evil.example' });
    expect(text).toContain('eve@evil.example');
    expect(text.length).toBeLessThan(5000);
  });
});
