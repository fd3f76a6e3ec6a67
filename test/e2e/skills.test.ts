// `skills list` and `skills read` against the SDK's own implementation of the extension, and against a liar.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { McpServer } from '@modelcontextprotocol/server';
import { memorySkillFiles, SkillsExtension } from '@modelcontextprotocol/server/ext/skills';
import { describe, expect, test } from 'vitest';
import { hostileServer } from '../support/hostile-server.ts';
import { modernServer } from '../support/modern-server.ts';
import { notes } from '../support/person.ts';
import { desk, errorOf, keep } from '../support/scene.ts';

const MANIFEST = '---\nname: tidy\ndescription: Keeps things tidy\n---\n# Tidy\n\nPut it away.\n';
const PICTURE = Buffer.from('89504e470d0a1a0a00ff', 'hex');

async function open(flags = '') {
  const catalog = await SkillsExtension.load(
    memorySkillFiles({
      'tidy/SKILL.md': MANIFEST,
      'tidy/references/RULES.md': 'one rule\n',
      'tidy/assets/logo.png': PICTURE,
    }),
  );
  const server = keep(await modernServer({ register: (made: McpServer) => catalog.attach(made) }));
  const { home, script } = desk(notes({ url: server.mcpUrl }));
  return { server, home, script: (line: string, more = {}) => script(`${line}${flags}`, more) };
}

describe.each(['', ' --protocol legacy'])('skills%s', (flags) => {
  test('are a table for a person, and JSON as the server sent them', async () => {
    const { script } = await open(flags);
    const { exit, stdout, stderr } = await script('skills list');
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
    expect(stdout).toMatch(
      /^SKILL +URI +FILES +DESCRIPTION\ntidy +skill:\/\/\S+\/SKILL.md +3 +Keeps things tidy\n$/,
    );
    const { skills } = JSON.parse((await script('skills list --json')).stdout);
    expect(skills).toMatchObject([
      {
        frontmatter: { name: 'tidy', description: 'Keeps things tidy' },
        resources: [{ digest: expect.stringMatching(/^sha256:/) }, {}, {}],
      },
    ]);
  });

  test('are read by name and by URI, file by file', async () => {
    const { script, home } = await open(flags);
    expect(await script('skills read tidy')).toMatchObject({ exit: 0, stdout: MANIFEST, stderr: '' });
    const { skills } = JSON.parse((await script('skills list --json')).stdout);
    expect((await script(`skills read ${skills[0].uri}`)).stdout).toBe(MANIFEST);
    expect((await script('skills read tidy references/RULES.md')).stdout).toBe('one rule\n');
    expect(JSON.parse((await script('skills read tidy references/RULES.md --json')).stdout)).toMatchObject({
      uri: expect.stringContaining('references/RULES.md'),
      verified: true,
      text: 'one rule\n',
    });
    expect((await script('skills read tidy assets/logo.png --output logo.png')).exit).toBe(0);
    expect(readFileSync(join(home, 'logo.png'))).toEqual(PICTURE);
    const shown = await script('skills read tidy assets/logo.png', { terminal: { stdout: true } });
    expect(shown).toMatchObject({ exit: 2, stdout: '', stderr: expect.stringContaining('--output FILE') });
  });
});

test.each([
  ['skills read tydi', 2, 'unknown_skill'],
  ['skills read tidy references/NOTHING.md', 7, 'skill_mismatch'],
  ['skills read tidy ../../etc/passwd', 7, 'skill_mismatch'],
])('%s is exit %i', async (line, exit, code) => {
  const { script } = await open();
  const result = await script(`${line} --json`);
  expect(result.exit).toBe(exit);
  expect(errorOf(result)).toMatchObject({ code, server: 'notes' });
});

const URI = 'skill://tidy/SKILL.md';

/** Lists `tidy` with what `MANIFEST` has, and gives out `text`. */
async function liar(text: string, more: object[] = []) {
  const digest = `sha256:${createHash('sha256').update(MANIFEST).digest('hex')}`;
  const frontmatter = { name: 'tidy', description: 'Keeps things tidy' };
  const resources = [{ uri: URI, digest, size: MANIFEST.length }];
  const server = await hostileServer({
    capabilities: { resources: {}, extensions: { 'io.modelcontextprotocol/skills': {} } },
    results: {
      'skills/list': { skills: [{ uri: URI, frontmatter, resources }, ...more] },
      'resources/read': { contents: [{ uri: URI, text }] },
    },
  });
  return desk(notes({ url: keep(server).mcpUrl }));
}

test.each([
  ['digest', MANIFEST.replace('Put it away', 'Steal it all'.slice(0, 11))],
  ['size', `${MANIFEST}more`],
])('a file of another %s than is listed is neither shown nor saved', async (what, text) => {
  const { script, home } = await liar(text);
  for (const more of ['', ' --output SKILL.md']) {
    const result = await script(`skills read tidy --json${more}`);
    expect(result.exit).toBe(7);
    expect(errorOf(result)).toMatchObject({
      code: 'skill_mismatch',
      message: `a file of the skill tidy has another ${what} than is listed`,
    });
  }
  expect(existsSync(join(home, 'SKILL.md'))).toBe(false);
});

test('an entry that breaks the rules is left out with a warning', async () => {
  const { script } = await liar(MANIFEST, [{ uri: 'skill://\u001b[2Jbad/SKILL.md' }]);
  const result = await script('skills list --format ndjson');
  expect(result.exit).toBe(0);
  expect(result.stdout.trimEnd().split('\n')).toHaveLength(1);
  expect(result.stderr).toMatch(/^warning: notes lists the skill skill:\/\/bad\/SKILL.md that is none: /);
  expect((await script('skills read tidy')).stdout).toBe(MANIFEST);
});

test('a server without the extension says what it offers', async () => {
  const server = keep(await modernServer());
  const result = await desk(notes({ url: server.mcpUrl })).script('skills list --json');
  expect(result.exit).toBe(7);
  expect(errorOf(result)).toMatchObject({ code: 'not_offered', message: 'notes offers no skills' });
});
