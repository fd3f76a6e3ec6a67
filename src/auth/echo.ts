// A server may put what it was sent into the words of its refusal, which end in a terminal's history and a CI log.

/** Characters: what is shorter is found in ordinary words, and no secret. */
const SHORTEST = 4;

/** Whether `text` has one of the secrets in it: as it is, percent-encoded or in base64. Pure. */
export function echoes(text: string, secrets: readonly (string | undefined)[]): boolean {
  return secrets.some((secret) => {
    if (secret === undefined || secret.length < SHORTEST) return false;
    const bytes = Buffer.from(secret);
    const forms = [
      secret,
      encodeURIComponent(bytes.toString()),
      bytes.toString('base64').replace(/=+$/, ''),
      bytes.toString('base64url'),
    ];
    return forms.some((form) => text.includes(form));
  });
}
