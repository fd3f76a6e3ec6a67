import { createHash } from 'node:crypto';
import { page } from '../fault.ts';

// The page on which a person says yes. No script, nothing from elsewhere, and every word of a client's is escaped.

const style = `
:root{color-scheme:light dark;--ink:#1c2024;--soft:#5f6770;--ground:#f5f6f8;--card:#fff;--line:#d9dde3;--act:#1a5fb4;--on:#fff}
@media (prefers-color-scheme:dark){:root{--ink:#eceef1;--soft:#a3abb5;--ground:#131518;--card:#1c1f24;--line:#3a4048;--act:#8ab8ff;--on:#10151c}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;min-height:100dvh;display:grid;place-items:center;padding:1.25rem;background:var(--ground);color:var(--ink);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{width:100%;max-width:27rem;padding:2rem;background:var(--card);border:1px solid var(--line);border-radius:1rem;overflow-wrap:anywhere}
h1{margin:0 0 .75rem;font-size:1.3rem;font-weight:650;line-height:1.3}
p{margin:.5rem 0;color:var(--soft)}
ul{margin:1rem 0;padding:0;list-style:none;border-top:1px solid var(--line)}
li{padding:.55rem 0;border-bottom:1px solid var(--line)}
form{display:flex;gap:.75rem;margin-top:1.5rem}
button{flex:1;padding:.7rem 1rem;font:inherit;font-weight:600;border-radius:.6rem;border:1px solid var(--line);background:transparent;color:var(--ink);cursor:pointer}
button.yes{background:var(--act);border-color:var(--act);color:var(--on)}
button:focus-visible{outline:3px solid var(--act);outline-offset:2px}
footer{margin-top:1.5rem;font-size:.8rem;color:var(--soft)}
`;

const styleHash = createHash('sha256').update(style).digest('base64');

const MEANING: Record<string, string> = {
  'notes:read': 'Read your notes',
  'notes:write': 'Add notes',
  offline_access: 'Stay signed in',
};

export type Question = {
  clientName: string;
  scopes: string[];
  redirectUri: string;
  /** Good for one answer. */
  ticket: string;
};

export function consentPage({ clientName, scopes, redirectUri, ticket }: Question): Response {
  const { host, origin } = new URL(redirectUri);
  const wishes = scopes.map((scope) => `<li>${escaped(MEANING[scope] ?? scope)}</li>`).join('');
  const body = `<h1>Let ${escaped(clientName)} use your notes?</h1>
<p>It is a program that will be answered at <b>${escaped(host)}</b>, and wants to:</p>
<ul>${wishes}</ul>
<form method="post" action="/authorize">
<input type="hidden" name="ticket" value="${escaped(ticket)}">
<button name="decision" value="deny">Deny</button>
<button class="yes" name="decision" value="allow">Allow</button>
</form>
<footer>The sandbox of mcp-cli: for trying things out. No account, and nothing real, is behind it.</footer>`;
  // Browsers hold the redirect that answers a form against form-action too.
  return plainPage(200, 'Allow?', body, `form-action 'self' ${origin}`);
}

export function messagePage(
  status: number,
  title: string,
  text: string,
  refresh?: { after: number; url: string },
): Response {
  const meta = refresh
    ? `<meta http-equiv="refresh" content="${Math.round(refresh.after / 1000)};url=${escaped(refresh.url)}">`
    : '';
  return plainPage(
    status,
    title,
    `<h1>${escaped(title)}</h1>\n<p>${escaped(text)}</p>`,
    "form-action 'none'",
    meta,
  );
}

function plainPage(status: number, title: string, body: string, formAction: string, meta = ''): Response {
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)} · sandbox</title>
${meta}<style>${style}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
  return page(status, html, {
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; frame-ancestors 'none'; ${formAction}`,
  });
}

function escaped(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, ' ')
    .replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}
