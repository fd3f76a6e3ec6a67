import { bentRules, read, type Serve, withFaults } from '../fault.ts';
import type { Half, Origins, SandboxOptions } from '../options.ts';
import { serveAuthorization } from './authorize.ts';
import { AUTHORIZATION_FAULTS } from './faults.ts';
import { openLedger } from './ledger.ts';
import { serveMetadata } from './metadata.ts';
import { serveIntrospection, serveRevocation } from './oversee.ts';
import { serveRegistration } from './register.ts';
import { GOOD } from './rules.ts';
import { serveTokens } from './token.ts';

/** The authorization server. `internal` is the secret that it shares with the other half. */
export function authorizationHalf(options: SandboxOptions, origins: () => Origins, internal: string): Half {
  const faults = AUTHORIZATION_FAULTS.filter(({ name }) => options.faults.has(name));
  const rules = bentRules(GOOD, faults);
  const ledger = openLedger(options);
  const endpoints: Serve[] = [
    serveMetadata(rules),
    serveRegistration(ledger, rules),
    serveAuthorization(options, ledger, rules),
    serveTokens(options, ledger, rules),
    serveRevocation(ledger),
  ];
  const introspect = serveIntrospection(ledger, internal);
  const serve = withFaults(faults, async (asked) => {
    for (const endpoint of endpoints) {
      const answer = await endpoint(asked);
      if (answer) return answer;
    }
    return undefined;
  });
  async function handle(request: Request): Promise<Response | undefined> {
    const asked = await read(request, origins(), ask);
    // Between the halves nothing is bent: a fault is for clients.
    return (await introspect(asked)) ?? (await serve(asked));
  }

  async function ask(request: Request): Promise<Response> {
    return (await handle(request)) ?? new Response(null, { status: 404 });
  }

  return { handle, close: async () => {} };
}
