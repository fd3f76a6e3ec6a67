// Whether the server speaks MCP, with the session that every command opens.
import { NetworkError } from '../errors.ts';
import type { Session } from '../session/session.ts';
import type { Step } from './examine.ts';
import { type Finding, passed } from './finding.ts';

/** Opens a session and ends it. Throws what a command would. */
export async function probeMcp(connect: () => Promise<Session>): Promise<Finding> {
  const session = await connect();
  const { protocol, serverInfo, capabilities } = session;
  await session.close().catch(() => undefined);
  const name = serverInfo ? `, ${serverInfo.name} ${serverInfo.version}`.slice(0, 120) : '';
  const offers = Object.keys(capabilities).slice(0, 12).join(', ');
  return passed(`revision ${protocol}${name}; offers ${offers || 'nothing'}`);
}

/** Of a program: started once, and what came of it told in two steps. */
export function startAndTalk(connect: () => Promise<Session>): Pick<Step, 'name' | 'probe' | 'blocked'>[] {
  let talk: Promise<Finding> | undefined;
  let started = false;
  return [
    {
      name: 'start',
      async probe() {
        talk = probeMcp(connect);
        const fault = await talk.then(
          () => undefined,
          (error: unknown) => error,
        );
        if (isNoProgram(fault)) throw fault;
        started = true;
        return passed('the program starts');
      },
    },
    {
      name: 'mcp',
      blocked: () => (started ? undefined : 'it does not start'),
      probe: async () => talk ?? passed(''),
    },
  ];
}

/** The system could not start it: there is no such file, or it is none that can be run. */
function isNoProgram(error: unknown): boolean {
  if (!(error instanceof NetworkError) || error.code !== 'not_started') return false;
  const { code } = (error.cause ?? {}) as { code?: unknown };
  return typeof code === 'string' && /^E[A-Z]+$/.test(code);
}
