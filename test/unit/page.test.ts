import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeHtml, failurePage, pagePolicy, successPage } from '../../src/auth/page.ts';

const hostile = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='x",
  '&lt;b&gt;',
  '</code></p><meta http-equiv=refresh content="0;url=//evil">',
  '`x`',
];

describe('escaping', () => {
  test.each(hostile)('%s stays text', (text) => {
    const page = failurePage('Not signed in', 'See the terminal.', text);
    expect(page).not.toContain(text);
    expect(page).toContain(escapeHtml(text));
  });

  test('title and text are escaped too', () => {
    expect(failurePage('<i>', '<b>')).not.toMatch(/<[ib]>/);
  });

  test('direction overrides and control characters are blanks', () => {
    expect(escapeHtml('a\u202eb\u0000c\u001bd\u2066')).toBe('a b c d ');
  });

  test('no text makes an element or ends an attribute', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(escapeHtml(text)).not.toMatch(/[<>"'`]|&(?!#\d+;)/);
      }),
    );
  });

  test('an endless code is cut', () => {
    expect(failurePage('t', 't', 'x'.repeat(5000)).match(/x{40,}/)?.[0]).toHaveLength(80);
  });
});

describe.each([
  ['success', successPage()],
  ['failure', failurePage('Not signed in', 'See the terminal.', 'access_denied')],
])('the %s page', (_name, page) => {
  test('loads nothing and runs nothing', () => {
    expect(page).not.toMatch(/<script|<link|<img|<iframe|\ssrc=|\shref=|url\(|@import|\son\w+=|\sstyle=/i);
  });

  test('its one style is the one that the policy allows', () => {
    const style = page.match(/<style>([\s\S]*)<\/style>/)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(pagePolicy).toContain(`style-src 'sha256-${hash}'`);
    expect(pagePolicy).toContain("default-src 'none'");
    expect(page.match(/<style/g)).toHaveLength(1);
  });

  test('fits phones and the dark', () => {
    expect(page).toContain('name="viewport"');
    expect(page).toContain('prefers-color-scheme:dark');
  });
});

test('only the success page says so', () => {
  expect(successPage()).toContain('Authorized');
  expect(successPage()).toContain('in the terminal');
  expect(failurePage('Not signed in', 'See the terminal.')).not.toContain('Authorized');
});
