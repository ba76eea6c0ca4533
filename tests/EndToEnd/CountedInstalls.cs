using System.Collections.Concurrent;

namespace EndToEnd;

/// <summary>Counts how often a replica comes to stand in a storage path, as the kernel tells it, whatever the one who put it there says, or could not say any more.</summary>
internal sealed class CountedInstalls : IDisposable
{
    private static readonly string[] Areas = ["sealed", "update"];

    private readonly List<FileSystemWatcher> _watchers = [];
    private readonly ConcurrentDictionary<string, int> _counts = new();
    private volatile Exception? _trouble;

    /// <summary>Begins to count in storage paths, whose folders are made.</summary>
    public CountedInstalls(params string[] storagePaths)
    {
        foreach (string folder in storagePaths.SelectMany(path => Areas.Select(area => Directory.CreateDirectory(Path.Combine(path, area)).FullName)))
        {
            FileSystemWatcher watcher = new(folder) { NotifyFilter = NotifyFilters.FileName };
            watcher.Created += (_, what) => _counts.AddOrUpdate(what.FullPath, 1, (_, count) => count + 1);
            watcher.Renamed += (_, what) => _counts.AddOrUpdate(what.FullPath, 1, (_, count) => count + 1);
            watcher.Error += (_, what) => _trouble = what.GetException();
            watcher.EnableRaisingEvents = true;
            _watchers.Add(watcher);
        }
    }

    /// <summary>By path; those that never came are not in it.</summary>
    public IReadOnlyDictionary<string, int> Counts => _trouble is null ? _counts : throw new InvalidOperationException("not all was counted", _trouble);

    /// <inheritdoc/>
    public void Dispose() => _watchers.ForEach(watcher => watcher.Dispose());
}
