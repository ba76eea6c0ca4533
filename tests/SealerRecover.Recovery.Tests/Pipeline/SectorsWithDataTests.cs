using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using Filecoin.Sealing.Pieces;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Resources;
using SealerRecover.Recovery.Tests.PieceSources;
using PieceSource = SealerRecover.Recovery.PieceSources.PieceSource;
using SectorData = Filecoin.Chain.Facts.SectorData;

namespace SealerRecover.Recovery.Tests.Pipeline;

/// <summary>Sectors with deals and snapped ones, sealed by the fake: what is done in which order, what is kept, what is said.</summary>
public sealed class SectorsWithDataTests : IDisposable
{
    private static readonly TestPiece[] Pieces =
        [TestPiece.Make(500, "a", 512), TestPiece.Make(127, "b", 256), TestPiece.Make(1000, "c", 1024)];

    private readonly Run _run = new();

    public SectorsWithDataTests()
    {
        Directory.CreateDirectory(Store);
        _run.Settings = _run.Settings with { PieceSources = [PieceSource.Parse(Store)] };
    }

    private string Store => Path.Combine(_run.Folder, "store");

    public void Dispose() => _run.Dispose();

    [Fact]
    public void A_sector_with_data_is_sealed_over_the_pieces_in_their_places()
    {
        Save(Pieces);
        SectorFacts facts = WithData(2);

        SectorOutcome outcome = Assert.Single(_run.Do(facts));

        Assert.Equal((OutcomeKind.Installed, null), (outcome.Kind, outcome.Failure));
        Assert.Equal(facts.Data!.CommD, outcome.Commitments!.CommD);
        Assert.Equal(["p_aux", "sc-02-data-tree-r-last.dat", "t_aux"], TestFolder.Snapshot(_run.Cache(2)).Keys);
        Assert.Empty(Directory.GetFileSystemEntries(_run.Settings.TempFolder));
        Assert.Equal(OutcomeKind.AlreadyThere, Assert.Single(_run.Do(facts)).Kind);
    }

    [Fact]
    public void A_missing_piece_is_named_and_others_go_on_and_labels_are_kept_for_a_rerun()
    {
        Save(Pieces[..2]);
        SectorFacts facts = WithData(2);

        IReadOnlyList<SectorOutcome> outcomes = _run.Do(facts, FakeSealer.Facts(3));

        OperatorException failure = Run.Failure(outcomes[0]);
        Assert.Equal(FailureKind.PieceMissing, failure.Kind);
        Assert.Contains(Pieces[2].V1, failure.Message, StringComparison.Ordinal);
        Assert.Contains("1 KiB", failure.Message, StringComparison.Ordinal);
        Assert.Contains(Store, failure.Message, StringComparison.Ordinal);
        Assert.Contains(_run.Observer.Notices, notice => notice.Contains("labels are made meanwhile", StringComparison.Ordinal));
        Assert.Equal(OutcomeKind.Installed, outcomes[1].Kind);

        Save(Pieces);
        _run.Sealer.Calls.Clear();
        Assert.Equal(OutcomeKind.Installed, Assert.Single(_run.Do(facts)).Kind);
        Assert.Equal(["2:trees"], _run.Sealer.Calls);
    }

    [Fact]
    public void Pieces_that_have_not_the_CommD_end_the_sector_before_anything_is_made()
    {
        SectorFacts facts = WithData(2);
        facts = facts with { Data = facts.Data! with { CommD = Pieces[0].Info.CommP } };

        OperatorException failure = Run.Failure(Assert.Single(_run.Do(facts)));

        Assert.Equal(FailureKind.SourcesDisagree, failure.Kind);
        Assert.Empty(_run.Sealer.Calls);
        Assert.Empty(Directory.GetFileSystemEntries(_run.Settings.TempFolder));
    }

    [Fact]
    public void The_order_of_pieces_is_found_by_their_CommD()
    {
        Save(Pieces);
        SectorFacts facts = WithData(2);
        facts = facts with { Data = facts.Data! with { Pieces = [Pieces[2].Info, Pieces[0].Info, Pieces[1].Info], OrderKnown = false } };

        SectorOutcome outcome = Assert.Single(_run.Do(facts));

        Assert.Equal((OutcomeKind.Installed, null), (outcome.Kind, outcome.Failure));
        Assert.Contains(_run.Observer.Notices, notice => notice.Contains("order of its 3 pieces was found", StringComparison.Ordinal));
    }

