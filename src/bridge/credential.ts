// The bearer of a program that runs for days.

import type { Bearer } from '../auth/bearer.ts';

/**
 * A bearer that is replaced once it has failed: what it learned of a refused token counts no more, and the next request
 * finds in the store what a person has signed in for meanwhile. Its tokens are remembered in `sent`.
 */
export function lastingBearer(open: () => Bearer, sent: Set<string>): Bearer {
  let bearer = open();
  let last: string | undefined;
  const mine: string[] = [];
  const trying = async <T>(work: (bearer: Bearer) => Promise<T>): Promise<T> => {
    const used = bearer;
    try {
      return await work(used);
    } catch (error) {
      if (bearer === used) bearer = open();
      throw error;
    }
  };
  return {
    async current() {
      const token = await trying((used) => used.current());
      last = token;
      if (token !== undefined && !sent.has(token)) {
        sent.add(token);
        // The one before may still be in an answer under way; older ones are not.
        const [oldest] = mine.splice(0, mine.length - 1);
        if (oldest !== undefined) sent.delete(oldest);
        mine.push(token);
      }
      return token;
    },
    bound: () => bearer.bound(),
    send: (url, init) => bearer.send(url, init),
    rejected: (token, challenge) => trying((used) => used.rejected(token, challenge)),
    async stepUp(challenge) {
      // Somebody may have signed in for it elsewhere.
      const anew = open();
      const token = await anew.current().catch(() => undefined);
      if (token !== undefined && token !== last) bearer = anew;
      else await trying((used) => used.stepUp(challenge));
    },
    accepted: () => bearer.accepted(),
  };
}
