// What this machine is for mcp-cli, whatever the server. Nobody is asked over the network but the store.
import { arch, version } from 'node:process';
import { proxyOf } from '../session/proxy.ts';
import { readMeans } from '../session/way.ts';
import type { Means } from './case.ts';
import type { Step } from './examine.ts';
import { type Finding, passed, skipped } from './finding.ts';
import { probeStore } from './kept.ts';
import { SHORT, STORE } from './limits.ts';

export type Machine = {
  platform: string;
  /** Questions can be asked: stdin and stderr are terminals. */
  asks: boolean;
  /** What keeps a sign-in from opening a browser by itself; undefined: nothing does. */
  obstacle: string | undefined;
};

export function machineSteps(means: Means, machine: Machine): Step[] {
  const { env } = means;
  const step = (name: Step['name'], clause: string, look: () => Finding | Promise<Finding>): Step => ({
    name,
    clause,
    limit: SHORT,
    probe: async () => look(),
  });
  return [
    step('node', 'README.md', () => passed(`Node ${version} on ${machine.platform} (${arch})`)),
    step('terminal', 'docs/scripts.md', () =>
      passed(
        machine.asks ? 'somebody can be asked' : 'nobody can be asked: no terminal, or it is not wanted',
      ),
    ),
    step('browser', 'docs/authentication.md', () => {
      if (machine.obstacle !== undefined) return passed(`none opens by itself: ${machine.obstacle}`);
      return passed(env.BROWSER ? 'opens by BROWSER' : 'opens by what the system has for it');
    }),
    step('proxy', 'docs/networks.md', () => passed(proxyText(means))),
    step('authorities', 'docs/networks.md', () => probeAuthorities(means)),
    step('client_certificate', 'docs/networks.md', () => probeCertificate(means)),
    { ...STORE, probe: () => probeStore(means) },
  ];
}

/** Throws ConfigError `proxy`. */
function proxyText({ env }: Means): string {
  const shown = ['https', 'http'].map((scheme) => {
    // Any host that no rule is made for.
    const proxy = proxyOf(new URL(`${scheme}://host.invalid`), env);
    return `${scheme}: ${proxy ? `through ${proxy.shown} (${proxy.setting})` : 'straight'}`;
  });
  const but = env.no_proxy || env.NO_PROXY;
  return [...shown, ...(but ? [`straight to ${but}`] : [])].join('; ');
}

async function probeAuthorities({ tls }: Means): Promise<Finding> {
  const { added, system } = await readMeans({ ...tls, clientCertificate: undefined });
  const theirs = await system();
  const named = added.map(({ source, certificates }) => ` and ${certificates.length} of ${source}`).join('');
  const last = theirs.certificates.length === 0 ? 'none' : `${theirs.certificates.length}`;
  return passed(`Node's own${named}; where these do not know who signed, ${last} of ${theirs.source}`);
}

/** That of the environment; those of entries are looked at with their servers. */
async function probeCertificate({ tls }: Means): Promise<Finding> {
  const { client } = await readMeans({ env: {}, clientCertificate: tls.clientCertificate });
  return client ? passed(`${client.file}, with its key`) : skipped('none is named for all servers');
}
