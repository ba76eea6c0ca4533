using Filecoin.Primitives;

namespace Filecoin.Chain.Progress;

/// <summary>
/// Searches of one kind, which hundreds of sectors may need at once and largely share. The one longest under way speaks for all of them; when
/// it ends, the next one does. Safe for concurrent use.
/// </summary>
/// <param name="reporter">Tells of them.</param>
/// <param name="kind">What is searched.</param>
/// <param name="ofArchive">Whether the archive node is asked.</param>
internal sealed class Searches(Reporter reporter, SearchKind kind, bool ofArchive)
{
    private readonly Lock _lock = new();
    private readonly List<Search> _underWay = [];
    private LookupSearch? _last;

    /// <summary>A search begins; it ends when the result is disposed of.</summary>
    /// <param name="sector">For whom.</param>
    /// <param name="epoch">Where it begins.</param>
    /// <param name="most">Steps it can take at most.</param>
    internal Search Begin(SectorId sector, long epoch, int most)
    {
        lock (_lock)
        {
            Search search = new(this, sector, epoch, most);
            _underWay.Add(search);
            return search;
        }
    }

    /// <summary>One of them.</summary>
    internal sealed class Search : IDisposable
    {
        private readonly Searches _all;
        private readonly SectorId _sector;
        private readonly int _most;
        private readonly LongWork _work;
        private long _epoch;
        private int _done;

        internal Search(Searches all, SectorId sector, long epoch, int most)
        {
            _all = all;
            _sector = sector;
            _epoch = epoch;
            _most = most;
            _work = all.Reporter.Begin(Now);
        }

        /// <summary>It is at <paramref name="epoch"/>, after <paramref name="done"/> steps.</summary>
        internal void At(long epoch, int done)
        {
            lock (_all._lock)
            {
                (_epoch, _done) = (epoch, done);
            }
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            _work.Dispose();
            _all.Ended(this);
        }

        private LookupSearch? Now(TimeSpan elapsed)
        {
            lock (_all._lock)
            {
                return _all._underWay.FirstOrDefault() != this
                    ? null
                    : _all._last = new LookupSearch(
                        _all.Kind, _sector, _all._underWay.Count - 1, _all.OfArchive, _epoch, Math.Min(_done, _most), _most, elapsed);
            }
        }
    }

    private Reporter Reporter => reporter;

    private SearchKind Kind => kind;

    private bool OfArchive => ofArchive;

    private void Ended(Search search)
    {
        LookupSearch? told = null;
        lock (_lock)
        {
            _underWay.Remove(search);
            if (_underWay.Count == 0)
            {
                (told, _last) = (_last, null);
            }
        }

        if (told is not null)
        {
            reporter.Tell(told with { IsOver = true });
        }
    }
}
