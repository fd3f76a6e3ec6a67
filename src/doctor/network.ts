// By which way each hop of the examination went: proxy, authorities, certificate of ours.
import type { Way } from '../session/way.ts';
import type { Case } from './case.ts';
import { type Finding, passed, skipped } from './finding.ts';

export function probeNetwork({ ways, known }: Case): Finding {
  for (const { origin } of ways) known.names.add(new URL(origin).hostname);
  return ways.length === 0 ? skipped('nothing was asked') : passed(waysText(ways));
}

/** Hops that went the same way are told together. Pure. */
export function waysText(ways: readonly Way[]): string {
  const groups = new Map<string, string[]>();
  for (const way of ways) {
    const how = howText(way);
    groups.set(how, [...(groups.get(how) ?? []), `${way.hop} at ${way.origin}`]);
  }
  return [...groups].map(([how, hops]) => `${how}: ${hops.join(', ')}`).join('; ');
}

function howText({ origin, proxy, authorities, clientCertificate }: Way): string {
  const secure = origin.startsWith('https:');
  const trusted = ["Node's own authorities", ...authorities].join(' and ');
  return [
    proxy === undefined ? 'straight' : `through ${proxy}`,
    secure ? `trusting ${trusted}` : 'not encrypted',
    ...(secure && clientCertificate !== undefined
      ? [`with the client certificate ${clientCertificate}`]
      : []),
  ].join(', ');
}
