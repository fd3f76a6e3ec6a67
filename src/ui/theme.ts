import { type Look, painter } from './look.ts';

/** How inquirer's questions look here: its own theme knows nothing of NO_COLOR, and little of terminals without Unicode. */
export function themeOf(look: Look): object {
  const paint = painter(look);
  const dim = (text: string) => paint('dim', text);
  const cyan = (text: string) => paint('cyan', text);
  const pick = (sign: string, plain: string) => (look.unicode ? sign : plain);
  return {
    prefix: { idle: cyan('?'), done: paint('green', pick('✔', '+')) },
    // Nothing is waited for: what checks an answer is at hand.
    spinner: { interval: 1000, frames: [cyan('?')] },
    icon: {
      cursor: pick('❯', '>'),
      checked: paint('green', pick('◉', '[x]')),
      unchecked: pick('◯', '[ ]'),
    },
    style: {
      answer: cyan,
      message: (text: string) => paint('bold', text),
      error: (text: string) => paint('red', `${pick('✗', '!')} ${text}`),
      defaultAnswer: (text: string) => dim(`(${text})`),
      help: dim,
      highlight: cyan,
      key: (text: string) => cyan(`<${text}>`),
      disabled: dim,
      description: cyan,
      renderSelectedChoices: (chosen: { short: string }[]) => chosen.map(({ short }) => short).join(', '),
      keysHelpTip: (keys: [string, string][]) =>
        dim(keys.map(([key, action]) => `${named(key, look)} ${action}`).join(pick(' · ', ', '))),
    },
  };
}

function named(key: string, { unicode }: Look): string {
  if (unicode) return key;
  return key === '↑↓' ? 'up/down' : key === '⏎' ? 'Enter' : key;
}
