namespace SealerRecover.Tests.Packaging;

/// <summary>The completion script for zsh: specifications of _arguments for each command.</summary>
internal static class ZshCompletion
{
    /// <summary>The script.</summary>
    public static string Of(IReadOnlyList<CommandWords> commands) => $$"""
        #compdef sealer-recover
        # zsh completion of sealer-recover. Generated from its commands: see CONTRIBUTING.md.

        _sealer-recover() {
          local command=
          local -a commands specs
          commands=(
        {{string.Join('\n', commands.Where(command => command.Name.Length > 0).Select(command => $"    {Quoted($"{command.Name}:{command.Does}")}"))}}
          )

          # At the first word nothing is decided yet.
          ((CURRENT > 2)) && command=$words[2]
          case $command in
        {{string.Join('\n', commands.Where(command => command.Name.Length > 0).Select(command => $"    {command.Name})\n      specs=(\n{Specs(command)}\n      )\n      shift words\n      ((CURRENT--))\n      ;;"))}}
            *)
              specs=(
        {{Specs(commands[0])}}
                '1:command:{_describe -t commands command commands}'
              )
              ;;
          esac
          _arguments -S : $specs
        }

        _sealer-recover "$@"

        """;

    private static string Specs(CommandWords command)
    {
        IEnumerable<string> options = command.Options.SelectMany(option => option.Names.Select(name => (Name: name, Option: option))
            .Concat(option.Short.Select(letter => (Name: $"-{letter}", Option: option)))
            .Select(named => Spec(named.Name, named.Option)));
        string[] behind = command.Behind == Expected.Nothing ? [] : [$"*:{command.BehindName}:{Action(command.Behind, command.Words)}"];
        return string.Join('\n', options.Concat(behind).Select(spec => $"        {Quoted(spec)}"));
    }

    private static string Spec(string name, OptionWords option) =>
        $"{(option.Repeats ? "*" : "")}{name}{(option.Takes == Expected.Nothing ? "" : option.ValueCanBeLeftOut ? "=-" : "=")}[{Escaped(option.Does)}]"
        + (option.Takes == Expected.Nothing ? "" : $"{(option.ValueCanBeLeftOut ? "::" : ":")}{Escaped(option.ValueName)}:{Action(option.Takes, option.Words)}");

    private static string Action(Expected expected, IReadOnlyList<string> words) => expected switch
    {
        Expected.Word => $"({string.Join(' ', words)})",
        Expected.File => "_files",
        Expected.Folder => "_files -/",
        _ => " ",
    };

    private static string Escaped(string text) => string.Concat(text.Select(one => one is '[' or ']' or ':' or '\\' ? $"\\{one}" : one.ToString()));

    private static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
