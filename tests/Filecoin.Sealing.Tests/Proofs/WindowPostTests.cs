using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Proofs;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Sealing.Tests.Proofs;

/// <summary>That our verifier refuses the proofs of damaged sectors and of others. What is accepted equals the reference: see the vectors.</summary>
public sealed class WindowPostTests
{
    private const ulong Sector = 7;

    [Theory]
    [InlineData("2KiB-v1_1-cc")]
    [InlineData("32KiB-v1_1_0-pieces")]
    public void A_flipped_bit_under_a_challenge_is_refused(string id)
    {
        using SealedCase made = SealedCase.Seal(id);
        long[] challenges = WindowPost.Challenges(made.CommR.Value.ClearTopTwoBits(), Sector, made.Porep.SectorSize);
        Assert.Null(Verify(made, challenges));
        long last = made.Porep.Shape.BaseTrees - 1;
        long[] oneInEachTree = [.. Enumerable.Range(0, (int)last + 1).Select(tree => (tree * 64L) + 9)];
        for (int round = 0; round < 16; round++)
        {
            using (Damage replica = Damage.Of(made.SealedFile, $"post/{id}/{round}", challenges[round % 10] * 32, 32))
            {
                Expect(replica, Verify(made, challenges), ProofFaultKind.CommRLast, ProofFaultKind.FieldElement);
            }

            using (Damage root = Damage.Of(made.InCache(CacheNames.TreeRLast(made.Porep.Shape, (int)(round % (last + 1)))), $"post/{id}/{round}"))
            {
                Expect(root, Verify(made, oneInEachTree), ProofFaultKind.CommRLast, ProofFaultKind.FieldElement);
            }

            using (Damage pAux = Damage.Of(made.InCache(CacheNames.PAux), $"post/{id}/{round}"))
            {
                Expect(pAux, Verify(made, challenges), ProofFaultKind.CommR);
            }
        }
    }

    [Fact]
    public void A_proof_of_other_nodes_or_another_sector_is_refused()
    {
        using SealedCase made = SealedCase.Seal("2KiB-v1_1-cc");
        PostVanillaProof proof = WindowPost.Prove(Files(made), made.Porep, Sector, made.CommR, [3, 4]);
        CommR other = new(made.Known.Inputs.CommD.Value);

        Assert.Null(WindowPost.Verify(made.Porep, proof, made.CommR, [3, 4]));
        Assert.Equal(ProofFaultKind.Form, WindowPost.Verify(made.Porep, proof, made.CommR, [4, 3])?.Kind);
        Assert.Equal(ProofFaultKind.Form, WindowPost.Verify(made.Porep, proof, made.CommR, [3])?.Kind);
        Assert.Equal(ProofFaultKind.CommR, WindowPost.Verify(made.Porep, proof, other, [3, 4])?.Kind);
        Assert.Equal(ProofFaultKind.CommR, WindowPost.Verify(made.Porep, proof with { CommR = other }, made.CommR, [3, 4])?.Kind);
        Assert.Equal(ProofFaultKind.CommR, WindowPost.Verify(made.Porep, proof with { CommC = proof.CommRLast }, made.CommR, [3, 4])?.Kind);
    }

    [Fact]
    public void Challenges_depend_on_all_they_are_drawn_from()
    {
        SectorSize size = SectorSize.GiB32;
        Filecoin.Cryptography.Bytes32 randomness = new(VectorFiles.Stream("window", 32));
        long[] drawn = WindowPost.Challenges(randomness, Sector, size, 40);

        Assert.All(drawn, leaf => Assert.InRange(leaf, 0, size.Nodes - 1));
        Assert.Equal(drawn[10..20], WindowPost.Challenges(randomness, Sector, size, 10, firstIndex: 10));
        Assert.Equal(40, drawn.Distinct().Count());
        Assert.Empty(drawn.Intersect(WindowPost.Challenges(randomness, Sector + 1, size, 40)));
        Assert.Empty(drawn.Intersect(WindowPost.Challenges(randomness.ClearTopTwoBits(), Sector, size, 40)));
    }

    private static ProofFault? Verify(SealedCase made, long[] challenges)
    {
        return WindowPost.Verify(
            made.Porep, WindowPost.Prove(Files(made), made.Porep, Sector, made.CommR, challenges), made.CommR, challenges);
    }

    private static ReplicaFiles Files(SealedCase made) => ReplicaFiles.In(made.CacheFolder, made.SealedFile, made.Porep);

    private static void Expect(Damage damage, ProofFault? fault, params ProofFaultKind[] kinds) =>
        Assert.True(fault is not null && kinds.Contains(fault.Kind), $"{damage}: {fault}");
}
