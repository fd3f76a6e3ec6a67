// The skills extension (SEP-2640). Loaded with the SDK; its own part on first use.

import type { Client } from '@modelcontextprotocol/client';
import type { Skill, SkillFile } from '@modelcontextprotocol/client/ext/skills';
import { ProtocolError } from '../errors.ts';
import { shallow } from './depth.ts';
import { requireOffer } from './offer.ts';
import type { Surface } from './session.ts';

type Request = { signal: AbortSignal; timeout: number };

export async function listSkills(
  client: Client,
  server: string,
  request: Request,
): ReturnType<Surface['listSkills']> {
  requireOffer(client, server, 'skills');
  const { SkillsClient } = await import('@modelcontextprotocol/client/ext/skills');
  const { skills, invalid } = await new SkillsClient(client, { skipInvalid: true }).list({}, request);
  return shallow({ skills, invalid }, server);
}

/**
 * The file as its entry promises it: size, digest and frontmatter are checked.
 * @throws ProtocolError `skill_mismatch` for one that is another
 */
export async function readSkill(
  client: Client,
  server: string,
  skill: Skill,
  file: string | undefined,
  request: Request,
): Promise<SkillFile> {
  requireOffer(client, server, 'skills');
  const { SkillsClient, SkillVerificationError } = await import('@modelcontextprotocol/client/ext/skills');
  try {
    return await new SkillsClient(client).read(skill, file, request);
  } catch (error) {
    if (!SkillVerificationError.isInstance(error)) throw error;
    throw new ProtocolError('skill_mismatch', sentence(error.reason, skill.frontmatter.name), {
      hint:
        error.reason === 'unlisted'
          ? 'see its files: mcp-cli skills list --json'
          : 'it was changed, or the server is wrong: do not use it, and tell the operator of the server',
      server,
      cause: error,
    });
  }
}

function sentence(reason: string, name: string): string {
  if (reason === 'unlisted') return `the skill ${name} has no such file`;
  if (reason === 'frontmatter') return `the skill ${name} describes itself in another way than it is listed`;
  return `a file of the skill ${name} has another ${reason} than is listed`;
}
