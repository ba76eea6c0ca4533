namespace Filecoin.Chain;

/// <summary>
/// Keeps what was last read of a few tipsets or messages: sectors are pre-committed, proven and updated many in one message, and the messages
/// of a tipset are a few MiB to fetch. Two that ask for the same thing at the same time both fetch it. Safe for concurrent use.
/// </summary>
/// <typeparam name="TKey">Names a tipset or a message.</typeparam>
/// <typeparam name="T">What is read of it.</typeparam>
/// <param name="kept">Of how many.</param>
internal sealed class Recent<TKey, T>(int kept)
    where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly OrderedDictionary<TKey, T> _values = [];

    /// <summary>What is kept of <paramref name="key"/>, else what <paramref name="fetch"/> gives; failures are not kept.</summary>
    internal async Task<T> GetAsync(TKey key, Func<Task<T>> fetch)
    {
        lock (_lock)
        {
            if (_values.TryGetValue(key, out T? known))
            {
                return known;
            }
        }

        T value = await fetch().ConfigureAwait(false);
        lock (_lock)
        {
            _values[key] = value;
            if (_values.Count > kept)
            {
                _values.RemoveAt(0);
            }
        }

        return value;
    }
}
