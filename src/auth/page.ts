import { createHash } from 'node:crypto';

// The two pages a browser sees at the end of a sign-in. No script, nothing from elsewhere, and whatever came from
// outside is escaped: the callback can be called by any page and any program.

const style = `
:root{color-scheme:light dark;--ink:#1c2024;--soft:#5f6770;--ground:#f5f6f8;--card:#fff;--line:#e2e5ea;--good:#1a7f4b;--bad:#b3261e}
@media (prefers-color-scheme:dark){:root{--ink:#eceef1;--soft:#a3abb5;--ground:#131518;--card:#1c1f24;--line:#2d3239;--good:#4cc38a;--bad:#ff8a80}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;min-height:100dvh;display:grid;place-items:center;padding:1.5rem;background:var(--ground);color:var(--ink);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{width:100%;max-width:27rem;padding:2.25rem 2rem;background:var(--card);border:1px solid var(--line);border-radius:1rem;text-align:center;overflow-wrap:anywhere}
.mark{width:3rem;height:3rem;margin:0 auto 1.25rem;border-radius:50%;display:grid;place-items:center;border:2px solid currentColor;font-size:1.5rem;line-height:1}
.good{color:var(--good)}.bad{color:var(--bad)}
h1{margin:0 0 .5rem;font-size:1.35rem;font-weight:650;line-height:1.3}
p{margin:.5rem 0 0;color:var(--soft)}
code{font:.9rem ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;color:var(--ink)}
footer{margin-top:1.75rem;font-size:.8rem;color:var(--soft)}
`;

/** For both pages: nothing may load or run, be framed or sent anywhere; only the style above, by its hash, applies. */
export const pagePolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Not "signed in": the code is still to be exchanged, and only the terminal will know. */
export function successPage(): string {
  return page('good', '✓', 'Authorized', 'You can close this tab: mcp-cli goes on in the terminal.');
}

/** `code` is the authorization server's own word for what went wrong, shown as text and cut at 80 characters. */
export function failurePage(title: string, text: string, code?: string): string {
  return page('bad', '!', title, text, code);
}

function page(tone: 'good' | 'bad', mark: string, title: string, text: string, code?: string): string {
  const detail =
    code === undefined ? '' : `\n<p><code>${escapeHtml([...code].slice(0, 80).join(''))}</code></p>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)} · mcp-cli</title>
<style>${style}</style>
</head>
<body>
<main>
<div class="mark ${tone}" aria-hidden="true">${mark}</div>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(text)}</p>${detail}
<footer>mcp-cli</footer>
</main>
</body>
</html>
`;
}

/** Safe as text and inside quoted attributes. Control and direction-changing characters become spaces. */
export function escapeHtml(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, ' ')
    .replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}
