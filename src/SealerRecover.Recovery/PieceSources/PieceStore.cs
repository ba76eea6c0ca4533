using Filecoin.Primitives;
using Filecoin.Sealing.Files;

namespace SealerRecover.Recovery.PieceSources;

/// <summary>
/// The folder "pieces" of the temporary folder: raw bytes of pieces that came from elsewhere, each a file under its CID of version 1 that
/// appears whole and verified or not at all; a download not yet whole is "CID.part" with "CID.part.state" beside it, or, out of
/// an unsealed sector, "CID.extract". Sectors that hold the same piece share the file: each keeps a mark "CID.for.s-t0…", and the last to
/// release deletes it. "lock" and "CID.lock" are held by who works. Safe from several threads and processes.
/// </summary>
public sealed class PieceStore
{
    private const string PartSuffix = ".part";
    private const string StateSuffix = ".part.state";
    private const string NewStateSuffix = ".part.state.tmp";
    private const string ExtractSuffix = ".extract";
    private const string LockSuffix = ".lock";
    private const string MarkInfix = ".for.";
    private const string LockName = "lock";
    private const int LockTries = 1000;
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan PiecePause = TimeSpan.FromMilliseconds(250);

    /// <summary>The store in a temporary folder; nothing is made before something is kept.</summary>
    /// <param name="tempFolder">Absolute path.</param>
    public PieceStore(string tempFolder)
        : this(tempFolder, LinuxFileSystem.Instance)
    {
    }

    internal PieceStore(string tempFolder, IFileSystem files)
    {
        Folder = Path.Combine(tempFolder, "pieces");
        Files = files;
    }

    /// <summary>The store's folder.</summary>
    public string Folder { get; }

    internal IFileSystem Files { get; }

    /// <summary>
    /// The most bytes of disk that getting these pieces can still take here: nothing for what is here whole, what is missing for what is
    /// here in part, the unpadded size for the rest. A piece in a local file will take none, which is known only once it was looked for.
    /// </summary>
    public long BytesToCome(IEnumerable<PieceInfo> pieces)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        return StorageFailure.Explain($"looking into {Folder}", () => pieces.Distinct().Sum(ToCome));

