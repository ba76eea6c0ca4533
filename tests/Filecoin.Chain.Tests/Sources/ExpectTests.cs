using Filecoin.Chain.Lookup;
using Filecoin.Chain.Sources;
using Filecoin.Primitives;
using Xunit;

namespace SealerRecover.Tests.Chain;

/// <summary>Sources that can read many sectors at once are told which are coming.</summary>
public sealed class ExpectTests
{
    [Fact]
    public async Task A_source_is_told_of_all_sectors_before_it_is_asked_about_any()
    {
        await using Forgotten forgotten = await Forgotten.StartAsync();
        Recording source = new();
        SectorLookup lookup = await SectorLookup.OpenAsync(
            forgotten.Lost.FullNode,
            new OtherSources { Named = [source] },
            Address.FromActorId(new ActorId(Lost.Miner)),
            TimeProvider.System,
            TestContext.Current.CancellationToken);
        ulong[] numbers = [.. Enumerable.Range(1, 9).Select(number => (ulong)number)];
        Array.ForEach(numbers, number => forgotten.Lost.FakeMiner.Add(Lost.Proven(number)));

        await lookup.FindAllAsync(numbers, concurrency: 4, TestContext.Current.CancellationToken);

        Assert.Equal(numbers, source.Expected.Select(sector => sector.Number));
        Assert.All(source.Expected, sector => Assert.Equal(new ActorId(Lost.Miner), sector.Miner));
        Assert.Equal(9, source.Asked);
    }

    private sealed class Recording : ISectorSource
    {
        private int _asked;

        public string Name => "a recording";

        internal List<SectorId> Expected { get; } = [];

        internal int Asked => _asked;

        public bool IsWorthAsking(SourceQuestion question) => true;

        public void Expect(IReadOnlyCollection<SectorId> sectors)
        {
            Assert.Equal(0, _asked);
            Expected.AddRange(sectors);
        }

        public Task<SourceAnswer> AskAsync(SourceQuestion question, CancellationToken cancellation)
        {
            Assert.Contains(question.Sector, Expected);
            Interlocked.Increment(ref _asked);
            return Task.FromResult(SourceAnswer.Nothing("it is a recording"));
        }
    }
}
