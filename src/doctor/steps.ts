// What is looked at, in which order, and what rests on what.
import { hasConfiguredEndpoints, pinnedIssuer } from '../auth/binding.ts';
import type { HttpEntry } from '../config/entry.ts';
import { type Case, noBrowser, noSignIn } from './case.ts';
import { judgeClock } from './certificate.ts';
import { probeChallenge } from './challenge.ts';
import { probeRedirect, probeRegistration } from './client.ts';
import { judgeEntry } from './configuration.ts';
import { probeDns, probeProxy, probeTcp, probeTls } from './connection.ts';
import type { Step } from './examine.ts';
import type { Finding } from './finding.ts';
import { probeStore } from './kept.ts';
import { CONFIGURATION, LIFECYCLE, LONG, NETWORK, SHORT, STORE } from './limits.ts';
import { probePkce, probeResource, probeServer } from './metadata.ts';
import { probeNetwork } from './network.ts';
import { probeMcp } from './talk.ts';
import { probeToken } from './token.ts';

/** A server at a URL. */
export function httpSteps(subject: Case): Step[] {
  const network: Step = {
    name: 'network',
    clause: 'docs/networks.md',
    limit: SHORT,
    probe: async () => probeNetwork(subject),
  };
  return [...connectionSteps(subject), ...discoverySteps(subject), ...ownSteps(subject), network];
}

function connectionSteps(subject: Case): Step[] {
  const { known } = subject;
  const blocked = () => known.unreachable;
  const breaks = (reason: string) => (finding: Finding) => {
    // What is answered, however wrong, is an answer.
    if (finding.status === 'failed' && (finding.exit === 5 || finding.exit === 3)) known.unreachable = reason;
  };
  return [
    {
      ...CONFIGURATION,
      probe: async () => judgeEntry(subject.entry, subject.ctx.fixedToken?.source),
    },
    {
      name: 'proxy',
      clause: 'RFC 9110 section 9.3.6',
      limit: SHORT,
      probe: () => probeProxy(subject),
      after: breaks('it is not known which proxy to take'),
    },
    {
      name: 'dns',
      clause: 'RFC 3986 section 3.2.2',
      limit: NETWORK,
      blocked,
      probe: () => probeDns(subject),
      after: breaks('the name was not found'),
    },
    {
      name: 'tcp',
      clause: 'RFC 9293 section 3.5',
      limit: NETWORK,
      blocked,
      probe: (signal) => probeTcp(subject, signal),
      after: breaks('the server cannot be reached'),
    },
    {
      name: 'tls',
      clause: 'RFC 9110 section 4.3.4',
      limit: NETWORK,
      blocked,
      probe: (signal) => probeTls(subject, signal),
      after: breaks('there is no secure connection'),
    },
    {
      name: 'challenge',
      clause: 'RFC 9728 section 5.1',
      limit: NETWORK,
      blocked,
      probe: (signal) => probeChallenge(subject, signal),
      after: (finding) => {
        if (finding.code !== 'server_error') breaks('the server does not answer')(finding);
      },
    },
  ];
}

function discoverySteps(subject: Case): Step[] {
  const { entry, known } = subject;
  const unsigned = () => noSignIn(subject);
  const undiscovered = () =>
    known.discovery || hasConfiguredEndpoints(entry.oauth)
      ? undefined
      : 'the authorization server is not known';
  const aloof = () => unsigned() ?? noBrowser(subject);
  return [
    {
      name: 'resource_metadata',
      clause: 'RFC 9728 section 3.1',
      limit: NETWORK,
      blocked: () => unsigned() ?? unasked(entry) ?? known.unreachable,
      probe: (signal) => probeResource(subject, signal),
    },
    {
      name: 'server_metadata',
      clause: 'RFC 8414 section 3.1',
      limit: NETWORK,
      blocked: () => unsigned() ?? unasked(entry) ?? unnamed(subject),
      probe: (signal) => probeServer(subject, signal),
    },
    {
      name: 'pkce',
      clause: 'RFC 7636 section 4.2; MCP authorization, Authorization Code Protection',
      limit: SHORT,
      blocked: () => aloof() ?? undiscovered(),
      probe: () => probePkce(subject),
    },
    {
      name: 'registration',
      clause: 'RFC 7591 section 3; MCP authorization, Client Registration Approaches',
      limit: NETWORK,
      blocked: () => unsigned() ?? undiscovered(),
      probe: (signal) => probeRegistration(subject, signal),
    },
    {
      name: 'redirect',
      clause: 'RFC 8252 section 7.3',
      limit: SHORT,
      blocked: aloof,
      probe: () => probeRedirect(subject),
    },
  ];
}

/** What is ours: the store, the clock, the token. */
function ownSteps(subject: Case): Step[] {
  const { entry, known, ctx } = subject;
  const storeless = () => (ctx.fixedToken && !entry.withTokens ? noSignIn(subject) : undefined);
  return [
    {
      ...STORE,
      blocked: storeless,
      probe: () => probeStore(subject),
      after: ({ status }) => {
        known.storeFails = status === 'failed';
      },
    },
    {
      name: 'clock',
      clause: 'RFC 9110 section 6.6.1',
      limit: SHORT,
      blocked: () => (known.dates ? undefined : 'the server told no time'),
      probe: async () => judgeClock(known.dates ?? { theirs: 0, ours: 0 }, signs(subject)),
    },
    {
      name: 'token',
      clause: 'RFC 6750 section 3.1',
      limit: LONG,
      blocked: () => {
        if (entry.oauth?.enabled === false && !ctx.fixedToken) return noSignIn(subject);
        if (known.storeFails && !storeless()) return 'the store does not open';
        return known.unreachable;
      },
      probe: (signal) => probeToken(subject, signal),
    },
    {
      name: 'mcp',
      clause: LIFECYCLE,
      limit: LONG,
      blocked: () => {
        if (known.letIn || (known.open && entry.oauth?.enabled === false)) return undefined;
        return known.unreachable ?? 'nothing can be asked without a token that is taken';
      },
      probe: () => probeMcp(subject.connect),
    },
  ];
}

/** Both endpoints configured means that nothing is ever asked for. */
function unasked({ oauth }: HttpEntry): string | undefined {
  return hasConfiguredEndpoints(oauth) ? 'the endpoints are configured: no metadata is asked for' : undefined;
}

/** Nobody says which authorization server it is. */
function unnamed({ entry, known }: Case): string | undefined {
  if (known.resourceSought || pinnedIssuer(entry.oauth) !== undefined || entry.oauth?.discoveryUrl)
    return undefined;
  return 'it is not known which authorization server it is';
}

/** Whether we prove who we are with something that is good for minutes. */
function signs({ entry, known }: Case): boolean {
  return [known.client?.authMethod, entry.oauth?.tokenEndpointAuthMethod].includes('private_key_jwt');
}
