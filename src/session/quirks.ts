// The one place where the text of an error is read. ChukMCPServer never answers 401: without a token, or with one that
// is bad or expired, a protected tool answers HTTP 200 with JSON-RPC -32603 and one of these sentences.

const WANTS_SIGN_IN: readonly { code: number; text: RegExp }[] = [
  { code: -32603, text: /requires OAuth authorization/i },
  { code: -32603, text: /OAuth validation failed/i },
];

export function wantsSignIn(code: unknown, message: string): boolean {
  return WANTS_SIGN_IN.some((row) => row.code === code && row.text.test(message));
}
