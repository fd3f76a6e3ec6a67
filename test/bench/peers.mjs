// Other programs that list the tools of an MCP server at a command line, as they are published. Installed into a folder
// that is deleted again, never into the project.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { run } from './measure.mjs';

/** @returns those that install and can list the server's tools with the token; the others are named in a line */
export async function peers(folder, modern, legacy, token, say) {
  const at = join(folder, 'peers');
  const header = `Authorization: Bearer ${token}`;
  const bin = (name) => join(at, 'node_modules', '.bin', name);
  const found = [];
  const all = [
    [
      'mcporter',
      'mcporter',
      (url) => [
        bin('mcporter'),
        'list',
        '--http-url',
        url,
        '--allow-http',
        '--header',
        header.replace(': ', '='),
      ],
    ],
    [
      'mcp-remote',
      'mcp-remote',
      (url) => [bin('mcp-remote-client'), url, '--allow-http', '--header', header],
    ],
    [
      '@modelcontextprotocol/inspector',
      'Inspector --cli',
      (url) => [
        bin('mcp-inspector'),
        '--cli',
        url,
        '--transport',
        'http',
        '--method',
        'tools/list',
        '--header',
        header,
      ],
    ],
    ['@apify/mcpc', 'mcpc', (url) => [bin('mcpc'), url, 'tools-list', '--header', header]],
  ];
  for (const [name, label, argv] of all) {
    try {
      execFileSync(
        'npm',
        ['install', '--silent', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', at, name],
        {
          stdio: 'ignore',
          timeout: 300_000,
        },
      );
      for (const [era, url] of [
        ['2026-07-28', modern],
        ['2025-11-25', legacy],
      ]) {
        const kind = url === modern ? 'modern' : 'legacy';
        const subject = { name: `${label}, ${era}`, era: kind, argv: argv(url), env: { HOME: at } };
        const works = await run(subject).then(
          () => true,
          (error) => {
            say(`${subject.name} was not measured: ${error.message.split('\n')[0].slice(0, 200)}`);
            return false;
          },
        );
        if (works) found.push(subject);
      }
    } catch {
      say(`${label} does not install`);
    }
  }
  return found;
}
