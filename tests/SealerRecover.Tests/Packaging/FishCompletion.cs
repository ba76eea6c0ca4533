namespace SealerRecover.Tests.Packaging;

/// <summary>The completion script for fish: a line for each option of each command.</summary>
internal static class FishCompletion
{
    /// <summary>The script.</summary>
    public static string Of(IReadOnlyList<CommandWords> commands)
    {
        CommandWords[] named = [.. commands.Where(command => command.Name.Length > 0)];
        return $$"""
            # fish completion of sealer-recover. Generated from its commands: see CONTRIBUTING.md.

            # Whether the command typed is this one; without one, whether it is none.
            function __sealer_recover_command
                set -l words (commandline -opc)
                if test (count $argv) -gt 0
                    test "$words[2]" = "$argv[1]"
                else
                    not contains -- "$words[2]" {{string.Join(' ', named.Select(command => command.Name))}}
                end
            end

            function __sealer_recover_first
                test (count (commandline -opc)) -eq 1
            end

            complete -c sealer-recover -f
            {{string.Join('\n', named.Select(command => $"complete -c sealer-recover -n __sealer_recover_first -a {command.Name} -d {Quoted(command.Does)}"))}}
            {{string.Join('\n', commands.SelectMany(Lines))}}

            """;
    }

    private static IEnumerable<string> Lines(CommandWords command)
    {
        string start = $"complete -c sealer-recover -n {(command.Name.Length > 0 ? $"'__sealer_recover_command {command.Name}'" : "__sealer_recover_command")}";
        foreach (OptionWords option in command.Options)
        {
            string letters = string.Concat(option.Short.Select(letter => $" -s {letter}"));
            string names = string.Concat(option.Names.Select(name => $" -l {name[2..]}"));
            yield return $"{start}{names}{letters}{Value(option)} -d {Quoted(option.Does)}";
        }

        string behind = command.Behind switch
        {
            Expected.Word => $" -a {Quoted(string.Join(' ', command.Words))}",
            Expected.File => " -F",
            Expected.Folder => " -a '(__fish_complete_directories)'",
            _ => "",
        };
        if (behind.Length > 0)
        {
            yield return $"{start}{behind}";
        }
    }

    private static string Value(OptionWords option) => (option.Takes, option.ValueCanBeLeftOut) switch
    {
        (Expected.Nothing, _) => "",
        (Expected.Word, true) => $" -a {Quoted(string.Join(' ', option.Words))}",
        (Expected.Word, _) => $" -x -a {Quoted(string.Join(' ', option.Words))}",
        (Expected.File, _) => " -r -F",
        (Expected.Folder, _) => " -x -a '(__fish_complete_directories)'",
        _ => " -x",
    };

    private static string Quoted(string text) =>
        $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";
}
