import type {
  CallToolResult,
  GetPromptResult,
  LoggingLevel,
  Prompt,
  ReadResourceResult,
  Resource,
  ResourceTemplateType,
  Tool,
} from '@modelcontextprotocol/client';
import type { Skill, SkillFile } from '@modelcontextprotocol/client/ext/skills';
import type { Waiting } from './patience.ts';

/** An open, authorized MCP session with one server. */
export type Session = {
  server: string;
  /** Negotiated protocol revision, such as `2026-07-28`. */
  protocol: string;
  serverInfo: { name: string; version: string } | undefined;
  instructions: string | undefined;
  capabilities: Record<string, unknown>;
  /** Every page, in the server's order, as the server sent them. Invalid ones are dropped with a warning. */
  listTools(): Promise<Tool[]>;
  callTool(name: string, args: Record<string, unknown>, options?: CallOptions): Promise<CallToolResult>;
  /** Round trip; resolves to its duration in milliseconds. */
  ping(): Promise<number>;
  /** From now on, tells what the server says of its lists without being asked. Never fails: a server may say nothing. */
  hear(news: News): void;
  close(): Promise<void>;
} & Surface;

/** One list is another one now. */
export type News = { changed(what: 'tools' | 'resources' | 'prompts'): void };

/**
 * What a server may offer besides tools. Lists are whole, in the server's order, as it sent them. Everything rejects
 * with ProtocolError `not_offered` where the server does not say that it has it.
 */
export type Surface = {
  listResources(): Promise<Resource[]>;
  listResourceTemplates(): Promise<ResourceTemplateType[]>;
  readResource(uri: string, signal?: AbortSignal): Promise<ReadResourceResult>;
  /** Tells of every update, and of `ready` once the server has agreed. Resolves when `signal` is aborted. */
  watchResource(uri: string, told: WatchEvents, signal: AbortSignal): Promise<void>;
  listPrompts(): Promise<Prompt[]>;
  getPrompt(name: string, args: Record<string, string>, signal?: AbortSignal): Promise<GetPromptResult>;
  /** What the server proposes for an argument that begins with `value`; `given` are the arguments there are. */
  complete(
    of: Completable,
    argument: { name: string; value: string },
    given: Record<string, string>,
  ): Promise<Completion>;
  /** The valid ones, and why others are none. */
  listSkills(): Promise<{ skills: Skill[]; invalid: { uri?: string; reason: string }[] }>;
  /** A file of a skill, `SKILL.md` unless `file` names another one. Throws ProtocolError `skill_mismatch`. */
  readSkill(skill: Skill, file?: string): Promise<SkillFile>;
};

export type WatchEvents = { ready(): void; updated(uri: string): void };

export type Completable = { type: 'ref/prompt'; name: string } | { type: 'ref/resource'; uri: string };

type Completion = { values: string[]; total?: number | undefined; hasMore?: boolean | undefined };

/** A message that a server logs (`notifications/message`). */
export type LogMessage = { level: LoggingLevel; logger?: string | undefined; data?: unknown };

/** `signal` instead of the program's own; who wants to know of progress, and of a question that is about to be shown. */
type CallOptions = Partial<Waiting>;
