using Filecoin.Cryptography;
using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Proofs;
using Filecoin.Sealing.Trees;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Sealing.Tests.Proofs;

/// <summary>Inclusion proofs from files with any number of rows, and that none of their bits can change unnoticed.</summary>
public sealed class InclusionTests
{
    private static readonly PorepParameters TwoKiB = SealProofs.Get(RegisteredSealProof.StackedDrg2KiBV1_1).Porep;

    [Fact]
    public void A_proof_does_not_depend_on_how_many_rows_are_stored()
    {
        PorepParameters porep = SealProofs.Get(RegisteredSealProof.StackedDrg8MiBV1_1).Porep;
        BaseTreeLayout layout = BaseTreeLayout.For(porep);
        using TemporaryFolder folder = new();
        using PaddedFile replica = WriteReplica(folder, porep);
        long[] leaves = [0, 7, 8, 63, 511, 512, 100_003, layout.Leaves - 1];
        List<string> proofs = [];
        for (int lowest = 1; lowest <= layout.Height; lowest++)
        {
            BuildTree(folder, porep, lowest);
            using InclusionProver prover = InclusionProver.OfTreeRLast(replica, ReplicaFiles.TreesIn(folder.Path, porep), porep);
            InclusionProof[] made = [.. leaves.Select(prover.Prove)];
            Assert.All(made.Zip(leaves), pair => Assert.Equal(
                InclusionFault.None, InclusionVerifier.Check(prover.Form, pair.First, pair.Second, prover.Root)));
            proofs.Add(string.Join('\n', made.Select(Text)));
        }

        Assert.Single(proofs.Distinct());
    }

