import { type Command, InvalidArgumentError } from 'commander';
import { examples, type Perform } from './branch.ts';

type ReadOptions = { output?: string; force?: boolean; complete?: string };

export function growResources(resources: Command, perform: Perform): void {
  const list = resources
    .command('list')
    .description('what resources there are; several servers are asked side by side')
    .argument('[server...]')
    .action((servers: string[]) =>
      perform(async (w) => (await import('../commands/resources.ts')).resourcesList(w, servers)),
    );
  examples(list, ['mcp-cli resources list notion', 'mcp-cli resources list notion linear --json']);
  const templates = resources
    .command('templates')
    .description('what URIs can be put together')
    .argument('[server...]')
    .action((servers: string[]) =>
      perform(async (w) => (await import('../commands/resources.ts')).resourcesTemplates(w, servers)),
    );
  examples(templates, ['mcp-cli resources templates notion']);
  growRead(resources, perform);
  growWatch(resources, perform);
}

function growRead(resources: Command, perform: Perform): void {
  const read = resources
    .command('read')
    .description('a resource: text on a terminal, the bytes as they are in a pipe or a file')
    .argument('<uri>', 'a URI, a URI template, or the name of a template')
    .argument('[value...]', 'key=value of the template')
    .option('--output <file>', 'write it into this file')
    .option('--force', 'replace the file')
    .option('--complete <key=text>', 'only what the server proposes for a value that begins so')
    .action((uri: string, words: string[], options: ReadOptions) =>
      perform(async (w) =>
        (await import('../commands/resources-read.ts')).resourcesRead(w, uri, words, options),
      ),
    );
  examples(read, [
    'mcp-cli --server notion resources read notion://page/roadmap',
    `mcp-cli --server notion resources read 'notion://page/{id}' id=roadmap`,
    'mcp-cli --server notion resources read notion://logo --output logo.png',
    `mcp-cli --server notion resources read 'notion://page/{id}' --complete id=road`,
  ]);
}

function growWatch(resources: Command, perform: Perform): void {
  const watch = resources
    .command('watch')
    .description('a line for every update of a resource, until Ctrl-C')
    .argument('<uri>')
    .option('--count <number>', 'end after so many updates', (text) => {
      if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
      throw new InvalidArgumentError('It is a number from 1 on.');
    })
    .action((uri: string, options: { count?: number }) =>
      perform(async (w) => (await import('../commands/resources-watch.ts')).resourcesWatch(w, uri, options)),
    );
  examples(watch, [
    'mcp-cli --server notion resources watch notion://page/roadmap',
    'mcp-cli --server notion resources watch notion://page/roadmap --count 1 --format ndjson',
  ]);
}
