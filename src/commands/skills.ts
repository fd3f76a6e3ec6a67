import type { Skill } from '@modelcontextprotocol/client/ext/skills';
import { UsageError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import type { Session } from '../session/session.ts';
import { describe } from '../ui/contents.ts';
import { note, print } from '../ui/print.ts';
import { sanitize, sanitizeLines } from '../ui/sanitize.ts';
import { firstLine, sparseTable, tableView } from '../ui/table.ts';
import { printLists } from '../workspace/lists.ts';
import { type SaveOptions, saveBytes, writeBytes } from '../workspace/save.ts';
import { onlyTarget, withSession } from '../workspace/target.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** `skills list`: the valid ones as the servers sent them; the others are told on stderr. */
export async function skillsList(workspace: Workspace, named: string[]): Promise<void> {
  await printLists(workspace, named, {
    many: 'skills',
    one: 'skill',
    ask: (session) => validSkills(workspace, session),
    text: (skills) => list(workspace, skills),
    name: ({ frontmatter }) => frontmatter.name,
  });
}

async function validSkills({ deps, flags }: Workspace, session: Session): Promise<Skill[]> {
  const { skills, invalid } = await session.listSkills();
  for (const { uri, reason } of flags.quiet ? [] : invalid) {
    const which = uri === undefined ? 'a skill' : `the skill ${uri}`;
    deps.err(`warning: ${sanitize(`${session.server} lists ${which} that is none: ${reason}`)}\n`);
  }
  return skills;
}

function list({ deps }: Workspace, skills: Skill[]): string {
  if (skills.length === 0) return 'No skills.\n';
  const rows = skills.map(({ uri, frontmatter, resources }) => [
    frontmatter.name,
    uri,
    Array.isArray(resources) ? String(resources.length) : '',
    firstLine(frontmatter.description),
  ]);
  return sparseTable(['SKILL', 'URI', 'FILES', 'DESCRIPTION'], rows, tableView(deps.stdout, deps.env));
}

/** `skills read`: a file of a skill, checked against the list's size and digest. */
export async function skillsRead(
  workspace: Workspace,
  name: string,
  path: string | undefined,
  options: SaveOptions,
): Promise<void> {
  const { deps, flags } = workspace;
  const server = await onlyTarget(workspace, []);
  await withSession(workspace, server, async (session) => {
    const skill = findSkill(await validSkills(workspace, session), name, server);
    const file = await session.readSkill(skill, path);
    const { uri, mimeType, bytes, text, verified } = file;
    if (!verified)
      note(workspace, `${sanitize(name)} changes by itself: the server lists no digest to check`);
    if (options.output !== undefined) return saveBytes(workspace, bytes, options);
    if (flags.format !== 'text') {
      const content = text === undefined ? { blob: Buffer.from(bytes).toString('base64') } : { text };
      return print(workspace, { json: { uri, mimeType, verified, ...content }, text: () => '' });
    }
    if (!deps.stdout.isTTY) return writeBytes(deps, bytes);
    if (text === undefined) {
      const blob = Buffer.from(bytes).toString('base64');
      throw new UsageError('binary_to_terminal', `this is binary: ${describe({ uri, mimeType, blob })}`, {
        hint: 'write it into a file with --output FILE, or pipe it',
        server,
      });
    }
    deps.out(sanitizeLines(text.endsWith('\n') ? text : `${text}\n`));
  });
}

/** By name, or by URI where two have the same name. */
function findSkill(skills: Skill[], name: string, server: string): Skill {
  const found = skills.filter(({ uri, frontmatter }) => uri === name || frontmatter.name === name);
  const [only] = found;
  if (only && found.length === 1) return only;
  if (only) {
    throw new UsageError('ambiguous_skill', `${server} has several skills named "${name}"`, {
      hint: `name one by its URI: ${found.map(({ uri }) => uri).join(' or ')}`,
      server,
    });
  }
  const guess = nearest(
    name,
    skills.map(({ frontmatter }) => frontmatter.name),
  );
  throw new UsageError('unknown_skill', `there is no skill named "${name}" on ${server}`, {
    hint: guess === undefined ? 'see what there is: mcp-cli skills list' : `did you mean ${guess}?`,
    server,
  });
}
