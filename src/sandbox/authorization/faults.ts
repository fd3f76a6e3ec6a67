import type { Doing } from '../fault.ts';
import { ATTACKS } from './attacks.ts';
import { DEVIATIONS } from './deviations.ts';
import type { Rules } from './rules.ts';
import { STRANGE_ANSWERS } from './strange-answers.ts';

/** Everything that the authorization server can do wrong. */
export const AUTHORIZATION_FAULTS: readonly Doing<Rules>[] = [...DEVIATIONS, ...STRANGE_ANSWERS, ...ATTACKS];
