// Every command of a session. One more is one line here, in a file of its noun; those of other rooms come as extras.

import type { Extras, Slash } from '../state.ts';
import { attachSlashes } from './attach.ts';
import { authSlashes } from './auth.ts';
import { conversationSlashes } from './conversation.ts';
import { exportSlashes } from './export.ts';
import { generalSlashes } from './general.ts';
import { historySlashes } from './history.ts';
import { modelSlashes } from './models.ts';
import { promptSlashes } from './prompts.ts';
import { providerSlashes } from './providers.ts';
import { resourceSlashes } from './resources.ts';
import { serverSlashes } from './servers.ts';
import { sessionSlashes } from './sessions.ts';
import { settingSlashes } from './settings.ts';
import { toolSlashes } from './tools.ts';

const OWN: Slash[] = [
  ...toolSlashes,
  ...resourceSlashes,
  ...promptSlashes,
  ...serverSlashes,
  ...authSlashes,
  ...historySlashes,
  ...providerSlashes,
  ...modelSlashes,
  ...attachSlashes,
  ...conversationSlashes,
  ...sessionSlashes,
  ...exportSlashes,
  ...settingSlashes,
  ...generalSlashes,
];

export function allSlashes({ slashes = [] }: Extras): Slash[] {
  const taken = new Set(slashes.map(({ name }) => name));
  const [leaving, rest] = [
    OWN.filter(({ name }) => name === 'help' || name === 'exit'),
    OWN.filter(({ name }) => name !== 'help' && name !== 'exit' && !taken.has(name)),
  ];
  return [...rest, ...slashes, ...leaving];
}
