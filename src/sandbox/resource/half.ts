import type { Ask } from '../ask.ts';
import { bentRules, json, read, withFaults } from '../fault.ts';
import type { Half, Origins, SandboxOptions } from '../options.ts';
import { RESOURCE_FAULTS } from './faults.ts';
import { openGate } from './gate.ts';
import { GOOD } from './rules.ts';
import { openEndpoint } from './sessions.ts';

/** The MCP server. `internal` is the secret that it shares with the other half, and `ask` the way there. */
export function resourceHalf(
  options: SandboxOptions,
  origins: () => Origins,
  internal: string,
  ask: Ask,
): Half {
  const faults = RESOURCE_FAULTS.filter(({ name }) => options.faults.has(name));
  const rules = bentRules(GOOD, faults);
  const gate = openGate(options, internal, rules);
  const endpoint = openEndpoint({ legacy: rules.legacy, modern: rules.modern, random: options.random });
  const serve = withFaults(faults, async (asked) => {
    const told = gate.metadata(asked);
    if (told || asked.path !== '/mcp') return told;
    const verdict = await gate.judge(asked);
    if ('refusal' in verdict) return verdict.refusal;
    const { holder } = verdict;
    if (rules.lostIsUnauthorized && endpoint.isLost(asked.request, holder))
      return json(401, { error: 'unauthorized' });
    const answer = await endpoint.handle(asked.request, holder);
    if (rules.forgets && asked.headers.has('mcp-session-id')) endpoint.forgetSessions();
    return answer;
  });
  return {
    handle: async (request) => serve(await read(request, origins(), ask)),
    close: endpoint.close,
  };
}
