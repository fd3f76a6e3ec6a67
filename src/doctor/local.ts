// What is looked at where there is no server at a URL.
import type { StdioEntry } from '../config/entry.ts';
import type { ConfigError } from '../errors.ts';
import type { Means } from './case.ts';
import { judgeEntry } from './configuration.ts';
import type { Step } from './examine.ts';
import { failed } from './finding.ts';
import { probeStore } from './kept.ts';
import { CONFIGURATION, LIFECYCLE, SHORT, STORE } from './limits.ts';
import { startAndTalk } from './talk.ts';

/** Milliseconds. Programs that are fetched before they run take long to start. */
const START = 26_000;

/** A server that is started here: does it start, and does it speak MCP? */
export function stdioSteps(entry: StdioEntry, means: Means): Step[] {
  const [start, mcp] = startAndTalk(means.connect).map((step) => ({ ...step, clause: LIFECYCLE }));
  const stored = entry.withTokens !== undefined;
  return [
    { ...CONFIGURATION, probe: async () => judgeEntry(entry) },
    {
      ...STORE,
      blocked: () => (stored ? undefined : 'nothing of the store is needed'),
      probe: () => probeStore(means),
    },
    ...(start && mcp
      ? [
          { ...start, limit: START },
          { ...mcp, limit: SHORT },
        ]
      : []),
  ];
}

/** An entry that cannot be used: the store is all that is left to look at. */
export function storeSteps(fault: ConfigError, means: Means): Step[] {
  return [
    { ...CONFIGURATION, probe: async () => failed(fault) },
    { ...STORE, probe: () => probeStore(means) },
  ];
}
