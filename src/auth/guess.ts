// How a client proves itself where nobody said how: a guess, and one second guess.

import type { Client } from './identity.ts';

/**
 * Asks with the client's method. Where Basic was only guessed and is refused, the secret is posted once (RFC 6749 section
 * 2.3.1 has both); returns the method of the last answer, to be remembered. Throws what `ask` throws.
 */
export async function withGuess<Answer extends { kind: string; error?: string }>(
  { authMethod, methodKnown }: Pick<Client, 'authMethod' | 'methodKnown'>,
  ask: (authMethod: Client['authMethod']) => Promise<Answer>,
): Promise<{ answer: Answer; authMethod: Client['authMethod'] }> {
  const answer = await ask(authMethod);
  const guessed = !methodKnown && authMethod === 'client_secret_basic';
  if (!guessed || answer.kind !== 'refused' || answer.error !== 'invalid_client')
    return { answer, authMethod };
  return { answer: await ask('client_secret_post'), authMethod: 'client_secret_post' };
}
