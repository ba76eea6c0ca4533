using System.Globalization;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Steps;
using SealerRecover.Recovery.Events;

namespace SealerRecover.Recovery.Workspace;

/// <summary>
/// The temporary folder of one sector, "&lt;temp&gt;/s-t01000-2", locked for as long as this object lives: "lock", "journal",
/// "sealed" and the folder "cache"; "update", "unsealed" and the folder "update-cache" where a sector has them. Work for other inputs found there is set aside under another name and comes back when those
/// inputs are asked for again; nothing is deleted that this tool did not make.
/// </summary>
internal sealed class SectorWorkspace : IDisposable
{
    private const string LockName = "lock";
    private const string SealedName = WorkspacePaths.SealedName;
    private const string CacheName = WorkspacePaths.CacheName;
    private const string UpdateName = WorkspacePaths.UpdateName;
    private const string UpdateCacheName = WorkspacePaths.UpdateCacheName;
    private const string UnsealedName = WorkspacePaths.UnsealedName;
    private static readonly string[] Folders = [CacheName, UpdateCacheName];
    private readonly IFileSystem _files;
    private readonly FolderLock _lock;

    private SectorWorkspace(IFileSystem files, string folder, FolderLock held, Journal journal)
    {
        _files = files;
        Folder = folder;
        _lock = held;
        Journal = journal;
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>Where its files are.</summary>
    private WorkspacePaths Paths => new(Folder);

    /// <summary>What has been finished.</summary>
    public Journal Journal { get; }

    /// <summary>Where sealing makes layers, trees and auxiliary files.</summary>
    public string CacheFolder => Paths.CacheFolder;

    /// <summary>Where sealing puts the replica.</summary>
    public string SealedFile => Paths.SealedFile;

    /// <summary>Where the updated replica is made.</summary>
    public string UpdateFile => Paths.UpdateFile;

    /// <summary>Where an update's auxiliary files are made; exists once it was asked for by <see cref="MakeUpdateCache"/>.</summary>
    public string UpdateCacheFolder => Paths.UpdateCacheFolder;

    /// <summary>Where an unsealed copy is made.</summary>
    public string UnsealedFile => Paths.UnsealedFile;

    /// <summary>Opens the workspace of a sector, resuming what is there if it was made from the same inputs.</summary>
    /// <param name="files">Changes files.</param>
    /// <param name="tempFolder">The folder of all workspaces.</param>
    /// <param name="sector">The sector.</param>
    /// <param name="inputs">What is asked for.</param>
    /// <param name="cachePathInTAux">The cache path that t_aux is to name; a resumed journal keeps its own.</param>
    /// <param name="events">Told in one sentence what became of earlier work.</param>
    /// <exception cref="OperatorException">Busy, or the folder is not this tool's.</exception>
    /// <exception cref="IOException">The file system failed.</exception>
    public static SectorWorkspace Open(
        IFileSystem files, string tempFolder, SectorId sector, WorkInputs inputs, string cachePathInTAux, SectorSink events)
    {
        string folder = WorkspacePaths.Of(tempFolder, sector).Folder;
        RefuseForeignFolder(folder);
        FolderLock held = FolderLock.Take(files, Path.Combine(folder, LockName), sector.ToString());
        try
        {
            Journal? found = Journal.Load(files, folder);
            if (found is not null && found.Inputs != inputs)
            {
                (held, found) = SetAside(files, folder, held, found, sector, inputs, events);
            }
            else if (found is null && FileLook.At(Path.Combine(folder, Journal.FileName)).Kind != FileKind.Missing)
            {
                events.Notice($"the journal in {folder} is damaged, so its work is not trusted; starting afresh");
                DeleteOwnFiles(files, folder);
            }

            Journal journal = found ?? Journal.Start(files, folder, inputs, cachePathInTAux);
            files.CreateFolder(Path.Combine(folder, CacheName));
            return new SectorWorkspace(files, folder, held, journal);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Whether a workspace is there that only awaits its clean-up once its sector is installed.</summary>
    public static bool IsLeftOver(IFileSystem files, string tempFolder, SectorId sector, WorkInputs inputs)
    {
        string folder = WorkspacePaths.Of(tempFolder, sector).Folder;
        return FileLook.At(folder).Kind == FileKind.Folder && IsOurs(folder)
            && (Journal.Load(files, folder) is { } journal
                ? journal.Inputs == inputs
                : FileLook.At(Path.Combine(folder, Journal.FileName)).Kind == FileKind.Missing);
    }

    /// <summary>Makes the folder for an update's auxiliary files.</summary>
    public void MakeUpdateCache() => _files.CreateFolder(UpdateCacheFolder);

    /// <summary>
    /// Deletes the files this tool made, then the folders as far as they are empty, and lets go of the lock. The journal goes
    /// last, so that a crash in between is a resumed clean-up and not a folder nobody knows.
    /// </summary>
    /// <returns>Full paths of what was left because this tool did not make it.</returns>
    public IReadOnlyList<string> Remove()
    {
        DeleteOwnFiles(_files, Folder);
        Array.ForEach(Folders, name => _files.DeleteEmptyFolder(Path.Combine(Folder, name)));
        string[] foreign = [.. FileLook.EntriesOf(Folder).Where(entry => !IsBookkeeping(Path.GetFileName(entry)))];
        if (foreign.Length > 0)
        {
            foreign = [.. foreign.SelectMany(entry => Folders.Contains(Path.GetFileName(entry)) ? FileLook.EntriesOf(entry) : [entry])];
        }

        _files.DeleteFile(Path.Combine(Folder, Journal.TemporaryName));
        // Flushed, or after a power cut the journal might be gone and files be back that nobody knows then.
        foreach (string folder in Folders.Select(name => Path.Combine(Folder, name)).Where(path => FileLook.At(path).Kind == FileKind.Folder))
        {
            _files.SyncFolder(folder);
        }

        _files.SyncFolder(Folder);
        if (foreign.Length > 0)
        {
            Journal.Reset(); // It stays as the sign that the folder is this tool's, or the next run would refuse it.
        }
        else
        {
            _files.DeleteFile(Path.Combine(Folder, Journal.FileName));
        }

        _lock.Remove(_files);
        _files.DeleteEmptyFolder(Folder);
        return foreign;
    }

    /// <summary>
    /// Deletes what was made and forgets it, because it is damaged. The files go first: sealing takes a replica that is there
    /// for finished, so none may outlive its journal.
    /// </summary>
    public void Restart()
    {
        DeleteOwnFiles(_files, Folder);
        Journal.Reset();
    }

    /// <summary>As <see cref="Restart"/>, but only what belongs to the update and to an unsealed copy.</summary>
    public void RestartUpdate()
    {
        DeleteOwnFiles(_files, Folder, [UpdateCacheName], [UpdateName, UnsealedName]);
        Journal.ForgetAll(step => step.Of is StepsOf.Update or StepsOf.StandingUpdate || step.Kind == StepKind.Unsealed);
    }

    /// <summary>Lets go of the lock and leaves everything for the next run.</summary>
    public void Dispose() => _lock.Dispose();

    private static bool IsBookkeeping(string name) => name is LockName or Journal.FileName or Journal.TemporaryName;

    // A folder of this name with other content is somebody's: the cache of a storage path, say, given as --sealing-temp.
    private static void RefuseForeignFolder(string folder)
    {
        if (FileLook.At(folder).Kind != FileKind.Missing && !IsOurs(folder))
        {
            throw new OperatorException(
                FailureKind.BadInput,
                $"{folder} already exists and was not made by this tool",
                $"Choose another folder for {Setting.TempFolder}, or move that one away.");
        }
    }

    private static bool IsOurs(string folder) => FileLook.At(folder).Kind == FileKind.Folder
        && (FileLook.At(Path.Combine(folder, Journal.FileName)).Kind == FileKind.File
            || FileLook.EntriesOf(folder).All(entry => IsBookkeeping(Path.GetFileName(entry))
                || (Folders.Contains(Path.GetFileName(entry)) && FileLook.EntriesOf(entry).Length == 0)));

    private static (FolderLock Held, Journal? Found) SetAside(
        IFileSystem files, string folder, FolderLock held, Journal other, SectorId sector, WorkInputs wanted, SectorSink events)
    {
        // The lock's file moves with the folder, so the folder of that name is taken anew.
        string aside = Vacant($"{folder}.{other.Inputs.Fingerprint}");
        held.Dispose();
        Expect(files.Move(folder, aside), folder, aside);
        events.Notice($"{folder} held work for another {wanted.DifferencesFrom(other.Inputs)}; it is now {aside}, to be deleted when not needed");

        string earlier = $"{folder}.{wanted.Fingerprint}";
        bool returns = Journal.Load(files, earlier)?.Inputs == wanted;
        if (returns)
        {
            Expect(files.Move(earlier, folder), earlier, folder);
            events.Notice($"work for these inputs, set aside by an earlier run, came back from {earlier}");
        }

        files.SyncFolder(Path.GetDirectoryName(folder)!);
        FolderLock taken = FolderLock.Take(files, Path.Combine(folder, LockName), sector.ToString());
        return (taken, returns ? Journal.Load(files, folder) : null);
    }

    private static string Vacant(string path)
    {
        string candidate = path;
        for (int i = 2; FileLook.At(candidate).Kind != FileKind.Missing; i++)
        {
            candidate = string.Create(CultureInfo.InvariantCulture, $"{path}.{i}");
        }

        return candidate;
    }

    private static void Expect(MoveResult result, string from, string to)
    {
        if (result != MoveResult.Moved)
        {
            throw new IOException($"cannot rename {from} to {to}: something else took the name");
        }
    }

    private static void DeleteOwnFiles(IFileSystem files, string folder) =>
        DeleteOwnFiles(files, folder, Folders, [SealedName, UpdateName, UnsealedName]);

    private static void DeleteOwnFiles(IFileSystem files, string folder, string[] folders, string[] replicas)
    {
        foreach (string entry in folders.SelectMany(name => FileLook.EntriesOf(Path.Combine(folder, name))))
        {
            DeleteIf(CacheFiles.IsOurs(Path.GetFileName(entry)), entry);
        }

        foreach (string entry in FileLook.EntriesOf(folder))
        {
            string name = Path.GetFileName(entry).TrimStart('.');
            DeleteIf(Array.Exists(replicas, replica => name.StartsWith(replica, StringComparison.Ordinal)), entry);
        }

        void DeleteIf(bool ours, string path)
        {
            if (ours && FileLook.At(path).Kind == FileKind.File)
            {
                files.DeleteFile(path);
            }
        }
    }
}
