// The walking browser as a program: BROWSER="node browser-child.mjs LOGFILE %s".
// One line of JSON a visit goes to the log: first that it was opened, then where it ended.
import { appendFileSync } from 'node:fs';
import { walk } from './walk.mjs';

const [log, url] = process.argv.slice(2);
const note = (line) => appendFileSync(log, `${JSON.stringify(line)}\n`);

note({ opened: url });
try {
  const { status, body, headers } = await walk(url);
  note({ ended: status, body, headers });
} catch (error) {
  note({ failed: String(error) });
  process.exitCode = 1;
}
