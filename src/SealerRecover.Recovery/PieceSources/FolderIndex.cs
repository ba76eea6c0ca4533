using System.IO.Enumeration;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Pieces;

namespace SealerRecover.Recovery.PieceSources;

/// <summary>A file that may hold a piece.</summary>
/// <param name="Path">Absolute path.</param>
/// <param name="Length">Bytes, when the folder was looked through.</param>
internal readonly record struct SizedFile(string Path, long Length);

/// <summary>
/// What pieces a folder may hold, by the names of its files, at any depth down to <see cref="MaxDepth"/>. Made by one walk; only files that
/// count by their size are looked at one by one. Links to folders are followed, each folder once; folders of sectors are left out.
/// </summary>
internal sealed class FolderIndex
{
    /// <summary>Folders within folders that are looked into.</summary>
    public const int MaxDepth = 32;

    private const string UnsealedFolder = "unsealed";
    private static readonly string[] ReplicaFolders = ["sealed", "update"];

    private static readonly EnumerationOptions Everything = new()
    {
        AttributesToSkip = 0,
        IgnoreInaccessible = false,
        RecurseSubdirectories = false,
        ReturnSpecialDirectories = false,
    };

    private readonly Dictionary<CommD, List<string>> _named = [];
    private readonly Dictionary<SectorId, List<string>> _unsealed = [];
    private readonly List<SizedFile> _unnamed = [];
    private readonly List<string> _unreadable = [];
    private readonly bool _anyName;

    private FolderIndex(bool anyName) => _anyName = anyName;

    /// <summary>Files whose name does not tell the piece, but which may hold one: Curio's parked pieces; all others too, if asked for.</summary>
    public IReadOnlyList<SizedFile> Unnamed => _unnamed;

    /// <summary>Folders that could not be looked into.</summary>
    public IReadOnlyList<string> Unreadable => _unreadable;

    /// <summary>Looks through a folder.</summary>
    /// <param name="folder">Absolute path.</param>
    /// <param name="anyName">Whether files of any name count.</param>
    /// <param name="cancellation">Stops between two folders.</param>
    public static FolderIndex Scan(string folder, bool anyName, CancellationToken cancellation)
    {
        FolderIndex index = new(anyName);
        HashSet<(ulong Device, ulong Inode)> seen = [];
        Stack<(string Path, int Depth)> toDo = new([(folder, 0)]);
        while (toDo.TryPop(out (string Path, int Depth) next))
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                FileLook look = FileLook.Through(next.Path);
                if (look.Kind == FileKind.Folder && seen.Add((look.Device, look.Inode)))
                {
                    index.Take(next.Path, next.Depth, toDo);
                }
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                index._unreadable.Add(next.Path);
            }
        }

        index.Sort();
        return index;
    }

    /// <summary>Files named by this commitment, or by that of a smaller piece which zeros extend to it; best first.</summary>
    public IReadOnlyList<string> Named(CommD commP) => _named.GetValueOrDefault(commP) ?? [];

    /// <summary>Files that may be a sector's unsealed data.</summary>
    public IReadOnlyList<string> Unsealed(SectorId sector) => _unsealed.GetValueOrDefault(sector) ?? [];

    private void Take(string folder, int depth, Stack<(string Path, int Depth)> toDo)
    {
        string folderName = Path.GetFileName(folder);
        bool replicas = ReplicaFolders.Contains(folderName, StringComparer.OrdinalIgnoreCase);
        FileSystemEnumerable<(string Name, bool IsFolder)> entries = new(
            folder,
            (ref FileSystemEntry entry) => (entry.FileName.ToString(), entry.IsDirectory),
            Everything);
        foreach ((string name, bool isFolder) in entries)
        {
            string path = Path.Combine(folder, name);
            bool isSector = SectorId.TryParseFileName(name, out SectorId sector);
            if (isFolder)
            {
                // A sector's cache holds trees, never pieces, and there may be a hundred thousand of them.
                if (!isSector && depth < MaxDepth)
                {
                    toDo.Push((path, depth + 1));
                }
            }
            else if (isSector)
            {
                TakeSectorFile(path, sector, replicas);
            }
            else if (PieceFileName.TryParse(name, out PieceFileName piece))
            {
                TakeNamed(path, piece);
            }
            else if (_anyName)
            {
                TakeBySize(path);
            }
        }
    }

    private void TakeSectorFile(string path, SectorId sector, bool isReplica)
    {
        if (sector.Miner.Value == 0)
        {
            // Curio parks pieces under the number of a row in its database, as sectors of miner 0.
            TakeBySize(path);
        }
        else if (!isReplica)
        {
            Add(_unsealed, sector, path);
        }
    }

    private void TakeNamed(string path, PieceFileName name)
    {
        Add(_named, name.CommP, path);
        if (name.V2 is not { } v2)
        {
            return;
        }

        // The smallest piece that holds the data; a deal may have made a larger one of it, with zeros.
        for (PieceInfo piece = v2.Piece; piece.PaddedSize < PieceLayout.MaxPaddedSize;)
        {
            piece = PieceVerifier.Extend(piece, 2 * piece.PaddedSize);
            Add(_named, piece.CommP, path);
        }
    }

    private void TakeBySize(string path)
    {
        FileLook look;
        try
        {
            look = FileLook.Through(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return; // A link in a circle, say; the other files count all the same.
        }

        if (look.Kind == FileKind.File && look.Length > 0)
        {
            _unnamed.Add(new SizedFile(path, look.Length));
        }
    }

    private void Sort()
    {
        // One order whatever the file system's, those nearest to the top first.
        foreach (List<string> paths in _named.Values.Concat(_unsealed.Values))
        {
            paths.Sort(static (left, right) =>
                left.Count(c => c == '/') - right.Count(c => c == '/') is int depth and not 0 ? depth : string.CompareOrdinal(left, right));
        }

        _unnamed.Sort(static (left, right) => string.CompareOrdinal(left.Path, right.Path));
        _unreadable.Sort(StringComparer.Ordinal);
    }

    private static void Add<TKey>(Dictionary<TKey, List<string>> map, TKey key, string path)
        where TKey : notnull
    {
        if (!map.TryGetValue(key, out List<string>? paths))
        {
            map.Add(key, paths = []);
        }

        paths.Add(path);
    }
}
