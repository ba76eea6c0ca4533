using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Proofs;
using Filecoin.Sealing.Steps;
using Filecoin.Sealing.Tests.Update;
using Filecoin.Sealing.Trees;
using Filecoin.Sealing.Update;
using Xunit;

namespace Filecoin.Sealing.Tests.Proofs;

/// <summary>What proving nodes of a replica finds: nothing where nothing is wrong, and any flipped bit under the nodes challenged, with its place.</summary>
public sealed class ReplicaProofTests
{
    private const int Rounds = 24;
    private const ulong Sector = 7;

    // One base tree, two, eight, and sixteen under two roots.
    public static TheoryData<string> Shapes() => ["2KiB-v1_1-cc", "4KiB-v1_1_0-pieces", "16KiB-v1_1_0-cc", "32KiB-v1_1_0-pieces"];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_node_of_a_good_sector_leads_to_its_CommR(string id)
    {
        using SealedCase made = SealedCase.Seal(id);

        Assert.Empty(Check(made));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_flipped_bit_of_the_replica_is_found_and_placed(string id)
    {
        using SealedCase made = SealedCase.Seal(id);
        for (int round = 0; round < Rounds; round++)
        {
            using Damage damage = Damage.Of(made.SealedFile, $"replica/{id}/{round}");
            long node = damage.Byte / SectorSize.NodeBytes;

            IReadOnlyList<ProofFault> faults = Check(made);

            // The two lowest rows are not stored, so that 64 nodes are looked at together; a bit at the top can leave the field.
            Assert.Equal(64, faults.Count);
            Assert.All(faults, fault =>
            {
                Assert.True(fault.Kind is ProofFaultKind.Replica or ProofFaultKind.FieldElement, $"{damage}: {fault}");
                Assert.Equal(node / 64, fault.Node / 64);
                AssertPlaced(fault, made.SealedFile, damage.Byte);
            });
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_flipped_bit_of_a_short_tree_r_last_is_found(string id)
    {
        using SealedCase made = SealedCase.Seal(id);
        for (int round = 0; round < Rounds; round++)
        {
            int tree = round % made.Porep.Shape.BaseTrees;
            using Damage damage = Damage.Of(made.InCache(CacheNames.TreeRLast(made.Porep.Shape, tree)), $"rows/{id}/{round}");

            IReadOnlyList<ProofFault> faults = Check(made);

            // These files hold the root only: neither the replica nor p_aux leads to it any more.
            Assert.Contains(faults, fault => fault.Kind == ProofFaultKind.Replica && fault.Node / 64 == tree);
            Assert.Contains(faults, fault => fault.Kind == ProofFaultKind.CommRLast);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_flipped_bit_of_p_aux_is_found(string id)
    {
        using SealedCase made = SealedCase.Seal(id);
        for (int round = 0; round < Rounds; round++)
        {
            using Damage damage = Damage.Of(made.InCache(CacheNames.PAux), $"p_aux/{id}/{round}");

            ProofFaultKind[] kinds = [.. Check(made).Select(fault => fault.Kind)];

            Assert.Equal(damage.Byte < 32 ? [ProofFaultKind.CommR] : [ProofFaultKind.CommRLast, ProofFaultKind.CommR], kinds);
        }
    }

    [Fact]
    public void A_flipped_bit_on_the_way_through_stored_rows_is_found()
    {
        using SealedCase made = SealedCase.Seal("8MiB-v1_1-cc");
        BaseTreeLayout layout = BaseTreeLayout.For(made.Porep);
        string path = made.InCache(CacheNames.TreeRLast(made.Porep.Shape, 0));
        long[] leaves = [123_456];
        Assert.Empty(Check(made, leaves));

        for (int row = 3; row <= layout.Height; row++)
        {
            long group = leaves[0] >> (3 * (row + 1)) << 3;
            long offset = layout.NodesBefore(3, row) + group;
            using Damage damage = Damage.Of(
                path, $"stored/{row}", offset * SectorSize.NodeBytes, Math.Min(8, layout.RowNodes(row)) * SectorSize.NodeBytes);

            ProofFault fault = Check(made, leaves)[0];

            long damaged = damage.Byte / SectorSize.NodeBytes - layout.NodesBefore(3, row);
            ProofFaultKind expected = row == 3 && damaged == leaves[0] >> 9 ? ProofFaultKind.Replica : ProofFaultKind.StoredRows;
            Assert.True(fault.Kind == expected, $"{damage}: {fault}");
            Assert.Contains(path, fault.Sentence, StringComparison.Ordinal);
            AssertPlaced(fault, path, damage.Byte);
        }

        using Damage elsewhere = Damage.At(path, 0);
        Assert.Empty(Check(made, leaves));
    }

    [Fact]
    public void Another_sector_s_CommR_is_told_from_this_one_s()
    {
        using SealedCase made = SealedCase.Seal("2KiB-v1_1-cc");

        ProofFault fault = Assert.Single(ReplicaProof.Check(
            Files(made), made.Porep, Sector, new CommR(made.Known.Inputs.CommD.Value), [1], 1, null, TestContext.Current.CancellationToken));

        Assert.Equal(ProofFaultKind.CommR, fault.Kind);
    }

    [Fact]
    public void An_update_leads_to_its_own_CommR()
    {
        UpdateCase known = UpdateCase.Get("4KiB-v1_1_0-cc");
        using Workplace place = new();
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        known.SealKey(place, cancellation);
        using SectorData data = known.WritePieces(Path.Combine(place.Folder, "pieces"));
        UpdateJob job = known.Job(place, data, keepAll: false);
        SectorUpdate.Encode(job, place.Log, new FixedTreeCores(2), null, cancellation);
        CommR commR = new(Bytes32.FromHex(known.Text("comm_r_new")));

        Assert.Empty(ReplicaProof.Check(ReplicaFiles.In(job.TargetCacheFolder, job.TargetFile, job.Porep), job.Porep, Sector, commR, All(job.Porep), 2, null, cancellation));
        Assert.NotEmpty(ReplicaProof.Check(ReplicaFiles.In(place.CacheFolder, job.TargetFile, job.Porep), job.Porep, Sector, known.KeyCommR, All(job.Porep), 2, null, cancellation));
    }

    private static IReadOnlyList<ProofFault> Check(SealedCase made, long[]? leaves = null)
    {
        return ReplicaProof.Check(
            Files(made), made.Porep, Sector, made.CommR, leaves ?? All(made.Porep), 2, null, TestContext.Current.CancellationToken);
    }

    private static void AssertPlaced(ProofFault fault, string path, long damaged) =>
        Assert.Contains(fault.Places, place => place.Path == path && place.Offset <= damaged && damaged < place.Offset + place.Length);

    private static ReplicaFiles Files(SealedCase made) => ReplicaFiles.In(made.CacheFolder, made.SealedFile, made.Porep);

    private static long[] All(PorepParameters porep) => [.. Enumerable.Range(0, (int)porep.Nodes).Select(leaf => (long)leaf)];
}
