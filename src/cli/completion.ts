import { letters, longName, type Option } from './option.ts';
import { options } from './options.ts';
import type { Shell } from './settings.ts';

const entries = Object.entries<Option>(options);

/** A script that teaches a shell the options, their values, and which of them are files. */
export function completionScript(shell: Shell): string {
  return scripts[shell]();
}

const scripts: Readonly<Record<Shell, () => string>> = { bash, zsh, fish };

/** All names of an option, with their dashes. */
function namesOf(name: string, option: Option): string[] {
  return [...letters(option).map((letter) => `-${letter}`), longName(name)];
}

function bash(): string {
  const cases = entries.flatMap(([name, option]) => {
    const action =
      option.choices !== undefined
        ? `COMPREPLY=($(compgen -W '${option.choices.join(' ')}' -- "$word"))`
        : option.argument === 'FILE'
          ? 'COMPREPLY=($(compgen -f -- "$word"))'
          : undefined;
    return action === undefined ? [] : [`    ${namesOf(name, option).join('|')}) ${action}; return ;;`];
  });
  return `# mcsniff --completion bash > /etc/bash_completion.d/mcsniff
_mcsniff() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
  # Bash takes words apart at the equals sign.
  if [ "$word" = = ]; then word=; elif [ "$before" = = ]; then before=\${COMP_WORDS[COMP_CWORD-2]}; fi
  case $before in
${cases.join('\n')}
  esac
  case $word in
    -*) COMPREPLY=($(compgen -W '${entries.map(([name]) => longName(name)).join(' ')}' -- "$word")) ;;
  esac
}
complete -o default -F _mcsniff mcsniff`;
}

function zsh(): string {
  const specs = entries.map(([name, option]) => {
    const names = namesOf(name, option);
    const several = option.addsUp || option.type === 'count' ? '*' : '';
    const text = option.describe.replace(/[[\]:\\]/g, '\\$&').replaceAll("'", "'\\''");
    const values =
      option.choices !== undefined ? `(${option.choices.join(' ')})` : option.argument === 'FILE' ? '_files' : ' ';
    const value = option.argument === undefined ? '' : `:${option.argument}:${values}`;
    const joint = option.valueIsOptional ? '=-' : option.argument === undefined ? '' : '=';
    const spelled = names.map((one) =>
      one.startsWith('--') ? one + joint : option.argument !== undefined && !option.valueIsOptional ? `${one}+` : one,
    );
    const group = names.length > 1 && several === '' ? `'(${names.join(' ')})'` : several === '' ? '' : `'${several}'`;
    const choice = spelled.length > 1 ? `{${spelled.join(',')}}` : spelled[0];
    return `  ${group}${choice}'[${text}]${value}'`;
  });
  return `#compdef mcsniff
# mcsniff --completion zsh > "\${fpath[1]}/_mcsniff"
_mcsniff() {
  _arguments -s \\
${specs.join(' \\\n')} \\
  '*:filter expression: '
}
# Loaded by compinit it is this function, else it is read by source.
if [ "\${funcstack[1]}" = _mcsniff ]; then _mcsniff "$@"; else compdef _mcsniff mcsniff; fi`;
}

function fish(): string {
  const lines = entries.map(([name, option]) => {
    const short = letters(option).map((letter) => ` -s '${letter}'`);
    const long = name.length === 1 ? ` -s ${name}` : ` -l ${name}`;
    const value =
      option.argument === undefined || option.valueIsOptional
        ? ''
        : option.choices !== undefined
          ? ` -x -a '${option.choices.join(' ')}'`
          : option.argument === 'FILE'
            ? ' -r -F'
            : ' -x';
    return `complete -c mcsniff${short.join('')}${long}${value} -d '${option.describe.replace(/['\\]/g, '\\$&')}'`;
  });
  return `# mcsniff --completion fish > ~/.config/fish/completions/mcsniff.fish
complete -c mcsniff -f
${lines.join('\n')}`;
}
