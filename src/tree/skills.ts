import type { Command } from 'commander';
import { examples, type Perform } from './branch.ts';

export function growSkills(skills: Command, perform: Perform): void {
  const list = skills
    .command('list')
    .description('what skills there are; several servers are asked side by side')
    .argument('[server...]')
    .action((servers: string[]) =>
      perform(async (w) => (await import('../commands/skills.ts')).skillsList(w, servers)),
    );
  examples(list, ['mcp-cli skills list notion']);
  const read = skills
    .command('read')
    .description("a skill's SKILL.md or another of its files, checked against what the server lists")
    .argument('<name>', 'its name, or its URI')
    .argument('[file]', 'such as references/FORMS.md')
    .option('--output <file>', 'write it into this file')
    .option('--force', 'replace the file')
    .action((name: string, file: string | undefined, options: { output?: string; force?: boolean }) =>
      perform(async (w) => (await import('../commands/skills.ts')).skillsRead(w, name, file, options)),
    );
  examples(read, [
    'mcp-cli --server notion skills read release-notes',
    'mcp-cli --server notion skills read release-notes references/STYLE.md --output STYLE.md',
  ]);
}
