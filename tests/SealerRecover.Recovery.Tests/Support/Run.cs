using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Settings;

namespace SealerRecover.Recovery.Tests.Support;

/// <summary>Everything one run of the runner takes, with temp/ and result/ in one test folder.</summary>
internal sealed class Run : IDisposable
{
    private readonly TestFolder _folder;

    /// <param name="quick">In memory, where flushing costs nothing; for tests of hundreds of runs.</param>
    public Run(bool quick = false)
    {
        _folder = new TestFolder(quick && Directory.Exists("/dev/shm") ? "/dev/shm" : null);
        Settings = new RecoverySettings
        {
            TempFolder = _folder.At("temp"),
            ResultFolder = _folder.At("result"),
            ParentCacheFolder = _folder.At("parents"),
        };
    }

    public RecoverySettings Settings { get; set; }

    public FakeSealer Sealer { get; set; } = new();

    public FakeProbe Probe { get; } = new();

    public RecordingObserver Observer { get; set; } = new();

    public IFileSystem Files { get; set; } = LinuxFileSystem.Instance;

    public TimeProvider Time { get; set; } = TimeProvider.System;

    public string Folder => _folder.Path;

    public RecoveryRunner Runner => new(Settings, Time, Sealer.Roles, Files, Probe);

    public string Workspace(ulong number) => Path.Combine(Settings.TempFolder, $"s-t01000-{number}");

    public string Sealed(ulong number) => Path.Combine(Settings.ResultFolder, "sealed", $"s-t01000-{number}");

    public string Cache(ulong number, string name = "") => Path.Combine(Settings.ResultFolder, "cache", $"s-t01000-{number}", name).TrimEnd('/');

    public IReadOnlyList<SectorOutcome> Do(params SectorFacts[] facts) => Do(CancellationToken.None, facts);

    public IReadOnlyList<SectorOutcome> Do(CancellationToken cancellation, params SectorFacts[] facts) =>
        Runner.Run(facts, new EventSink(Observer, Time), cancellation);

    /// <summary>What Lotus would find: every file in sealed/ and cache/, with content.</summary>
    public SortedDictionary<string, string> Visible()
    {
        SortedDictionary<string, string> files = TestFolder.Snapshot(Settings.ResultFolder);
        foreach (string own in files.Keys.Where(key => key.StartsWith(".sealer-recover", StringComparison.Ordinal)).ToArray())
        {
            files.Remove(own);
        }

        return files;
    }

    public static OperatorException Failure(SectorOutcome outcome)
    {
        Assert.Equal(OutcomeKind.Failed, outcome.Kind);
        return Assert.IsAssignableFrom<OperatorException>(outcome.Failure);
    }

    public void Dispose() => _folder.Dispose();
}
