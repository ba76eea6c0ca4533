using System.Text;

namespace SealerRecover.Tests.Packaging;

/// <summary>The completion script for bash: it starts no program and needs no other package.</summary>
internal static class BashCompletion
{
    /// <summary>The script.</summary>
    public static string Of(IReadOnlyList<CommandWords> commands)
    {
        string[] names = [.. commands.Select(command => command.Name).Where(name => name.Length > 0)];
        StringBuilder script = new();
        return script.Append($$"""
            # bash completion of sealer-recover. Generated from its commands: see CONTRIBUTING.md.

            _sealer_recover()
            {
                local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command="" option="" assigned="" written="" takes=""
                local -a names=() words=()
                COMPREPLY=()

                # Where = is one of COMP_WORDBREAKS, --option=value arrives as three words, otherwise as one.
                if [[ $current == = ]]; then
                    option=$before assigned=yes current=""
                elif [[ $before == = ]]; then
                    option=${COMP_WORDS[COMP_CWORD - 2]} assigned=yes
                elif [[ $current == --*=* ]]; then
                    option=${current%%=*} assigned=yes written=${current%%=*}= current=${current#*=}
                elif [[ $before == --* ]]; then
                    option=$before
                fi

                if ((COMP_CWORD > 1)); then
                    case ${COMP_WORDS[1]} in
                        {{string.Join('|', names)}}) command=${COMP_WORDS[1]} ;;
                    esac
                fi

                case "$command $option" in
            {{Values(commands)}}
                    *) takes=${assigned:+value} ;;
                esac

                if [[ -z $takes ]]; then
                    case $command in
            {{string.Join('\n', commands.Select(Names))}}
                    esac
                    if ((COMP_CWORD == 1)); then
                        takes=word words=({{string.Join(' ', names)}})
                    fi
                    [[ $current != -* ]] || takes=word words=("${names[@]}")
                fi

                case $takes in
                    word) mapfile -t COMPREPLY < <(IFS=$'\n' && compgen -W "${words[*]}" -- "$current") ;;
                    file) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
                    folder) mapfile -t COMPREPLY < <(compgen -d -- "$current") ;;
                esac
                if [[ $takes == file || $takes == folder ]]; then
                    compopt -o filenames 2> /dev/null
                elif [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then
                    compopt -o nospace 2> /dev/null
                fi
                [[ -z $written ]] || COMPREPLY=("${COMPREPLY[@]/#/$written}")
            }

            complete -F _sealer_recover sealer-recover

            """).ToString();
    }

    // An option that means the same in every command is written once.
    private static string Values(IReadOnlyList<CommandWords> commands)
    {
        var all = commands.SelectMany(command => command.Options.SelectMany(option => option.Names.Select(name => (Command: command.Name, Name: name, Means: Taken(option)))));
        var patterns = all.GroupBy(one => one.Name).SelectMany(option => option.Select(one => one.Means).Distinct().Count() == 1
            ? [(Pattern: $"*' {option.Key}'", option.First().Means)]
            : option.Select(one => (Pattern: $"'{one.Command} {one.Name}'", one.Means)));
        return string.Join('\n', patterns.Where(row => row.Means.Length > 0).GroupBy(row => row.Means, row => row.Pattern)
            .Select(same => $"        {string.Join(" | ", same)}) {same.Key} ;;"));
    }

    // What is behind a switch belongs to no option; a value that can be left out is only written with =.
    private static string Taken(OptionWords option) => option.Takes == Expected.Nothing ? "" : (option.ValueCanBeLeftOut ? "[[ -z $assigned ]] || " : "") + (option.Takes switch
    {
        Expected.Word => $"takes=word words=({string.Join(' ', option.Words)})",
        Expected.File => "takes=file",
        Expected.Folder => "takes=folder",
        _ => "takes=value",
    });

    private static string Names(CommandWords command)
    {
        string names = string.Join(' ', command.Options.SelectMany(option => option.Names.Select(name => option is { Takes: not Expected.Nothing, ValueCanBeLeftOut: false } ? $"{name}=" : name)));
        string behind = command.Behind switch
        {
            Expected.Word => $" takes=word words=({string.Join(' ', command.Words)})",
            Expected.File => " takes=file",
            Expected.Folder => " takes=folder",
            _ => "",
        };
        return $"            {(command.Name.Length > 0 ? command.Name : "\"\"")}) names=({names}){behind} ;;";
    }
}
