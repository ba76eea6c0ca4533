using SealerRecover.Recovery.Survey;
using SealerRecover.Rendering;

namespace SealerRecover.Commands;

/// <summary>Renamings as a shell makes them.</summary>
internal static class MoveCommands
{
    /// <summary>The command lines in order: -n replaces nothing, -T moves nothing into a folder that stands there.</summary>
    public static IEnumerable<string> For(IReadOnlyList<MoveStep> steps)
    {
        string[] folders = [.. steps.Select(step => Path.GetDirectoryName(step.To)!).Distinct().Where(folder => !Directory.Exists(folder))];
        return
        [
            .. folders.Select(folder => $"mkdir -p {ShellWords.Quote(folder)}"),
            .. steps.Select(step => $"mv -nT {ShellWords.Quote(step.From)} {ShellWords.Quote(step.To)}"),
        ];
    }
}
