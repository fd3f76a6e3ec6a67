import type { CallToolResult, jsonSchemaValidator, Tool } from '@modelcontextprotocol/client';
import { ProtocolError } from '../errors.ts';
import { asSchema, faults } from './input-schema.ts';

/**
 * Takes the place of the SDK's own validator, which runs the patterns of a server over the text of the same server: one
 * expression and thirty characters would keep the program busy for ever. What it would find is found below: the SDK
 * reports it as an error that the server has answered with.
 */
export const noJudge: jsonSchemaValidator = {
  getValidator: () => (value) => ({ valid: true, data: value as never, errorMessage: undefined }),
};

/** The tool as the SDK may know it, so that it judges no result of it. Undefined: there is nothing to judge. */
export function unjudged(tool: Tool | undefined): Tool | undefined {
  if (tool?.outputSchema === undefined) return undefined;
  const { outputSchema: _, ...rest } = tool;
  return rest;
}

/** Faults that are told; a long list has the first one again and again. */
const TOLD = 3;

/**
 * Hands a result on that is what its tool promises (2025-06-18, tools, output schema). One that says that the tool
 * failed promises nothing. Throws ProtocolError `schema_mismatch`.
 */
export function asPromised(result: CallToolResult, tool: Tool | undefined, server: string): CallToolResult {
  if (tool?.outputSchema === undefined || result.isError) return result;
  const { structuredContent } = result;
  const found =
    structuredContent === undefined
      ? ['there is no structured content']
      : faults(structuredContent, asSchema(tool.outputSchema), 'the result');
  if (found.length === 0) return result;
  const more = found.length > TOLD ? `; and ${found.length - TOLD} more` : '';
  throw new ProtocolError(
    'schema_mismatch',
    `${server} broke the schema that it gives for ${tool.name}: ${found.slice(0, TOLD).join('; ')}${more}`,
    {
      hint: 'the tool has been called, and its result is of no use; tell the operator of the server',
      server,
    },
  );
}
