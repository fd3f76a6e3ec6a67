// Who holds a lock, and whether that process still lives. A pid alone is not enough: it is reused after a reboot,
// and the same number is another process in another container.
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import self from 'node:process';
import { parseObject } from '../json-object.ts';
import { codeOf } from './failure.ts';

export type Owner = {
  nonce: string;
  pid: number;
  host: string;
  /** Linux only, all three: boot id, pid namespace, and the process's start in clock ticks since boot. */
  boot?: string;
  namespace?: string;
  start?: string;
};

/** `unknown`: on another host, before another boot or in another container; only its heartbeat can tell. */
type Life = 'alive' | 'dead' | 'unknown';

/** This process. One nonce is one holding of one lock. */
export async function ownOwner(nonce: string): Promise<Owner> {
  return { nonce, pid: self.pid, host: hostname(), ...(await ownPlace()) };
}

/** Undefined if the text is no owner record: half written, or edited by hand. */
export function parseOwner(text: string): Owner | undefined {
  const { nonce, pid, host, boot, namespace, start } = parseObject(text) ?? {};
  // The nonce becomes part of a file name.
  if (typeof nonce !== 'string' || !/^[0-9a-f]{16,64}$/.test(nonce)) return undefined;
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0 || typeof host !== 'string')
    return undefined;
  if (typeof boot !== 'string' || typeof namespace !== 'string' || typeof start !== 'string') {
    return { nonce, pid, host };
  }
  return { nonce, pid, host, boot, namespace, start };
}

export async function lifeOf(owner: Owner): Promise<Life> {
  const here = await ownPlace();
  if (owner.boot !== undefined || here.boot !== undefined) {
    if (owner.boot !== here.boot || owner.namespace !== here.namespace) return 'unknown';
    try {
      return startOf(await readFile(`/proc/${owner.pid}/stat`, 'utf8')) === owner.start ? 'alive' : 'dead';
    } catch (error) {
      const gone = codeOf(error) === 'ENOENT' || codeOf(error) === 'ESRCH';
      return gone ? 'dead' : 'unknown';
    }
  }
  return lifeByPid(owner);
}

/** Where there is no /proc to ask. A number that is in use may be another process by now: that is `unknown`. */
export function lifeByPid(owner: Owner): Life {
  if (owner.host !== hostname()) return 'unknown';
  try {
    self.kill(owner.pid, 0);
    return 'unknown';
  } catch (error) {
    return codeOf(error) === 'ESRCH' ? 'dead' : 'unknown';
  }
}

type Place = Pick<Owner, 'boot' | 'namespace' | 'start'>;
let place: Promise<Place> | undefined;

function ownPlace(): Promise<Place> {
  place ??= readPlace();
  return place;
}

async function readPlace(): Promise<Place> {
  try {
    const [boot, namespace, stat] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      readlink('/proc/self/ns/pid'),
      readFile('/proc/self/stat', 'utf8'),
    ]);
    const start = startOf(stat);
    // A /proc of another pid namespace would have us look up the wrong processes.
    if (start === undefined || Number.parseInt(stat, 10) !== self.pid) return {};
    return { boot: boot.trim(), namespace, start };
  } catch {
    return {};
  }
}

/** Field 22 of /proc/PID/stat; undefined for a process that is dead and not yet reaped. */
function startOf(stat: string): string | undefined {
  // The second field, the program's name, may hold blanks and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}
