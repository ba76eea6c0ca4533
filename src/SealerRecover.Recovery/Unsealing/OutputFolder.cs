using System.Text.RegularExpressions;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;

namespace SealerRecover.Recovery.Unsealing;

/// <summary>The folder that pieces go into, made if need be and held by one run at a time: what a run that was killed left half written there is deleted.</summary>
internal sealed partial class OutputFolder : IDisposable
{
    private const string LockName = ".sealer-recover.lock";
    private readonly IFileSystem _files;
    private readonly FolderLock _lock;

    private OutputFolder(IFileSystem files, FolderLock held)
    {
        _files = files;
        _lock = held;
    }

    /// <summary>Whether a run has it, or was killed while it had.</summary>
    public static bool IsTaken(string folder) => FileLook.At(Path.Combine(folder, LockName)).Kind != FileKind.Missing;

    /// <summary>Takes it.</summary>
    /// <param name="files">Changes files.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="outputs">The files that this run may write there.</param>
    /// <exception cref="OperatorException">Busy: another run has it. Storage: it cannot be written to.</exception>
    public static OutputFolder Take(IFileSystem files, string folder, IReadOnlySet<string> outputs) => StorageFailure.Explain($"preparing {folder}", () =>
    {
        OutputFolder taken = new(files, FolderLock.Take(files, Path.Combine(folder, LockName), $"what is wanted in {folder}"));
        foreach (string entry in FileLook.EntriesOf(folder))
        {
            if (Unfinished().Match(entry) is { Success: true } match && outputs.Contains(match.Groups[1].Value))
            {
                files.DeleteFile(entry);
            }
        }

        return taken;
    });

    /// <summary>Lets go. A lock's file that cannot be deleted keeps nobody out.</summary>
    public void Dispose()
    {
        try
        {
            _lock.Remove(_files);
        }
        catch (Exception failure) when (StorageFailure.Is(failure))
        {
        }
    }

    // As NewFile calls it.
    [GeneratedRegex("^(.*?)(?:\\.car)?\\.[0-9]+-[0-9a-f]+\\.tmp$", RegexOptions.CultureInvariant)]
    private static partial Regex Unfinished();
}
