// What docs/scripts.md shows the JSON of: a protected server with everything, one that is down, one on stdio.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { McpServer } from '@modelcontextprotocol/server';
import { memorySkillFiles, SkillsExtension } from '@modelcontextprotocol/server/ext/skills';
import { authorizationServer } from './authorization-server.ts';
import type { CliOptions, CliResult } from './cli.ts';
import { configFile } from './home.ts';
import { modernServer, modernSurfaceServer } from './modern-server.ts';
import { desk, keep } from './scene.ts';

const SKILL = '---\nname: tidy\ndescription: Keeps things tidy\n---\n# Tidy\n';

/** Runs a command as the page has it; `notes` may sign in, everything else is as a script has it. */
export async function jsonScene(): Promise<(words: string[]) => Promise<CliResult>> {
  const authorization = keep(await authorizationServer({ introspection: true }));
  const catalog = await SkillsExtension.load(memorySkillFiles({ 'tidy/SKILL.md': SKILL }));
  const notes = keep(
    await modernSurfaceServer({
      authorizationServers: [authorization],
      register: (made: McpServer) => catalog.attach(made),
    }),
  );
  const away = await modernServer();
  await away.close();
  const { home, person, script } = desk(
    configFile({
      mcpServers: {
        notes: { url: notes.mcpUrl, headers: { 'X-Team': 'data' } },
        away: { url: away.mcpUrl },
        files: { command: 'npx', args: ['-y', 'files-server'], env: { LOG_LEVEL: 'warn' } },
        broken: { url: 7 },
      },
    }),
  );
  elsewhere(home);
  return async (words) => {
    // Which server comes first where one is chosen.
    const line = words.join(' ').replace(/^--server \S+ /, '');
    const options: CliOptions = {
      showsSecrets: /auth (?:token|header)|token keygen|--show-value/.test(line),
      ...(line.startsWith('token set') && { stdin: 'a-token-of-a-person' }),
    };
    if (line.startsWith('auth login')) return person(words, options);
    if (words[0] === 'sandbox' && !words.includes('--list-faults')) return untilItSpeaks(script, words);
    if (!line.startsWith('resources watch')) return script(words, options);
    // Only the server knows when somebody listens; an update that nobody waits for is lost.
    const telling = setInterval(() => void notes.updated('memo://readme'), 100);
    return script(words, options).finally(() => clearInterval(telling));
  };
}

/** Another program, with a server that is configured here too. */
function elsewhere(home: string): void {
  mkdirSync(join(home, '.cursor'));
  const mcpServers = {
    search: { url: 'https://search.example/mcp', headers: { 'X-Key': `\${env:SEARCH_KEY}` } },
    notes: { url: 'https://notes.example/mcp' },
  };
  writeFileSync(join(home, '.cursor/mcp.json'), JSON.stringify({ mcpServers }), { mode: 0o600 });
}

/** A server that runs until it is ended: after its first line. */
async function untilItSpeaks(script: ReturnType<typeof desk>['script'], words: string[]): Promise<CliResult> {
  const stop = new AbortController();
  const said: string[] = [];
  const out = (text: string) => {
    said.push(text);
    stop.abort();
  };
  const result = await script(words, { signal: stop.signal, deps: { out } });
  return { ...result, stdout: said.join('') };
}
