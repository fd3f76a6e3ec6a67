// The last net under diagnostics: messages are written without secrets, but a cause, a URL or a verbose line may
// carry one. What looks like a secret is masked even if nobody registered it.

export const MASK = '***';

const NAMES =
  'access_token|refresh_token|id_token|id_token_hint|token|subject_token|actor_token|client_secret|client_assertion|assertion|' +
  'code|code_verifier|device_code|user_code|state|nonce|password|passwd|secret|api[-_]?key|apikey|key|sig|signature|session_state|' +
  'initialaccesstoken|initial_access_token|registration_access_token|clientsecret|accesstoken|refreshtoken|vaulttoken';

const HEADERS =
  'authorization|proxy-authorization|cookie|set-cookie|x-api-key|x-auth-token|x-vault-token|api-key|dpop|mcp-session-id';

const RULES: [RegExp, string][] = [
  // Header lines and `name: value` of printed objects, quoted or not.
  [
    new RegExp(`(["']?\\b(?:${HEADERS})["']?\\s*[:=]\\s*)(?:"[^"]*"|'[^']*'|[^\\r\\n,}]+)`, 'gi'),
    `$1${MASK}`,
  ],
  [/\b(Bearer|DPoP|Basic)\s+[\w~+/.=-]{4,}/gi, `$1 ${MASK}`],
  // JSON and printed objects.
  [new RegExp(`(["']?\\b(?:${NAMES})["']?\\s*:\\s*)("(?:[^"\\\\]|\\\\.)*"|'[^']*')`, 'gi'), `$1"${MASK}"`],
  // The secret members of a private JWK (RFC 7518 section 6).
  [/(["']?\b(?:d|p|q|dp|dq|qi)["']?\s*:\s*)(?:"[\w-]{16,}"|'[\w-]{16,}')/g, `$1"${MASK}"`],
  // Query strings and form bodies.
  [new RegExp(`((?:^|[?&#;\\s"'])(?:${NAMES})=)[^&#\\s"'<>]+`, 'gi'), `$1${MASK}`],
  // user:password@host
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s/@:]*:[^\s/@]*@/gi, `$1${MASK}@`],
  // JWTs, keys of ours, Vault tokens.
  [/\beyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)?/g, MASK],
  [/\bmcpk1_[\w-]+/g, MASK],
  [/\bhv[sbr]\.[\w-]{8,}/g, MASK],
];

/** `text` without any of `secrets`: plain, percent-encoded or in base64. */
export function mask(text: string, secrets: Iterable<string>): string {
  let clean = text;
  for (const secret of secrets) {
    // A value of one to three characters would blot out ordinary words and protect nothing.
    if (secret.length < 4) continue;
    const bytes = Buffer.from(secret);
    for (const form of [
      secret,
      encodeURIComponent(secret),
      bytes.toString('base64').replace(/=+$/, ''),
      bytes.toString('base64url'),
    ]) {
      clean = clean.split(form).join(MASK);
    }
  }
  return clean;
}

const SECRET_NAME = /(?:^|_)(?:KEY|TOKEN|SECRET|PASSWORD)(?:_|$)/i;
/** Where a secret is, not what it is: messages have to name these. */
const PLACE_NAME = /_(?:FILE|PATH|DIR|URL|BACKEND)$/i;

/** What the environment holds under a name that says secret: a server can send it back in what it answers. */
export function environmentSecrets(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    value && value.length >= 8 && SECRET_NAME.test(name) && !PLACE_NAME.test(name) ? [value] : [],
  );
}

/** Characters that a diagnostic may have. The rules above take quadratic time over what a server makes up for them. */
const LONGEST = 4_000;

/** As `mask`, without anything that has the shape of a secret, and cut to what a person would read. */
export function redact(text: string, secrets: Iterable<string> = []): string {
  // Twice as much is looked at as is shown, so that no secret is cut before it is recognised.
  const looked = mask(text.slice(0, 2 * LONGEST), secrets);
  const clean = RULES.reduce((before, [pattern, instead]) => before.replace(pattern, instead), looked);
  return text.length > LONGEST ? `${clean.slice(0, LONGEST)}…` : clean;
}

/** A URL that may be shown: no user, no password, no query values, no fragment. Not a URL: masked whole. */
export function redactUrl(url: string): string {
  if (!URL.canParse(url)) return MASK;
  const parsed = new URL(url);
  const names = [...new Set(parsed.searchParams.keys())];
  const query = names.map((name) => `${encodeURIComponent(name)}=${MASK}`).join('&');
  const user = parsed.username || parsed.password ? `${MASK}@` : '';
  return `${parsed.protocol}//${user}${parsed.host}${parsed.pathname}${query && `?${query}`}`;
}
