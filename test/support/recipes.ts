// The recipes of docs/ci.md: what a job of each platform would run, and with which variables, as the page has it.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

export type Recipe = {
  /** Lines for a shell, in the order of the job. */
  script: string[];
  /** As the platform gives them: values of the page, which may hold `${{ secrets.X }}`. */
  env: Record<string, string>;
  /** Variables that the platform fills in by itself, with the audience that the page asks for. */
  tokens: Record<string, string>;
};

type Fields = { [key: string]: unknown };

const page = readFileSync(new URL('../../docs/ci.md', import.meta.url), 'utf8');

/** The blocks of a kind below a heading, in their order. */
export function blocks(heading: string, kind: string): string[] {
  const [, after] = page.split(`\n## ${heading}\n`);
  if (after === undefined) throw new Error(`docs/ci.md has no heading "${heading}"`);
  const [section = ''] = after.split('\n## ');
  return [...section.matchAll(new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    ([, block = '']) => block,
  );
}

/** The configuration that all of them use. */
export function configuration(): string {
  return /^```json\n([\s\S]*?)^```/m.exec(page)?.[1] ?? '';
}

export function block(heading: string, kind: string, index = 0): string {
  const found = blocks(heading, kind)[index];
  if (found === undefined) throw new Error(`docs/ci.md has no ${kind} number ${index} below "${heading}"`);
  return found;
}

/** How many jobs and scripts the page has: a test that runs fewer forgot one. */
export function count(kind: string): number {
  return [...page.matchAll(new RegExp(`^\`\`\`${kind}$`, 'gm'))].length;
}

export function gitHub(heading: string, index = 0): Recipe {
  const workflow = yaml(heading, index);
  const [job] = Object.values(fields(workflow.jobs)).map(fields);
  const steps = list(job?.steps).map(fields);
  const run = steps.filter((step) => step.run !== undefined);
  return {
    script: run.map((step) => String(step.run)),
    env: Object.assign({}, texts(workflow.env), texts(job?.env), ...run.map((step) => texts(step.env))),
    tokens:
      fields(workflow.permissions)['id-token'] === 'write' ? { ACTIONS_ID_TOKEN_REQUEST_TOKEN: '' } : {},
  };
}

/** What a workflow uses of others: `actions/cache/restore@v4`, with the step's own settings. */
export function gitHubUses(heading: string, index = 0): { uses: string; step: Fields }[] {
  const [job] = Object.values(fields(yaml(heading, index).jobs)).map(fields);
  return list(job?.steps)
    .map(fields)
    .filter((step) => typeof step.uses === 'string')
    .map((step) => ({ uses: String(step.uses), step }));
}

export function gitLab(heading: string, index = 0): Recipe {
  const [job] = Object.values(yaml(heading, index)).map(fields);
  const tokens = Object.entries(fields(job?.id_tokens)).map(([name, token]) => [
    name,
    String(fields(token).aud),
  ]);
  return {
    script: list(job?.script).map(String),
    env: texts(job?.variables),
    tokens: Object.fromEntries(tokens),
  };
}

/** `args` as the image's entry point gets them; `tokens` by the file they are in. */
export function kubernetes(heading: string, index = 0): Recipe & { files: string[] } {
  const pod = fields(fields(fields(yaml(heading, index).spec).template).spec);
  const [container = {}] = list(pod.containers).map(fields);
  const mounts = list(container.volumeMounts).map(fields);
  const volumes = list(pod.volumes).map(fields);
  const tokens: Record<string, string> = {};
  const files: string[] = [];
  for (const { name, mountPath, subPath } of mounts) {
    const volume = volumes.find((each) => each.name === name);
    if (!volume) throw new Error(`there is no volume ${String(name)}`);
    if (volume.configMap !== undefined && subPath !== undefined) files.push(String(mountPath));
    for (const source of list(fields(volume.projected).sources).map(fields)) {
      const { path, audience } = fields(source.serviceAccountToken);
      tokens[`${String(mountPath)}/${String(path)}`] = String(audience);
    }
  }
  const quoted = list(container.args).map((word) => `'${String(word).replaceAll("'", `'\\''`)}'`);
  const env = list(container.env).map((each) => [fields(each).name, fields(each).value]);
  return { script: [['mcp-cli', ...quoted].join(' ')], env: Object.fromEntries(env), tokens, files };
}

/** A crontab: its variables, and the command of its only line. */
export function cron(heading: string, index = 0): Recipe {
  const lines = block(heading, 'cron', index).trim().split('\n');
  const env = lines.flatMap((line) => (/^(\w+)=(.*)$/.exec(line) ? [line.split(/=(.*)/s).slice(0, 2)] : []));
  const commands = lines.flatMap((line) => /^(?:[\d*/,-]+ +){5}(.*)$/.exec(line)?.[1] ?? []);
  return { script: commands, env: Object.fromEntries(env), tokens: {} };
}

function yaml(heading: string, index: number): Fields {
  // Nothing of ours needs YAML but this: it is taken from a tool that does.
  const { parse } = createRequire(createRequire(import.meta.url).resolve('knip'))('yaml') as {
    parse(text: string): unknown;
  };
  return fields(parse(block(heading, 'yaml', index)));
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function texts(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(fields(value)).map(([name, text]) => [name, String(text)]));
}
