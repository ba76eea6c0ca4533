using Filecoin.Primitives;
using Filecoin.Sealing.Graph;
using Xunit;

namespace Filecoin.Sealing.Tests.Graph;

public sealed class ParentReaderTests : IDisposable
{
    private static readonly PorepParameters Porep = SealProofs.Get(RegisteredSealProof.StackedDrg2KiBV1).Porep;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, 0)]
    [InlineData(7, 0)]
    [InlineData(7, 20)]
    [InlineData(32, 0)]
    [InlineData(63, 0)]
    [InlineData(64, 0)]
    [InlineData(64, 63)]
    [InlineData(64, 64)]
    [InlineData(int.MaxValue, 5)]
    public void Blocks_joined_are_the_graph_from_the_first_node_on(int windowNodes, int firstNode)
    {
        using ParentCache cache = Open(windowNodes);
        using ParentReader reader = cache.CreateReader(firstNode);
        List<uint> read = [];
        for (ReadOnlySpan<uint> block = reader.ReadBlock(); !block.IsEmpty; block = reader.ReadBlock())
        {
            Assert.True(block.Length <= windowNodes * (long)StackedGraph.Degree);
            read.AddRange(block);
            Assert.Equal(firstNode + (read.Count / StackedGraph.Degree), reader.NextNode);
        }

        uint[] expected = new uint[(64 - firstNode) * StackedGraph.Degree];
        new StackedGraph(Porep).ParentsOfRange(firstNode, expected);
        Assert.Equal(expected, read);
        Assert.True(reader.ReadBlock().IsEmpty);
    }

    [Fact]
    public void Readers_do_not_disturb_one_another()
    {
        using ParentCache cache = Open(4);
        using ParentReader one = cache.CreateReader(0);
        using ParentReader two = cache.CreateReader(8);
        uint[] first = one.ReadBlock().ToArray();
        uint[] second = one.ReadBlock().ToArray();
        uint[] third = one.ReadBlock().ToArray();

        Assert.Equal(third, two.ReadBlock().ToArray());
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void A_file_changed_behind_our_back_never_yields_an_address_outside_the_layer()
    {
        using ParentCache cache = Open(8);
        using (FileStream vandal = new(cache.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            vandal.Position = (20 * 56) + 4;
            vandal.Write([64, 0, 0, 0]);
        }

        using ParentReader reader = cache.CreateReader(0);
        Assert.Equal(8 * StackedGraph.Degree, reader.ReadBlock().Length);
        Assert.Equal(8 * StackedGraph.Degree, reader.ReadBlock().Length);
        OperatorException failure = Assert.Throws<OperatorException>(() => reader.ReadBlock());

        Assert.Equal(FailureKind.Storage, failure.Kind);
        Assert.Contains(cache.Path, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_cut_behind_our_back_is_one_clear_sentence()
    {
        using ParentCache cache = Open(8);
        using (FileStream vandal = new(cache.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            vandal.SetLength(100);
        }

        using ParentReader reader = cache.CreateReader(0);
        OperatorException failure = Assert.Throws<OperatorException>(() => reader.ReadBlock());

        Assert.Contains("became shorter", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nodes_outside_the_graph_and_closed_caches_are_refused()
    {
        ParentCache cache = Open(8);
        Assert.Throws<ArgumentOutOfRangeException>(() => cache.CreateReader(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => cache.CreateReader(65));

        cache.Dispose();

        Assert.Throws<ObjectDisposedException>(() => cache.CreateReader(0));
    }

    private ParentCache Open(int windowNodes) => new ParentCacheFolder(_folder.Path).Open(Porep, 1, windowNodes, null, Cancellation);
}
