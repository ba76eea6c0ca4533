using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Metrics;

namespace SealerRecover.Recovery.Tests.Metrics;

/// <summary>The file is replaced as a whole, and nothing else is.</summary>
public sealed class MetricsFileTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly RunMetrics _metrics = new("1", DateTimeOffset.UnixEpoch);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_is_written_at_once_and_anew_and_over_that_of_an_earlier_run()
    {
        string path = Path.Combine(_folder.Path, "mine.prom");
        MetricsFile file = Open(path);
        Assert.Contains("sealer_recover_running{command=\"recover\",file=\"mine\"} 1\n", File.ReadAllText(path), StringComparison.Ordinal);
        _metrics.Ended(DateTimeOffset.UnixEpoch.AddSeconds(1.5), 10);
        file.Write();
        Assert.Contains("sealer_recover_run_end_timestamp_seconds{command=\"recover\",file=\"mine\"} 1.5\n", File.ReadAllText(path), StringComparison.Ordinal);
        Assert.StartsWith("# sealer-recover: metrics of a run", File.ReadAllText(path), StringComparison.Ordinal);
        Open(path);
        Assert.Equal([path], Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Theory]
    [InlineData("node_cpu_seconds_total 1\n")]
    [InlineData("")]
    [InlineData("# sealer-recover")]
    public void What_is_not_its_own_stays(string content)
    {
        string path = Path.Combine(_folder.Path, "theirs.prom");
        File.WriteAllText(path, content);
        Assert.Equal(FailureKind.TargetExists, Assert.Throws<OperatorException>(() => Open(path)).Kind);
        Assert.Equal(content, File.ReadAllText(path));
    }

    [Fact]
    public void Links_and_folders_stay_and_a_folder_has_to_be_there()
    {
        string own = Path.Combine(_folder.Path, "own.prom");
        Open(own);
        string link = Path.Combine(_folder.Path, "link.prom");
        File.CreateSymbolicLink(link, own);
        Assert.Equal(FailureKind.TargetExists, Assert.Throws<OperatorException>(() => Open(link)).Kind);
        Assert.Equal(FailureKind.TargetExists, Assert.Throws<OperatorException>(() => Open(_folder.Path)).Kind);
        Assert.Equal(FailureKind.BadInput, Assert.Throws<OperatorException>(() => Open(Path.Combine(_folder.Path, "none", "x.prom"))).Kind);
    }

    private MetricsFile Open(string path) => new(LinuxFileSystem.Instance, path, _metrics, "recover");
}