        long ToCome(PieceInfo piece) => FileLook.At(FileOf(piece)).Kind == FileKind.File
            ? 0
            : Math.Max(0, piece.UnpaddedSize - FileLook.At(PartOf(piece)).Allocated);
    }

    /// <summary>Keeps these pieces, once they are here, until this sector releases them. Once more is fine.</summary>
    /// <exception cref="OperatorException">Storage: the folder cannot be written.</exception>
    public void Hold(SectorId sector, IEnumerable<PieceInfo> pieces)
    {
        PieceInfo[] held = [.. pieces.Distinct()];
        StorageFailure.Explain($"keeping pieces of {sector} in {Folder}", () =>
        {
            using FolderLock taken = TakeStore();
            foreach (PieceInfo piece in held)
            {
                Files.Write($"{FileOf(piece)}{MarkInfix}{sector.FileName}", ReadOnlyMemory<byte>.Empty);
            }

            Files.SyncFolder(Folder);
        });
    }

    /// <summary>This sector is installed: pieces no other sector holds are deleted, downloads not yet whole included.</summary>
    /// <exception cref="OperatorException">Storage: the folder cannot be written.</exception>
    public void Release(SectorId sector) => StorageFailure.Explain($"deleting pieces of {sector} in {Folder}", () =>
    {
        if (FileLook.At(Folder).Kind != FileKind.Folder)
        {
            return;
        }

        using FolderLock taken = TakeStore();
        string[] names = [.. FileLook.EntriesOf(Folder).Select(entry => Path.GetFileName(entry))];
        ILookup<string, string> marks = names
            .Where(name => name.Contains(MarkInfix, StringComparison.Ordinal))
            .ToLookup(name => name[..name.IndexOf(MarkInfix, StringComparison.Ordinal)], StringComparer.Ordinal);
        foreach (IGrouping<string, string> piece in marks)
        {
            string own = piece.Key + MarkInfix + sector.FileName;
            if (!piece.Contains(own, StringComparer.Ordinal))
            {
                continue;
            }

            // The mark goes last: after a crash in between the next release still knows what to delete.
            if (piece.Count() == 1)
            {
                DeleteUnlessAtWork(Path.Combine(Folder, piece.Key));
            }

            Files.DeleteFile(Path.Combine(Folder, own));
        }

        if (FileLook.EntriesOf(Folder) is [string only] && Path.GetFileName(only) == LockName)
        {
            taken.Remove(Files);
            DeleteFolder();
        }
    });

    /// <summary>Where the whole, verified piece is or will be.</summary>
    internal string FileOf(PieceInfo piece) => Path.Combine(Folder, piece.CommP.ToString());

    /// <summary>Where it is before that.</summary>
    internal string PartOf(PieceInfo piece) => FileOf(piece) + PartSuffix;

    /// <summary>What is known of the part.</summary>
    internal string StateOf(PieceInfo piece) => FileOf(piece) + StateSuffix;

    /// <summary>Where it is before that if it comes out of an unsealed sector; apart from a download, which may still be needed.</summary>
    internal string ExtractOf(PieceInfo piece) => FileOf(piece) + ExtractSuffix;

    /// <summary>Waits until nobody else, in this process or another, gets the same piece; makes the folder.</summary>
    /// <returns>Held until disposed.</returns>
    internal async Task<IDisposable> LockAsync(PieceInfo piece, Action waiting, TimeProvider time, CancellationToken cancellation)
    {
        for (bool told = false; ; told = true)
        {
            try
            {
                string path = FileOf(piece) + LockSuffix;
                return new PieceLock(
                    StorageFailure.Explain($"locking {path}", () => FolderLock.Take(Files, path, $"piece {piece.CommP}")), Files);
            }
            catch (OperatorException busy) when (busy.Kind == FailureKind.Busy)
            {
                if (!told)
                {
                    waiting();
                }

                await Task.Delay(PiecePause, time, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>A file of the store is whole and verified: it is flushed and gets the piece's name. The piece is locked.</summary>
    internal void Publish(PieceInfo piece, string whole) => StorageFailure.Explain($"finishing {FileOf(piece)}", () =>
    {
        Files.SyncFile(whole);
        Files.Publish(whole, FileOf(piece));
        DeleteUnfinished(FileOf(piece));
    });

    /// <summary>Deletes the part and its state. The piece is locked.</summary>
    internal void DiscardPart(PieceInfo piece) => StorageFailure.Explain($"deleting {PartOf(piece)}", () => DeleteUnfinished(FileOf(piece)));

    /// <summary>Deletes what was taken out of an unsealed sector and is not the piece. The piece is locked.</summary>
    internal void DiscardExtract(PieceInfo piece) =>
        StorageFailure.Explain($"deleting {ExtractOf(piece)}", () => Files.DeleteFile(ExtractOf(piece)));

    /// <summary>Deletes the file, which is damaged. The piece is locked.</summary>
    internal void DiscardFile(PieceInfo piece) => StorageFailure.Explain($"deleting {FileOf(piece)}", () => Files.DeleteFile(FileOf(piece)));

    /// <summary>The lock is gone with its file, so others may put something into the folder, which keeps it, or delete it as well.</summary>
    private void DeleteFolder()
    {
        try
        {
            Files.DeleteEmptyFolder(Folder);
        }
        catch (DirectoryNotFoundException)
        {
            // It is gone, as wanted.
        }
    }

    private void DeleteUnlessAtWork(string file)
    {
        try
        {
            using FolderLock taken = FolderLock.Take(Files, file + LockSuffix, file);
            DeleteUnfinished(file);
            Files.DeleteFile(file);
            taken.Remove(Files);
        }
        catch (OperatorException busy) when (busy.Kind == FailureKind.Busy)
        {
            // Somebody who holds no mark is getting it this moment; it is theirs now.
        }
    }

    private void DeleteUnfinished(string file)
    {
        foreach (string suffix in new[] { StateSuffix, NewStateSuffix, PartSuffix, ExtractSuffix })
        {
            Files.DeleteFile(file + suffix);
        }
    }

    /// <summary>The lock over the marks; held for moments only.</summary>
    private FolderLock TakeStore()
    {
        for (int tries = 1; ; tries++)
        {
            try
            {
                return FolderLock.Take(Files, Path.Combine(Folder, LockName), $"the store of pieces {Folder}");
            }
            catch (OperatorException busy) when (busy.Kind == FailureKind.Busy && tries < LockTries)
            {
                Thread.Sleep(LockPause);
            }
        }
    }

    private sealed class PieceLock(FolderLock held, IFileSystem files) : IDisposable
    {
        // A lock's file that cannot be deleted keeps nobody out; it goes when the last sector releases the piece.
        public void Dispose()
        {
            try
            {
                held.Remove(files);
            }
            catch (Exception failure) when (StorageFailure.Is(failure))
            {
            }
        }
    }
}
