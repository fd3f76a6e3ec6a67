import type { Scene } from './scene.ts';
import { keepsTokens, signsIn, turnedAway } from './signing-in.ts';
import { callsTool, listsTools, refreshes, resets, shares } from './using.ts';

/** The whole story, in the order in which it is told. */
export const STORY: readonly Scene[] = [
  turnedAway,
  signsIn,
  keepsTokens,
  listsTools,
  callsTool,
  refreshes,
  shares,
  resets,
];
