using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Proofs.Openings;
using Filecoin.Sealing.Steps;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Sealing.Tests.Proofs;

/// <summary>Commit 1 of files that are missing, damaged or another sector's: it fails with a reason, or writes what it would have written.</summary>
public sealed class Commit1Tests
{
    private static readonly Bytes32 Seed = new(VectorFiles.Stream("commit 1 seed", 32));

    // NonInteractive challenges 26 of 64 nodes, so that most bits matter.
    [Theory]
    [InlineData("2KiB-v1_2_ni-pieces", 40)]
    [InlineData("L11-32KiB-v1_1_0-pieces", 6)]
    public void No_flipped_bit_gets_into_the_output(string id, int rounds)
    {
        using SealedCase made = SealedCase.Seal(id);
        byte[] expected = Write(made);
        int refused = 0;
        string[] files = [made.SealedFile, .. Directory.GetFiles(made.CacheFolder, "*.dat"), made.InCache(CacheNames.PAux)];
        foreach (string file in files)
        {
            for (int round = 0; round < rounds; round++)
            {
                using Damage damage = Damage.Of(file, $"commit1/{Path.GetFileName(file)}/{round}");
                try
                {
                    Assert.True(expected.AsSpan().SequenceEqual(Write(made)), damage.ToString());
                }
                catch (OperatorException failure)
                {
                    Assert.True(failure.Kind is FailureKind.Storage or FailureKind.CommitmentMismatch, $"{damage}: {failure.Message}");
                    Assert.Contains(made.CacheFolder, failure.Message, StringComparison.Ordinal);
                    refused++;
                }
            }
        }

        // How many bits of a large sector are looked at is chance; p_aux always is.
        Assert.InRange(refused, rounds, rounds * files.Length);
    }

    [Theory]
    [InlineData("sc-02-data-layer-2.dat")]
    [InlineData("sc-02-data-tree-c.dat")]
    [InlineData("sc-02-data-tree-d.dat")]
    [InlineData("sc-02-data-tree-r-last.dat")]
    [InlineData("p_aux")]
    public void A_missing_file_is_named_and_the_way_to_get_it(string name)
    {
        using SealedCase made = SealedCase.Seal("2KiB-v1_1-cc");
        File.Delete(made.InCache(name));

        OperatorException failure = Assert.Throws<OperatorException>(() => Write(made));

        Assert.Equal(FailureKind.BadInput, failure.Kind);
        Assert.Contains(made.InCache(name), failure.Message, StringComparison.Ordinal);
        Assert.Contains(Setting.KeepAll, failure.Hint.Named);
    }

    [Theory]
    [InlineData("sc-02-data-layer-1.dat")]
    [InlineData("sc-02-data-tree-c.dat")]
    [InlineData("sc-02-data-tree-d.dat")]
    [InlineData("sc-02-data-tree-r-last.dat")]
    public void A_shortened_file_is_named(string name)
    {
        using SealedCase made = SealedCase.Seal("2KiB-v1_1-cc");
        using (FileStream file = File.OpenWrite(made.InCache(name)))
        {
            file.SetLength(file.Length - 1);
        }

        OperatorException failure = Assert.Throws<OperatorException>(() => Write(made));

        Assert.Equal(FailureKind.Storage, failure.Kind);
        Assert.Contains(made.InCache(name), failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_sector_s_files_are_refused()
    {
        using SealedCase made = SealedCase.Seal("2KiB-v1_1-cc");
        using SealedCase other = SealedCase.Seal("2KiB-v1_1-pieces");
        using PaddedFile replica = other.OpenReplica();

        Commit1Job mixed = made.Commit1Job(replica, Seed) with { CacheFolder = other.CacheFolder };
        OperatorException failure = Assert.Throws<OperatorException>(() => Write(mixed));
        Assert.Equal(FailureKind.CommitmentMismatch, failure.Kind);

        // Other labels: the ticket is not the one that the sector was sealed with.
        Commit1Job otherTicket = other.Commit1Job(replica, Seed) with { Inputs = other.Known.Inputs with { Ticket = new Ticket(Seed) } };
        failure = Assert.Throws<OperatorException>(() => Write(otherTicket));
        Assert.Equal(FailureKind.Storage, failure.Kind);
        Assert.Contains("label", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Progress_ends_with_the_last_challenge_and_cancelling_stops()
    {
        using SealedCase made = SealedCase.Seal("2KiB-v1_2_ni-cc");
        using PaddedFile replica = made.OpenReplica();
        Reports reports = new();

        Commit1.Write(made.Commit1Job(replica, Seed), Stream.Null, reports, TestContext.Current.CancellationToken);

        Assert.Equal(new SealProgress(SealPhase.VanillaProofs, 1, 1, 26, 26), reports.Told.MaxBy(told => told.Done));
        using CancellationTokenSource source = new();
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => Commit1.Write(made.Commit1Job(replica, Seed), Stream.Null, null, source.Token));
    }

    private static byte[] Write(SealedCase made)
    {
        using PaddedFile replica = made.OpenReplica();
        return Write(made.Commit1Job(replica, Seed));
    }

    private static byte[] Write(Commit1Job job)
    {
        using MemoryStream output = new();
        Commit1.Write(job, output, null, TestContext.Current.CancellationToken);
        return output.ToArray();
    }

    private sealed class Reports : IProgress<SealProgress>
    {
        public System.Collections.Concurrent.ConcurrentBag<SealProgress> Told { get; } = [];

        public void Report(SealProgress value) => Told.Add(value);
    }
}
