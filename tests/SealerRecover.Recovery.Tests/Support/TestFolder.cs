namespace SealerRecover.Recovery.Tests.Support;

/// <summary>A fresh folder that goes with the test.</summary>
internal sealed class TestFolder : IDisposable
{
    public TestFolder(string? parent = null) =>
        Path = Directory.CreateDirectory(
            System.IO.Path.Combine(parent ?? System.IO.Path.GetTempPath(), "recovery-" + Guid.NewGuid().ToString("N")[..12])).FullName;

    public string Path { get; }

    public string At(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Path, .. parts]);

    public string Write(string name, string content)
    {
        string path = At(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    /// <summary>Every file below a folder with its content, as comparable text.</summary>
    public static SortedDictionary<string, string> Snapshot(string folder)
    {
        SortedDictionary<string, string> files = new(StringComparer.Ordinal);
        if (Directory.Exists(folder))
        {
            foreach (string path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            {
                files[System.IO.Path.GetRelativePath(folder, path)] = Convert.ToHexString(File.ReadAllBytes(path));
            }
        }

        return files;
    }
}
