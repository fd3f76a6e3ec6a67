// HTTP Basic as OAuth has it (RFC 6749 section 2.3.1): both halves are form-encoded first.

/**
 * What Basic carries, before it becomes base64; undefined without a secret. Not the library's: that encodes `-`, `_`, `.`
 * and `*` as well, which the form encoding leaves as they are (appendix B). Most identifiers have nothing else in them,
 * and servers that forgot to decode would not know the client.
 */
export function basicCredentials(clientId: string, secret: string | undefined): string | undefined {
  return secret && [clientId, secret].map(formEncoded).join(':');
}

function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}
