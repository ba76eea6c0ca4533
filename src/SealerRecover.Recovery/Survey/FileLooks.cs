using Filecoin.Sealing.Files;

namespace SealerRecover.Recovery.Survey;

/// <summary>What can be said of a file without reading it, and reading that says why it failed.</summary>
internal static class FileLooks
{
    /// <summary>Good by its length, or why not.</summary>
    /// <param name="path">The file.</param>
    /// <param name="length">The length it has to have; null for any.</param>
    /// <param name="remark">What another length may mean.</param>
    public static FileState Of(string path, long? length, Func<long, string?>? remark = null)
    {
        // A link that leads nowhere is not a file that is missing: it is in the way of one. So is what stands in the place of its folder.
        TargetLook found = TargetLook.OfFile(path);
        string? ofFolder = found.IsAbsent ? TargetLook.OfFolder(Path.GetDirectoryName(path)!).Trouble : null;
        return (found.Trouble, ofFolder) switch
        {
            ({ } trouble, _) => new Unreadable($"it {trouble}"),
            (_, { } trouble) => new Unreadable($"its folder {trouble}"),
            _ when found.IsAbsent => new Missing(),
            _ when length is { } expected && found.Look.Length != expected =>
                new WrongLength(expected, found.Look.Length, remark?.Invoke(found.Look.Length)),
            _ => new Good(CheckDepth.Length),
        };
    }

    /// <summary>The state that reading finds, or that it cannot be read.</summary>
    public static FileState Reading(Func<FileState> read)
    {
        try
        {
            return read();
        }
        catch (Exception failure) when (StorageFailure.Is(failure) || failure is Filecoin.Primitives.OperatorException or SurveyStoppedException)
        {
            return new Unreadable(failure.Message.TrimEnd('.'));
        }
    }
}
