import type { Command } from 'commander';
import { UsageError } from '../errors.ts';
import { examples, type Perform } from './branch.ts';
import { type Proposal, wantedAt } from './wanted.ts';

/** The command that the scripts below run at each Tab. */
const ASK = 'mcp-cli completion words --';

/** A shell's own words around that. What is proposed comes as lines: a word, a tab, what it means. */
const SCRIPTS: Record<string, string> = {
  bash: `# mcp-cli completion bash
_mcp_cli() {
  local line
  COMPREPLY=()
  while IFS=$'\\t' read -r line _; do
    COMPREPLY+=("$line")
  done < <(${ASK} "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *= ]] && compopt -o nospace
}
complete -o default -F _mcp_cli mcp-cli
`,
  zsh: `#compdef mcp-cli
# mcp-cli completion zsh
_mcp_cli() {
  local -a words_found texts
  local word about
  while IFS=$'\\t' read -r word about; do
    words_found+=("$word")
    texts+=("$word\${about:+ -- $about}")
  done < <(${ASK} "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#words_found} )); then
    compadd -l -d texts -- "\${(@)words_found}"
  else
    _files
  fi
}
if [ "$funcstack[1]" = "_mcp_cli" ]; then _mcp_cli "$@"; else compdef _mcp_cli mcp-cli; fi
`,
  fish: `# mcp-cli completion fish
function __mcp_cli
  set -l words (commandline -opc)[2..-1] (commandline -ct)
  set -l found (${ASK} $words 2>/dev/null)
  if set -q found[1]
    printf '%s\n' $found
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c mcp-cli -f -a '(__mcp_cli)'
`,
};

/** `program` has every command's name, and grows those that stand among `words`. */
export function growCompletion(
  completion: Command,
  perform: Perform,
  program: Command,
  out: (text: string) => void,
): void {
  completion.action(async (shell: string, words: string[]) => {
    if (shell === 'words') {
      await propose(program, words, perform, out);
      return;
    }
    const script = Object.hasOwn(SCRIPTS, shell) ? SCRIPTS[shell] : undefined;
    if (script === undefined)
      throw new UsageError('unknown_shell', `there is no completion for ${shell}`, {
        hint: `there is for: ${Object.keys(SCRIPTS).join(', ')}`,
      });
    out(script);
  });
  examples(completion, [
    'source <(mcp-cli completion bash)                              in ~/.bashrc',
    'source <(mcp-cli completion zsh)                               in ~/.zshrc, after compinit',
    'mcp-cli completion fish > ~/.config/fish/completions/mcp-cli.fish',
  ]);
}

/** Nothing is asked, and nobody signs in, because somebody pressed a key. */
const QUIETLY = { nonInteractive: true, quiet: true, timeout: 2000, format: 'text', json: undefined };

async function propose(
  program: Command,
  words: string[],
  perform: Perform,
  out: (text: string) => void,
): Promise<void> {
  const wanted = wantedAt(program, words);
  const last = words.at(-1) ?? '';
  const found = [...wanted.words];
  const { from } = wanted;
  if (from !== undefined) {
    try {
      program.parseOptions(wanted.whole);
    } catch {
      // A flag with a value that it cannot have: the program will say so, when it is run.
      return;
    }
    for (const [name, value] of Object.entries(QUIETLY)) program.setOptionValue(name, value);
    await perform(async (workspace) => {
      const { proposalsFrom } = await import('../commands/completion.ts');
      found.push(...(await proposalsFrom(workspace, { ...wanted, from })));
    });
  }
  // Of a list with commas the last one is being typed.
  const before = from === 'servers' ? last.slice(0, last.lastIndexOf(',') + 1) : '';
  out(found.flatMap((each) => line({ ...each, word: before + each.word }, last)).join(''));
}

/**
 * A server chooses the names of its tools, and bash puts what is proposed into the line as it is: a word that a shell
 * would read as anything but a word is not proposed.
 */
function line({ word, about }: Proposal, last: string): string[] {
  if (!word.startsWith(last) || !/^[\w@%+=:,./~-]+$/.test(word)) return [];
  return [`${word}\t${about.replace(/\s+/g, ' ')}\n`];
}
