// Whom the authorization server calls the owner of a sign-in, as it is kept with it.

import { type Fields, plain, truth } from './fields.ts';

export type Identity = {
  /** Never given to another person at the same issuer (OpenID Connect Core section 5.7). */
  subject: string;
  email?: string;
  /** Absent: the server does not say. */
  emailVerified?: boolean;
  username?: string;
  name?: string;
};

/** As long as any name or address that a person has; it is shown, so it drives no terminal. */
export const told = plain(320);

/** Throws as `fieldsOf` was told. */
export function parseIdentity(fields: Fields): Identity {
  return {
    subject: fields.need('subject', told),
    ...fields.may('email', told),
    ...fields.may('emailVerified', truth),
    ...fields.may('username', told),
    ...fields.may('name', told),
  };
}