    [Fact]
    public void An_order_that_nothing_tells_is_refused_and_named()
    {
        SectorFacts facts = WithData(2);
        facts = facts with { Data = facts.Data! with { CommD = null, OrderKnown = false } };

        OperatorException failure = Run.Failure(Assert.Single(_run.Do(facts)));

        Assert.Equal(FailureKind.NotSupported, failure.Kind);
        Assert.Contains("order of its 3 pieces is not known", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keep_unsealed_installs_the_data_as_Lotus_keeps_it()
    {
        Save(Pieces);
        _run.Settings = _run.Settings with { KeepUnsealed = true };

        Assert.Equal(OutcomeKind.Installed, Assert.Single(_run.Do(WithData(2))).Kind);

        string path = Path.Combine(_run.Settings.ResultFolder, "unsealed", "s-t01000-2");
        using Filecoin.Sealing.Unsealed.UnsealedFile unsealed = Filecoin.Sealing.Unsealed.UnsealedFile.Open(path, new SectorSize(2048));
        Assert.Equal(2048, Assert.Single(unsealed.Ranges).Length);
        byte[] data = new byte[2048];
        unsealed.Read(0, data);
        Assert.Equal(Pieces[0].Raw[0], data[0]);
    }

    [Fact]
    public void A_snapped_sector_gets_its_key_and_its_update()
    {
        Save(Pieces);
        SectorFacts facts = FakeSealer.Snapped(FakeSealer.Facts(2), Data());

        SectorOutcome outcome = Assert.Single(_run.Do(facts));

        Assert.Equal((OutcomeKind.Installed, null), (outcome.Kind, outcome.Failure));
        Assert.Equal(facts.Update!.SealedCid, outcome.Commitments!.CommR);
        Assert.Equal(
            [
                "cache/s-t01000-2/p_aux", "cache/s-t01000-2/sc-02-data-tree-r-last.dat", "cache/s-t01000-2/t_aux", "sealed/s-t01000-2",
                "update-cache/s-t01000-2/p_aux", "update-cache/s-t01000-2/sc-02-data-tree-r-last.dat", "update-cache/s-t01000-2/t_aux",
                "update/s-t01000-2",
            ],
            _run.Visible().Keys);
        Assert.Empty(Directory.GetFileSystemEntries(_run.Settings.TempFolder));
        Assert.Equal(OutcomeKind.AlreadyThere, Assert.Single(_run.Do(facts)).Kind);
    }

    [Fact]
    public void An_intact_key_is_used_where_it_stands()
    {
        Save(Pieces);
        SectorFacts key = FakeSealer.Facts(2);
        Assert.Equal(OutcomeKind.Installed, Assert.Single(_run.Do(key)).Kind);
        SortedDictionary<string, string> before = _run.Visible();
        _run.Sealer.Calls.Clear();

        Assert.Equal(OutcomeKind.Installed, Assert.Single(_run.Do(FakeSealer.Snapped(key, Data()))).Kind);

        Assert.Equal(["2:trees-of-replica", "2:update"], _run.Sealer.Calls);
        Assert.Equal(before, _run.Visible().Where(file => !file.Key.StartsWith("update", StringComparison.Ordinal)).ToDictionary());
    }

    [Fact]
    public void A_key_that_is_not_intact_is_not_used_and_not_touched()
    {
        Save(Pieces);
        SectorFacts key = FakeSealer.Facts(2);
        Assert.Equal(OutcomeKind.Installed, Assert.Single(_run.Do(key)).Kind);
        byte[] damaged = File.ReadAllBytes(_run.Sealed(2));
        damaged[7] ^= 1;
        File.WriteAllBytes(_run.Sealed(2), damaged);

        OperatorException failure = Run.Failure(Assert.Single(_run.Do(FakeSealer.Snapped(key, Data()))));

        Assert.Equal(FailureKind.TargetExists, failure.Kind);
        Assert.Equal(damaged, File.ReadAllBytes(_run.Sealed(2)));
    }

    [Fact]
    public void A_lost_key_is_made_of_its_update_without_labels_or_sealed_anew_where_pieces_are_missing()
    {
        Save(Pieces);
        SectorFacts facts = FakeSealer.Snapped(FakeSealer.Facts(2), Data());
        Assert.Equal(OutcomeKind.Installed, Assert.Single(_run.Do(facts)).Kind);
        SortedDictionary<string, string> before = _run.Visible();
        foreach (bool pieces in new[] { true, false })
        {
            File.Delete(_run.Sealed(2));
            Directory.Delete(_run.Cache(2), recursive: true);
            _run.Sealer.Calls.Clear();
            if (!pieces)
            {
                Directory.Delete(Store, recursive: true);
                Directory.CreateDirectory(Store);
            }

            SectorOutcome outcome = Assert.Single(_run.Do(facts));
            Assert.Equal((OutcomeKind.Installed, null), (outcome.Kind, outcome.Failure));
            Assert.Equal(pieces ? ["2:trees-of-replica", "2:remove"] : ["2:trees-of-replica", "2:label-1", "2:label-2", "2:trees"], _run.Sealer.Calls);
            Assert.Equal(before.Keys, _run.Visible().Keys);
        }
    }

    [Fact]
    public void A_lost_update_is_made_again_after_a_stop_with_the_key_it_has()
    {
        Save(Pieces);
        SectorFacts facts = FakeSealer.Snapped(FakeSealer.Facts(2), Data());
        using CancellationTokenSource stop = new();
        _run.Sealer.BeforeUpdate = (_, _) => stop.Cancel();
        Assert.Equal(OutcomeKind.Stopped, Assert.Single(_run.Do(stop.Token, facts)).Kind);
        _run.Sealer.BeforeUpdate = null;
        _run.Sealer.Calls.Clear();

        Assert.Equal(OutcomeKind.Installed, Assert.Single(_run.Do(facts)).Kind);

        Assert.Equal(["2:update"], _run.Sealer.Calls);
    }

    [Fact]
    public void An_update_with_another_CommR_is_a_mismatch_that_says_its_key_is_right()
    {
        Save(Pieces);
        SectorFacts facts = FakeSealer.Snapped(FakeSealer.Facts(2), Data());
        facts = facts with { Update = facts.Update! with { SealedCid = FakeSealer.Facts(9).SealedCid } };

        OperatorException failure = Run.Failure(Assert.Single(_run.Do(facts)));

        Assert.Equal(FailureKind.CommitmentMismatch, failure.Kind);
        Assert.Contains("its key is right", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_run.Visible());
    }

    [Fact]
    public void The_plan_shows_what_is_missing_and_counts_what_has_to_come()
    {
        Save(Pieces[..1]);
        RecoveryPlan plan = _run.Runner.Plan([WithData(2)]);

        Assert.Equal([false, true, true], plan.Pieces.Select(piece => piece.IsMissing));
        Assert.True(plan.Pieces[0].IsInPlace);
        Save(Pieces);
        RecoveryPlan all = _run.Runner.Plan([WithData(2)]);
        long Disk(RecoveryPlan of) => of.Resources.Where(line => line.What.StartsWith("disk", StringComparison.Ordinal)).Sum(line => line.Needed);
        Assert.Equal(Pieces[1..].Sum(piece => piece.Info.UnpaddedSize), Disk(plan) - Disk(all));
    }

    private static SectorData Data() => new()
    {
        CommD = PieceLayout.ComputeCommD(
            new SectorSize(2048), [.. PieceLayout.Arrange(new SectorSize(2048), Pieces.Select(piece => piece.Info)).Select(placed => placed.Piece)]),
        Pieces = [.. Pieces.Select(piece => piece.Info)],
        OrderKnown = true,
        Source = "the test",
    };

    private static SectorFacts WithData(ulong number) => FakeSealer.WithRightCid(FakeSealer.Facts(number) with { Data = Data() });

    private void Save(TestPiece[] pieces)
    {
        foreach (TestPiece piece in pieces)
        {
            File.WriteAllBytes(Path.Combine(Store, piece.V1), piece.Raw);
        }
    }
}
