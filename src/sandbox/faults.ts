import { AUTHORIZATION_FAULTS } from './authorization/faults.ts';
import type { Fault } from './fault.ts';
import { RESOURCE_FAULTS } from './resource/faults.ts';

/** What `--fault` can name: first what real servers were seen to do, then what hostile ones would. */
export const FAULTS: readonly Fault[] = [...AUTHORIZATION_FAULTS, ...RESOURCE_FAULTS].sort(
  (one, other) => Number(one.kind === 'attack') - Number(other.kind === 'attack'),
);
