using Filecoin.Sealing.Files;

namespace SealerRecover.Recovery.Survey;

/// <summary>What can be said of a file without reading it, and reading that says why it failed.</summary>
internal static class FileLooks
{
    /// <summary>Good by its length, or why not.</summary>
    /// <param name="path">The file.</param>
    /// <param name="length">The length it has to have; null for any.</param>
    /// <param name="remark">What another length may mean.</param>
    public static FileState Of(string path, long? length, Func<long, string?>? remark = null) => Reading(() =>
    {
        FileLook look = FileLook.Through(path);
        return look.Kind switch
        {
            FileKind.Missing when FileLook.At(path).Kind == FileKind.Link => new Unreadable("it is a link that leads nowhere"),
            FileKind.Missing => new Missing(),
            FileKind.File when length is { } expected && look.Length != expected =>
                new WrongLength(expected, look.Length, remark?.Invoke(look.Length)),
            FileKind.File => new Good(CheckDepth.Length),
            FileKind.Folder => new Unreadable("it is a folder"),
            _ => new Unreadable("it is no file"),
        };
    });

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
