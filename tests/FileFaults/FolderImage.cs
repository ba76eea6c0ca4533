namespace SealerRecover.Tests;

/// <summary>Everything below a folder, in memory: relative path to content, null for folders.</summary>
public sealed class FolderImage
{
    private readonly SortedDictionary<string, byte[]?> _entries = new(StringComparer.Ordinal);

    /// <summary>The entries; a folder comes before what is in it.</summary>
    public IReadOnlyDictionary<string, byte[]?> Entries => _entries;

    /// <summary>Reads a folder.</summary>
    public static FolderImage Of(string folder)
    {
        FolderImage image = new();
        foreach (string path in Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories))
        {
            image.Add(Path.GetRelativePath(folder, path), Directory.Exists(path) ? null : File.ReadAllBytes(path));
        }

        return image;
    }

    /// <summary>Adds a file, or a folder.</summary>
    public void Add(string path, byte[]? content) => _entries[path] = content;

    /// <summary>Makes the folder what this image is; whatever else is in it goes.</summary>
    public void Restore(string folder)
    {
        foreach (string path in Directory.EnumerateFileSystemEntries(folder))
        {
            if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }
            else
            {
                File.Delete(path);
            }
        }

        foreach ((string name, byte[]? content) in _entries)
        {
            string path = Path.Combine(folder, name);
            if (content is null)
            {
                Directory.CreateDirectory(path);
            }
            else
            {
                File.WriteAllBytes(path, content);
            }
        }
    }

    /// <summary>The files below a folder of it, with their paths in it.</summary>
    public Dictionary<string, byte[]> FilesBelow(string folder) => _entries
        .Where(entry => entry.Value is not null && entry.Key.StartsWith(folder + '/', StringComparison.Ordinal))
        .ToDictionary(entry => entry.Key[(folder.Length + 1)..], entry => entry.Value!, StringComparer.Ordinal);
}
