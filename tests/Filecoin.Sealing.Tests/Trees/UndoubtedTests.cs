using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.PreCommit;
using Filecoin.Sealing.Steps;
using Filecoin.Sealing.Trees;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Sealing.Tests.Trees;

/// <summary>What was hashed before a kernel came into doubt is made again, and nothing else.</summary>
public sealed class UndoubtedTests
{
    [Theory]
    [InlineData(-1, "0 1 2 3")]
    [InlineData(0, "0 -0 1 2 3 0")]
    [InlineData(2, "0 1 2 -0 -1 -2 3 0 1 2")]
    [InlineData(3, "0 1 2 3 -0 -1 -2 -3 0 1 2 3")]
    public void Trees_made_before_a_doubt_are_made_again(int doubtAfter, string expected)
    {
        Doubtful kernel = new();
        HashSet<int> there = [];
        List<string> done = [];
        int[] made = Undoubted.Each(
            4,
            [null, kernel],
            tree =>
            {
                if (there.Add(tree))
                {
                    done.Add($"{tree}");
                    kernel.Doubted += tree == doubtAfter && kernel.Doubted == 0 ? 1 : 0;
                }

                return 10 * tree;
            },
            tree =>
            {
                there.Remove(tree);
                done.Add($"-{tree}");
            });
        Assert.Equal([0, 10, 20, 30], made);
        Assert.Equal(expected, string.Join(' ', done));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_step_done_ahead_is_forgotten_whether_or_not_it_is_recorded_already(bool isSafe)
    {
        MemoryStepLog log = new();
        SealStep other = SealSteps.TreeRLast(1);
        log.Record(other, new FileDigest(1, default));
        HeldBackSteps steps = new(log, () => isSafe);
        steps.Record(SealSteps.TreeRLast(0), new FileDigest(2, default));
        steps.RecordValue(SealSteps.TreeCRoot(0), default);
        Assert.Equal(isSafe, log.TryGet(SealSteps.TreeRLast(0), out _));

        steps.Forget(SealSteps.TreeRLast(0));
        steps.Forget(other);
        Assert.False(log.TryGet(SealSteps.TreeRLast(0), out _));
        Assert.True(log.TryGet(other, out _));
        steps.Record(SealSteps.TreeRLast(0), new FileDigest(3, default));
        Assert.Equal(isSafe, log.TryGetValue(SealSteps.TreeCRoot(0), out _));
        Assert.Equal(isSafe, log.TryGet(SealSteps.TreeRLast(0), out FileDigest digest) && digest.Length == 3);
    }

    private sealed class Doubtful() : PoseidonKernel(8)
    {
        public int Doubted { get; set; }

        public override string Name => "doubtful";

        public override int Doubts => Doubted;

        public override void HashMany(ReadOnlySpan<byte> preimages, Span<byte> digests) => throw new NotSupportedException();
    }
}
