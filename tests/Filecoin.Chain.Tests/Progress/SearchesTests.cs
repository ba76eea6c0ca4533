using Filecoin.Chain.Progress;
using Filecoin.Primitives;
using Xunit;

namespace SealerRecover.Tests.Chain;

/// <summary>What is told of work that takes long, and when.</summary>
public sealed class SearchesTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly MovedTime _time = new();
    private readonly KeptReports _reports = new();

    [Fact]
    public void What_ends_within_two_seconds_is_never_told()
    {
        using (Searches.Search search = Messages().Begin(Sector(7), 20_000, 120))
        {
            search.At(19_000, 1);
            _time.Move(1.9 * Second);
        }

        using (CountedWork work = new Reporter(_reports, _time).Begin(LookupTask.LookUp, 5))
        {
            _time.Move(1.9 * Second);
        }

        _time.Move(10 * Second);
        Assert.Empty(_reports.All);
        Assert.Equal(0, _time.Timers);
    }

    [Fact]
    public void A_search_is_told_from_two_seconds_on_even_if_a_step_takes_longer_and_its_end_once()
    {
        using (Searches.Search search = Messages().Begin(Sector(7), 20_000, 120))
        {
            _time.Move(2 * Second);
            search.At(19_439, 1);
            _time.Move(Second);
        }

        _time.Move(10 * Second);
        IReadOnlyList<LookupSearch> told = _reports.Searches;
        Assert.Equal(new LookupSearch(SearchKind.PreCommitMessages, Sector(7), 0, false, 20_000, 0, 120, 2 * Second), told[0]);
        LookupSearch last = new(SearchKind.PreCommitMessages, Sector(7), 0, false, 19_439, 1, 120, 3 * Second);
        Assert.Equal([last, last with { IsOver = true }], told.TakeLast(2));
        Assert.Equal(6, told.Count);
    }

    [Fact]
    public void Of_searches_side_by_side_the_oldest_speaks_and_then_the_next_one()
    {
        Searches searches = Messages();
        Searches.Search first = searches.Begin(Sector(7), 20_000, 120);
        Searches.Search second = searches.Begin(Sector(8), 18_000, 110);
        Searches.Search third = searches.Begin(Sector(9), 19_000, 115);
        _time.Move(3 * Second);
        Assert.All(_reports.Searches, told => Assert.Equal((Sector(7), 2), (told.Sector, told.Others)));

        _reports.All.Clear();
        first.Dispose();
        _time.Move(Second);
        third.Dispose();
        Assert.NotEmpty(_reports.Searches);
        Assert.All(_reports.Searches, told => Assert.Equal((Sector(8), 1, false), (told.Sector, told.Others, told.IsOver)));

        _reports.All.Clear();
        second.Dispose();
        Assert.True(Assert.Single(_reports.Searches).IsOver);
    }

    [Fact]
    public void Counting_goes_on_where_nothing_ends_and_stops_with_the_last()
    {
        using CountedWork work = new Reporter(_reports, _time).Begin(LookupTask.LookUp, 3);
        _time.Move(2 * Second);
        work.Ended();
        work.Ended(failed: true);
        _time.Move(Second);
        LookupCount[] told = [.. _reports.All.OfType<LookupCount>()];
        Assert.Equal(new LookupCount(LookupTask.LookUp, 0, 3, 0, 2 * Second), told[0]);
        Assert.Equal(new LookupCount(LookupTask.LookUp, 2, 3, 1, 3 * Second), told[^1]);

        _reports.All.Clear();
        work.Ended();
        _time.Move(Second);
        Assert.Empty(_reports.All);
    }

    private static SectorId Sector(ulong number) => new(new ActorId(1000), number);

    private Searches Messages() => new Reporter(_reports, _time).Searches(SearchKind.PreCommitMessages);
}
