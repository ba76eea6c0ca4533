using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Roles;
using SealerRecover.Recovery.Settings;
using SealerRecover.Recovery.Survey;
using SealerRecover.Recovery.Unsealing;

namespace SealerRecover.Recovery.Tests.Unsealing;

/// <summary>Disks that fail, lie and die while pieces come out: none stands under its name that is wrong, and the next run ends it.</summary>
public sealed class UnsealFaultTests : IDisposable
{
    private const int Places = 6;

    private readonly DataSectors _sectors = new();
    private readonly RecordingObserver _observer = new();
    private readonly DataPiece[] _pieces = [.. Enumerable.Range(0, 7).Select(DataPiece.Of)];

    public UnsealFaultTests()
    {
        // One piece is in both.
        _sectors.Seal(1, _pieces[..4]);
        _sectors.Seal(2, _pieces[3..7]);
    }

    public static TheoryData<FaultKind> Kinds => [.. FileFault.Kinds];

    public void Dispose() => _sectors.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Whatever_a_disk_does_no_wrong_piece_stands_and_the_next_run_ends_it(FaultKind kind)
    {
        LyingFileSystem honest = new();
        Assert.All(Unseal(honest)!, outcome => Assert.Equal(UnsealResult.Written, outcome.Result));
        int places = honest.Count(kind);
        Assert.True(places > 0);
        int step = VectorFiles.LongTests ? 1 : Math.Max(1, places / Places);
        for (int at = 1; at <= places; at += step)
        {
            Directory.Delete(_sectors.Out, recursive: true);
            Directory.Delete(_sectors.Temp, recursive: true);
            LyingFileSystem lying = new(new FileFault(kind, at));
            Unseal(lying);
            Assert.NotNull(lying.Happened);
            AssertRight();

            IReadOnlyList<UnsealOutcome>? again = Unseal(new LyingFileSystem());
            Assert.True(again is not null && again.All(outcome => outcome.Failure is null), $"{kind} at {at}, {lying.Happened}: the next run failed");
            AssertRight();
            Assert.Equal(_pieces.Length, Directory.GetFileSystemEntries(_sectors.Out).Length);
        }
    }

    /// <summary>Null where the run as a whole failed, as an operator is told it.</summary>
    private IReadOnlyList<UnsealOutcome>? Unseal(IFileSystem files)
    {
        UnsealManyRequest request = new()
        {
            Wanted = [.. _pieces.Select(piece => WantedData.Of(piece.Info.CommP))],
            Sectors = _sectors.Facts,
            Storage = StorageRoots.Read([_sectors.Storage]),
            OutputFolder = _sectors.Out,
            How = new UnsealHow { TempFolder = _sectors.Temp, ParentCacheFolder = _sectors.Parents, ParentWindowNodes = 64 },
            Parallel = 1,
        };
        RecoverySettings settings = new() { TempFolder = _sectors.Temp, ResultFolder = _sectors.Temp, ParentCacheFolder = _sectors.Parents, ParentWindowNodes = 64 };
        ManyUnsealer unsealer = new(request, new SealingRoles(settings), files, new FakeProbe());
        try
        {
            return unsealer.Run(unsealer.Plan(_observer.Sink, TestContext.Current.CancellationToken), _observer.Sink, TestContext.Current.CancellationToken);
        }
        catch (OperatorException)
        {
            return null;
        }
    }

    private void AssertRight()
    {
        foreach (DataPiece piece in _pieces)
        {
            string path = Path.Combine(_sectors.Out, piece.Name);
            Assert.True(!File.Exists(path) || File.ReadAllBytes(path).AsSpan().SequenceEqual(piece.Raw), $"{piece.Name} is wrong");
        }
    }
}
