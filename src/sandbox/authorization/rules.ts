/** How the authorization server behaves. Faults change one of these each. */
export type Rules = {
  /** Whether its documents and its answers name it with a slash at the end. */
  slash: boolean;
  /** A renewal gives a new refresh token, and the old one ends. */
  rotates: boolean;
  /** Redirects are compared with their port, which RFC 8252 section 7.3 leaves free on loopback. */
  exactPort: boolean;
  /** Registration gives a secret to whoever asked for none, and the token endpoint wants it posted. */
  secretAnyway: boolean;
  /** The answer goes back to the client by a page that waits, milliseconds. */
  lingers: number;
  /** Whoever is turned away is not sent back. */
  silent: boolean;
  /** Nobody is let in. */
  denies: boolean;
  /** The `state` goes back as it came, letter by letter. */
  rawState: boolean;
  /** The answer begins with a question mark, whatever stands before it. */
  secondQuestion: boolean;
  /** What the answer says of the issuer: nothing, its own name, or another. */
  iss: 'right' | 'missing' | 'wrong';
  /** The first answer carries the state of another sign-in. */
  wrongState: boolean;
  /** `resource` is taken, taken no notice of, or refused. */
  resource: 'taken' | 'ignored' | 'refused';
};

export const GOOD: Rules = {
  slash: false,
  rotates: true,
  exactPort: false,
  secretAnyway: false,
  lingers: 0,
  silent: false,
  denies: false,
  rawState: false,
  secondQuestion: false,
  iss: 'right',
  wrongState: false,
  resource: 'taken',
};

export const SCOPES = ['notes:read', 'notes:write', 'offline_access'];
