import type { ServerEntry } from '../config/entry.ts';
import type { Means } from '../doctor/case.ts';
import { examine, type Step } from '../doctor/examine.ts';
import type { Result, StepName } from '../doctor/finding.ts';
import { AuthError, ConfigError, NetworkError, ProtocolError, StoreError, UsageError } from '../errors.ts';
import { findingText, verdictText } from '../ui/findings.ts';
import { json } from '../ui/json.ts';
import { print } from '../ui/print.ts';
import { type Aliases, openAliases, scrub, scrubLines } from '../ui/scrub.ts';
import { statusLine } from '../ui/status-line.ts';
import { openCase, openMeans } from '../workspace/examination.ts';
import { onlyTarget } from '../workspace/target.ts';
import type { Workspace } from '../workspace/workspace.ts';

type Options = { redact?: boolean };

/** Milliseconds, for all steps together: what is not there then is not waited for. */
const WITHIN = 28_000;

type Subject = {
  /** Absent: this machine. */
  name?: string;
  /** Not a name that somebody chose: the host. */
  unnamed: boolean;
  url?: string;
  steps: Step[];
  means: Means;
  names: Set<string>;
};

/**
 * `auth doctor`: looks at all that a sign-in to one server rests on, in order. Opens no browser, registers nothing, and
 * asks for the store's password alone. The exit is that of the first step that failed.
 */
export async function authDoctor(workspace: Workspace, named: string[], options: Options): Promise<void> {
  await run(
    workspace,
    await open(workspace, await workspace.unasked(() => onlyTarget(workspace, named))),
    options,
  );
}

/** `doctor`: a server's, or without one what this machine is for every server. */
export async function doctor(workspace: Workspace, named: string[], options: Options): Promise<void> {
  const { deps, flags } = workspace;
  if (named.length > 0 || flags.servers.length > 0) return authDoctor(workspace, named, options);
  const [{ machineSteps }, { obstacle }] = await Promise.all([
    import('../doctor/machine.ts'),
    import('../workspace/auth.ts'),
  ]);
  // Nobody is called that: the store is the one that a new sign-in would go to.
  const means = openMeans(workspace, { name: 'mcp-cli-doctor', account: undefined }, undefined);
  const blocked =
    obstacle(deps, flags) ?? (deps.env.BROWSER || deps.stderr.isTTY ? undefined : 'no terminal');
  const { platform, prompt } = deps;
  const steps = machineSteps(means, { platform, asks: prompt.available, obstacle: blocked });
  await run(workspace, { unnamed: true, steps, means, names: new Set() }, options);
}

async function run(workspace: Workspace, subject: Subject, options: Options): Promise<void> {
  const { deps, flags } = workspace;
  await beforehand(workspace, subject);
  const clean = cleaner(workspace, subject, options);
  const live = flags.format !== 'json';
  const line = statusLine(deps.err, deps.stderr);
  const columns = deps.stdout.isTTY ? deps.stdout.columns : 0;
  const results: Result[] = [];
  await examine(subject.steps, {
    within: WITHIN,
    signal: deps.signal,
    begins: (step) => !flags.quiet && line.show(`🩺 ${title(step)}...`),
    ended(result) {
      line.clear();
      const shown = clean(result);
      results.push(shown);
      // Whoever watches is shown each at once.
      if (live) deps.out(flags.format === 'text' ? findingText(shown, columns) : json(shown));
    },
  }).finally(async () => {
    line.clear();
    await Promise.allSettled(subject.means.underWay);
  });
  conclude(workspace, subject, results, clean);
}

function title(step: StepName): string {
  return step.replaceAll('_', ' ');
}

/** Throws UsageError for a server that nobody knows. */
async function open(workspace: Workspace, name: string): Promise<Subject> {
  let entry: ServerEntry | undefined;
  try {
    entry = await workspace.unasked(() => workspace.entry(name));
    if (entry.kind === 'http') {
      const [subject, { httpSteps }] = await Promise.all([
        openCase(workspace, entry),
        import('../doctor/steps.ts'),
      ]);
      const { names } = subject.known;
      const unnamed = entry.origin === '--server';
      const steps = httpSteps(subject);
      return { name: entry.name, unnamed, url: entry.url, steps, means: subject, names };
    }
    const { stdioSteps } = await import('../doctor/local.ts');
    const means = openMeans(workspace, entry, entry);
    return { name, unnamed: false, steps: stdioSteps(entry, means), means, names: new Set() };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { storeSteps } = await import('../doctor/local.ts');
    const means = openMeans(workspace, entry ?? { name, account: workspace.flags.account }, undefined);
    return { name, unnamed: false, steps: storeSteps(error, means), means, names: new Set() };
  }
}

/** Where somebody is there, the password is asked for before the time runs. What comes of it is the store's own step. */
async function beforehand({ deps }: Workspace, { steps, means }: Subject): Promise<void> {
  const step = steps.find(({ name }) => name === 'store');
  if (deps.prompt.available && step?.blocked?.() === undefined) await means.store().catch(() => undefined);
}

/** A finding that strangers may read. */
function cleaner({ deps }: Workspace, { name, unnamed, means, names }: Subject, { redact }: Options) {
  const aliases: Aliases | undefined = redact ? openAliases() : undefined;
  return (result: Result): Result => {
    // They become more with every step.
    for (const each of names) aliases?.add('host', each);
    if (!unnamed && name !== undefined) aliases?.add('server', name);
    const how = {
      name: name ?? 'mcp-cli-doctor',
      home: deps.home,
      secrets: means.secrets,
      ...(aliases && { aliases }),
    };
    const { step, status, seen, clause, fix, ...rest } = result;
    const said = { step, status, seen: scrub(seen, how), clause };
    return { ...said, ...(fix !== undefined && { fix: scrubLines(fix, how) }), ...rest };
  };
}

function conclude(
  workspace: Workspace,
  { name, url }: Subject,
  results: readonly Result[],
  clean: (result: Result) => Result,
): void {
  const { deps, flags } = workspace;
  const failed = results.find(({ status }) => status === 'failed');
  const words = (seen: string) =>
    clean({ step: 'configuration', status: 'passed', clause: '', ms: 0, seen }).seen;
  if (flags.format === 'text') deps.out(verdictText(results));
  if (flags.format === 'json') {
    print(workspace, {
      json: {
        ...(name !== undefined && { server: words(name) }),
        ...(url !== undefined && { url: words(url) }),
        platform: deps.platform,
        passed: failed === undefined,
        ...(failed && { failed: failed.step }),
        steps: results,
      },
      text: () => '',
    });
  }
  if (failed) throw asError(failed, name === undefined ? undefined : words(name));
}

const KINDS = {
  2: UsageError,
  3: ConfigError,
  4: AuthError,
  5: NetworkError,
  6: StoreError,
  7: ProtocolError,
} as const;

/** What the first failure is for a script: its exit, its code, and how to mend it. */
function asError({ exit, code = '', step, seen, fix }: Result, server: string | undefined): Error {
  const Kind = KINDS[exit as keyof typeof KINDS] ?? AuthError;
  return new Kind(code, `${title(step)}: ${seen}`, { hint: fix, server });
}
