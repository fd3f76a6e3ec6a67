import { consentOf } from '../demo/consent.ts';
import type { Outcome } from '../demo/scene.ts';
import { openStage, type StageOptions } from '../demo/stage.ts';
import { STORY } from '../demo/story.ts';
import { generateKey } from '../store/keygen.ts';
import { browserEnv } from '../ui/browser.ts';
import { json } from '../ui/json.ts';
import { sanitize } from '../ui/sanitize.ts';
import { statusLine } from '../ui/status-line.ts';
import { tableView } from '../ui/table.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** Seconds: long enough that twenty processes end within a life of a token, short enough to wait for two of them. */
const LIFETIME = 15;

type Step = Outcome & { title: string };

/**
 * `demo`: the whole story against a sandbox, told by what was seen. Leaves nothing behind.
 * @throws DemoError `step_failed` for the first step that did not happen, `sandbox_failed`
 */
export async function demo(workspace: Workspace, faults: readonly string[]): Promise<void> {
  const { deps, flags } = workspace;
  const consent = consentOf({
    env: deps.env,
    platform: deps.platform,
    home: deps.home,
    wanted: flags.browser && !flags.nonInteractive,
    watched: deps.stderr.isTTY,
  });
  const options: StageOptions = {
    env: browserEnv(deps.env),
    browser: consent.browser,
    approve: consent.by === 'demo',
    seconds: LIFETIME,
    faults,
    key: generateKey(deps.random),
    platform: deps.platform,
    signal: deps.signal,
  };
  const begin = deps.now();
  const stage = await openStage(options);
  const line = statusLine(deps.err, deps.stderr);
  const steps: Step[] = [];
  const text = flags.format === 'text';
  const say = (words: string) => {
    if (text) deps.out(`${words}\n`);
  };
  try {
    say(opening(stage.url, consent.by));
    for (const [index, { title, play }] of STORY.entries()) {
      const bold = tableView(deps.stdout, deps.env).bold;
      const heading = `${index + 1}. ${title}`;
      say(`\n${bold ? `\u001b[1m${heading}\u001b[22m` : heading}`);
      const outcome = await play(stage, (told) => line.show(`   ${sanitize(told)}`));
      line.clear();
      const step = { title, ...outcome };
      steps.push(step);
      if (flags.format === 'ndjson') deps.out(json(step));
      say(lines(step).join('\n'));
    }
  } finally {
    line.clear();
    await stage.close();
  }
  const ms = deps.now() - begin;
  say(`\nAll ${steps.length} steps happened, in ${Math.round(ms / 1000)} s. Nothing is left of them.`);
  say('Your own server: mcp-cli --server https://mcp.example.com/mcp');
  if (flags.format === 'json')
    deps.out(json({ url: stage.url, consent: consent.by, ms, steps }, deps.stdout.isTTY));
}

function opening(url: string, by: 'person' | 'demo'): string {
  return [
    `An MCP server that asks for OAuth runs at ${url}, on this machine alone.`,
    'The commands below are the real ones, each a process of its own, with a home folder that is deleted at the end.',
    by === 'person'
      ? 'Your browser will open for the consent: choose Allow.'
      : 'There is no browser to open here: the demo consents by itself.',
  ].join('\n');
}

function lines({ command, said, facts, ms }: Step): string[] {
  return [
    `   $ ${command}`,
    ...said.map((each) => `     ${sanitize(each)}`),
    ...facts.map(
      (each, index) => `   ✓ ${each}${index === facts.length - 1 ? `  (${(ms / 1000).toFixed(2)} s)` : ''}`,
    ),
  ];
}
