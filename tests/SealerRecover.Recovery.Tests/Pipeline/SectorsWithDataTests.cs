using System.Collections.Immutable;
using Filecoin.Chain;
using Filecoin.Primitives;

namespace SealerRecover.Recovery.Tests.Pipeline;

public sealed class SectorsWithDataTests : IDisposable
{
    private readonly Run _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void Sectors_with_data_are_refused_before_anything_is_sealed_and_the_others_go_on()
    {
        SectorData data = new()
        {
            Pieces = [new PieceInfo(ZeroCommitments.ForPiece(128), 128)],
            OrderKnown = true,
            Source = "the test",
        };
        SectorFacts snapped = FakeSealer.Facts(3) with { Update = new SectorUpdate { SealedCid = FakeSealer.Facts(9).SealedCid, Data = data } };

        IReadOnlyList<SectorOutcome> outcomes = _run.Do(FakeSealer.Facts(2) with { Data = data }, snapped, FakeSealer.Facts(4));

        OperatorException failure = Run.Failure(outcomes[0]);
        Assert.Equal((FailureKind.NotSupported, "f01000 sector 2 holds data (deals), which cannot be recovered yet"), (failure.Kind, failure.Message));
        failure = Run.Failure(outcomes[1]);
        Assert.Equal(FailureKind.NotSupported, failure.Kind);
        Assert.StartsWith("f01000 sector 3 was snapped", failure.Message, StringComparison.Ordinal);
        Assert.Equal(OutcomeKind.Installed, outcomes[2].Kind);
        Assert.Equal(["s-t01000-4"], Directory.GetFiles(Path.Combine(_run.Settings.ResultFolder, "sealed")).Select(Path.GetFileName));
    }
}
