// The helper process: answers requests until its parent is gone. A call of keytar that hangs cannot be cancelled, and
// would block even process.exit: only SIGKILL ends such a process.
import self from 'node:process';
import { createInterface } from 'node:readline';
import { type Answer, HELLO, lineOf, type Request } from './protocol.ts';
import { type Addon, KeyringFault, perform } from './verbs.ts';

/** Milliseconds for writes that are under way when the parent dies. */
const GRACE = 1_000;
/** Characters of the library's words that are handed on. */
const WORDS = 200;

/** Serves until standard input ends. `load` rejects with KeyringFault where there is no addon; each request is told so. */
export function serve(load: () => Promise<Addon>, platform: NodeJS.Platform): void {
  // The parent decides what becomes of a save under way.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) self.on(signal, () => undefined);
  const say = (answer: Answer) => void self.stdout.write(lineOf(answer));
  const loading = load();
  const hello = () => say({ id: HELLO, value: null });
  loading.then(hello, hello);
  let busy = 0;
  let orphaned = false;
  const end = () => self.kill(self.pid, 'SIGKILL');

  const answer = async (request: Request): Promise<Answer> => {
    const { id } = request;
    try {
      return { id, value: await perform(await loading, platform, request) };
    } catch (error) {
      const fault = error instanceof KeyringFault ? error.fault : 'denied';
      const words = error instanceof Error ? error.message : '';
      return { id, fault, detail: words.replace(/\p{C}/gu, ' ').slice(0, WORDS) };
    }
  };

  self.stdout.on('error', end);
  createInterface({ input: self.stdin })
    .on('line', async (line) => {
      busy++;
      const said = await answer(JSON.parse(line) as Request);
      busy--;
      if (orphaned && busy === 0) end();
      else say(said);
    })
    .on('close', () => {
      orphaned = true;
      if (busy === 0) end();
      else setTimeout(end, GRACE);
    });
}
