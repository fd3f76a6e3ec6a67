import type { Doing } from '../fault.ts';
import { ATTACKS } from './attacks.ts';
import { BAD_ANSWERS } from './bad-answers.ts';
import { DEVIATIONS } from './deviations.ts';
import type { Rules } from './rules.ts';

/** Everything that the MCP server can do wrong. */
export const RESOURCE_FAULTS: readonly Doing<Rules>[] = [...DEVIATIONS, ...ATTACKS, ...BAD_ANSWERS];
