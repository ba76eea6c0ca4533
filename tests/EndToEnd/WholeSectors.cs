using System.Collections.Concurrent;

namespace EndToEnd;

/// <summary>Result folders of sectors that are recovered once and then copied for each test that damages one.</summary>
public sealed class WholeSectors : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sealer-recover-whole-").FullName;
    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _results = new();

    /// <summary>Gives a bench its own copy of a result folder.</summary>
    /// <param name="bench">The bench; the first that asks runs its command.</param>
    /// <param name="name">Which result.</param>
    /// <param name="recover">The command that makes it.</param>
    internal async Task CopyAsync(Workbench bench, string name, IReadOnlyList<string> recover)
    {
        string whole = await _results.GetOrAdd(name, _ => new Lazy<Task<string>>(() => MakeAsync(bench, name, recover))).Value;
        Copy(whole, bench.Result);
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<string> MakeAsync(Workbench bench, string name, IReadOnlyList<string> recover)
    {
        Ended ended = await bench.RunAsync(recover);
        Assert.True(ended.Code == 0, ended.ToString());
        string whole = Path.Combine(_folder, name);
        Copy(bench.Result, whole);
        Directory.Delete(bench.Result, recursive: true);
        return whole;
    }

    /// <summary>Copies a folder with all in it.</summary>
    internal static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string folder in Directory.EnumerateDirectories(from))
        {
            Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
        }

        foreach (string file in Directory.EnumerateFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }
}
