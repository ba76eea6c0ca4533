namespace Filecoin.Chain;

/// <summary>
/// Keeps what was last read of a few tipsets: sectors are proven and updated many in one message, and the messages of a tipset are a few MiB
/// to fetch. Two that ask for the same thing at the same time both fetch it. Safe for concurrent use.
/// </summary>
/// <typeparam name="T">What is read of a tipset.</typeparam>
/// <param name="kept">Of how many.</param>
internal sealed class RecentTipSets<T>(int kept)
{
    private readonly Lock _lock = new();
    private readonly OrderedDictionary<long, T> _values = [];

    /// <summary>What is kept of <paramref name="epoch"/>, else what <paramref name="fetch"/> gives; failures are not kept.</summary>
    internal async Task<T> GetAsync(long epoch, Func<Task<T>> fetch)
    {
        lock (_lock)
        {
            if (_values.TryGetValue(epoch, out T? known))
            {
                return known;
            }
        }

        T value = await fetch().ConfigureAwait(false);
        lock (_lock)
        {
            _values[epoch] = value;
            if (_values.Count > kept)
            {
                _values.RemoveAt(0);
            }
        }

        return value;
    }
}
