using System.Text.Json.Nodes;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Proofs.Openings;
using Filecoin.Sealing.Proofs.Synthetic;
using Filecoin.Sealing.Steps;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Sealing.Tests.Proofs;

/// <summary>syn-porep-vanilla-proofs.dat, byte for byte against rust-fil-proofs (seal.json), and Commit 1 out of it (c1.json).</summary>
public sealed class SyntheticProofsTests
{
    private const string Quick = "2KiB-v1_1_synth-pieces";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>All that is known: also the shapes of 32GiB (16KiB) and 64GiB (32KiB), with sub-trees and a top tree.</summary>
    public static TheoryData<string> All() =>
    [
        .. VectorFiles.Read("seal.json")["cases"]!.AsArray().Where(known => known!["synthetic"] is JsonObject).Select(known => (string)known!["id"]!),
    ];

    [Theory]
    [MemberData(nameof(All))]
    public void The_file_is_the_reference_s(string id)
    {
        using SealedCase made = SealedCase.Seal(id);
        string path = made.MakeSyntheticProofs(out List<SealProgress> told, Cancellation);

        JsonNode known = made.Known.Node("synthetic");
        Assert.Equal((long)known["len"]!, new FileInfo(path).Length);
        Assert.Equal(SyntheticForm.Of(made.Porep).FileLength, new FileInfo(path).Length);
        Assert.Equal((string)known["sha256"]!, VectorFiles.Sha256OfFile(path));
        Assert.Contains(told, progress => progress.Phase == SealPhase.GatherLabels && progress.Done == progress.Total);
        Assert.Contains(told, progress => progress.Phase == SealPhase.SyntheticProofs && progress.Done == progress.Total);
    }

    [Theory]
    [InlineData(RegisteredSealProof.StackedDrg32GiBSynthetic, 42_744, 11_205_083_232)]
    [InlineData(RegisteredSealProof.StackedDrg64GiBSynthetic, 43_288, 11_347_689_568)]
    [InlineData(RegisteredSealProof.StackedDrg512MiBSynthetic, 31_064, 8_143_241_312)]
    [InlineData(RegisteredSealProof.StackedDrg8MiBSynthetic, 23_704, 6_213_861_472)]
    public void Lengths_of_large_sectors_follow_from_their_trees(RegisteredSealProof proof, int ofProof, long ofFile)
    {
        SyntheticForm form = SyntheticForm.Of(SealProofs.Get(proof).Porep);

        Assert.Equal((1 << 18, ofProof, ofFile), (form.Proofs, form.ProofBytes, form.FileLength));
    }

    [Fact]
    public void Commit_1_out_of_the_file_equals_that_out_of_layers()
    {
        using SealedCase made = SealedCase.Seal(Quick);
        using PaddedFile replica = made.OpenReplica();
        made.MakeSyntheticProofs(out _, Cancellation);
        foreach (byte first in new byte[] { 0, 1, 77, 255 })
        {
            byte[] seed = new byte[32];
            seed[0] = first;
            Commit1Job job = made.Commit1Job(replica, new Bytes32(seed));
            using MemoryStream ofLayers = new();
            Commit1.Write(job, ofLayers, null, Cancellation);
            string layer = made.InCache(CacheNames.Layer(1));
            Assert.False(Commit1.ReadsSyntheticProofs(made.Porep, PorepVariant.Synthetic, made.CacheFolder));
            File.Move(layer, layer + ".away");
            Assert.True(Commit1.ReadsSyntheticProofs(made.Porep, PorepVariant.Synthetic, made.CacheFolder));
            using MemoryStream ofFile = new();
            Commit1.Write(job, ofFile, null, Cancellation);
            File.Move(layer + ".away", layer);

            Assert.Equal(ofLayers.ToArray(), ofFile.ToArray());
        }
    }

    [Fact]
    public void A_bit_flipped_after_the_trees_were_built_goes_into_no_file()
    {
        using SealedCase made = SealedCase.Seal(Quick);
        string layer = made.InCache(CacheNames.Layer(2));
        byte[] labels = File.ReadAllBytes(layer);
        labels[33] ^= 1;
        File.WriteAllBytes(layer, labels);

        OperatorException failure = Assert.ThrowsAny<OperatorException>(() => made.MakeSyntheticProofs(out _, Cancellation));

        Assert.Equal(FailureKind.Storage, failure.Kind);
        Assert.Contains("layer", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.GetFiles(made.CacheFolder), path => Path.GetFileName(path).StartsWith("syn-", StringComparison.Ordinal));
    }

    [Fact]
    public void A_stopped_run_leaves_nothing_and_the_next_makes_it()
    {
        using SealedCase made = SealedCase.Seal(Quick);
        using CancellationTokenSource stop = new();
        stop.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => made.MakeSyntheticProofs(out _, stop.Token));

        Assert.DoesNotContain(Directory.GetFiles(made.CacheFolder), path => Path.GetFileName(path).StartsWith("syn-", StringComparison.Ordinal));
        Assert.Equal((string)made.Known.Node("synthetic")["sha256"]!, VectorFiles.Sha256OfFile(made.MakeSyntheticProofs(out _, Cancellation)));
    }
}