    [Fact]
    public void A_file_of_impossible_length_is_refused_by_name()
    {
        using TemporaryFolder folder = new();
        using PaddedFile replica = WriteReplica(folder, TwoKiB);
        string tree = folder[CacheNames.TreeRLast(TwoKiB.Shape, 0)];
        File.WriteAllBytes(tree, new byte[64]);

        OperatorException failure = Assert.Throws<OperatorException>(() => InclusionProver.OfTreeRLast(replica, ReplicaFiles.TreesIn(folder.Path, TwoKiB), TwoKiB));
        Assert.Equal(FailureKind.Storage, failure.Kind);
        Assert.Contains(tree, failure.Message, StringComparison.Ordinal);

        File.Delete(tree);
        failure = Assert.Throws<OperatorException>(() => InclusionProver.OfTreeRLast(replica, ReplicaFiles.TreesIn(folder.Path, TwoKiB), TwoKiB));
        Assert.Equal(FailureKind.Storage, failure.Kind);
        Assert.Contains(tree, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_bit_of_a_proof_can_change_unnoticed()
    {
        using TemporaryFolder folder = new();
        using PaddedFile replica = WriteReplica(folder, TwoKiB);
        BuildTree(folder, TwoKiB, lowest: 2);
        using InclusionProver prover = InclusionProver.OfTreeRLast(replica, ReplicaFiles.TreesIn(folder.Path, TwoKiB), TwoKiB);
        InclusionProof proof = prover.Prove(42);
        Assert.Equal(InclusionFault.None, Check(proof, 42));

        for (int bit = 0; bit < 256; bit++)
        {
            Assert.NotEqual(InclusionFault.None, Check(proof with { Leaf = Flipped(proof.Leaf, bit) }, 42));
            Assert.NotEqual(InclusionFault.None, Check(proof with { Root = Flipped(proof.Root, bit) }, 42));
            int row = bit % 2;
            int sibling = bit % 7;
            PathElement element = proof.Path[row];
            PathElement changed = element with { Hashes = element.Hashes.SetItem(sibling, Flipped(element.Hashes[sibling], bit)) };
            Assert.NotEqual(InclusionFault.None, Check(proof with { Path = proof.Path.SetItem(row, changed) }, 42));
        }

        InclusionFault Check(InclusionProof changed, long leaf) => InclusionVerifier.Check(prover.Form, changed, leaf, prover.Root);
    }

    [Fact]
    public void Each_fault_is_called_by_its_name()
    {
        using TemporaryFolder folder = new();
        using PaddedFile replica = WriteReplica(folder, TwoKiB);
        BuildTree(folder, TwoKiB, lowest: 2);
        using InclusionProver prover = InclusionProver.OfTreeRLast(replica, ReplicaFiles.TreesIn(folder.Path, TwoKiB), TwoKiB);
        InclusionProof proof = prover.Prove(42);

        Assert.Equal(InclusionFault.Leaf, Check(proof, 43));
        Assert.Equal(InclusionFault.Root, InclusionVerifier.Check(prover.Form, proof, 42, proof.Leaf));
        Assert.Equal(InclusionFault.Path, Check(proof with { Leaf = proof.Root }, 42));
        Assert.Equal(InclusionFault.Form, Check(proof with { Path = proof.Path.RemoveAt(0) }, 42));
        Assert.Equal(InclusionFault.Form, Check(proof with { Path = [proof.Path[0], proof.Path[1] with { Index = 8 }] }, 42));
        Assert.Equal(InclusionFault.Form, Check(proof with { Shape = new TreeShape(2, 0) }, 42));
        Assert.Equal(InclusionFault.FieldElement, Check(proof with { Leaf = PlusModulus(proof.Leaf) }, 42));

        InclusionFault Check(InclusionProof changed, long leaf) => InclusionVerifier.Check(prover.Form, changed, leaf, prover.Root);
    }

    private static PaddedFile WriteReplica(TemporaryFolder folder, PorepParameters porep)
    {
        byte[] nodes = VectorFiles.Stream("inclusion", porep.SectorSize.Bytes);
        for (int i = 31; i < nodes.Length; i += SectorSize.NodeBytes)
        {
            nodes[i] &= 0x3f;
        }

        File.WriteAllBytes(folder["replica"], nodes);
        return new PaddedFile(folder["replica"], porep.SectorSize);
    }

    private static void BuildTree(TemporaryFolder folder, PorepParameters porep, int lowest)
    {
        BaseTreeLayout layout = BaseTreeLayout.For(porep);
        byte[] nodes = File.ReadAllBytes(folder["replica"]);
        using TreeFile file = new(LinuxFileSystem.Instance, folder[CacheNames.TreeRLast(porep.Shape, 0)], layout, lowest);
        BaseTreeBuilder builder = new(PoseidonKernel.Create(TreeShape.BaseArity), layout, file);
        int chunk = BaseTreeBuilder.ChunkLeaves(layout) * SectorSize.NodeBytes;
        for (int i = 0; i < BaseTreeBuilder.Chunks(layout); i++)
        {
            builder.Reduce(i, nodes.AsSpan(i * chunk, chunk), new byte[chunk / TreeShape.BaseArity], _ => { });
        }

        builder.Finish(_ => { });
        file.Publish();
    }

    private static string Text(InclusionProof proof) =>
        $"{proof.Leaf} {proof.Root} {string.Join(' ', proof.Path.Select(element => $"{element.Index}:{string.Join(',', element.Hashes)}"))}";

    private static Bytes32 Flipped(Bytes32 node, int bit)
    {
        byte[] bytes = node.ToArray();
        bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        return new Bytes32(bytes);
    }

    /// <summary>The same element written as a number that is not below r.</summary>
    private static Bytes32 PlusModulus(Bytes32 node)
    {
        System.Numerics.BigInteger modulus = System.Numerics.BigInteger.Parse(
            "073eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001", System.Globalization.NumberStyles.HexNumber, null);
        System.Numerics.BigInteger sum = modulus + new System.Numerics.BigInteger(node.Span, isUnsigned: true);
        byte[] bytes = new byte[32];
        Assert.True(sum.TryWriteBytes(bytes, out _, isUnsigned: true));
        return new Bytes32(bytes);
    }
}
