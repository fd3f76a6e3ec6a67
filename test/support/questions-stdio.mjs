// The asking server for `command` entries: node questions-stdio.mjs [LOG]. It ends only when it is killed.
import { appendFileSync } from 'node:fs';
import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { addQuestions } from './questions.mjs';

const log = process.argv[2];
const tell = (word) => log && appendFileSync(log, `${word}\n`);
if (log) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => tell(signal));
  setInterval(() => {}, 1000);
}
serveStdio(() => {
  const server = new McpServer(
    { name: 'asking-server', version: '1.0.0' },
    { inputRequired: { maxRounds: 100 } },
  );
  addQuestions(server, tell);
  return server;
});
