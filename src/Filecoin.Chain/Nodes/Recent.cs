namespace Filecoin.Chain.Nodes;

/// <summary>
/// Keeps what was last read of a few tipsets or messages: sectors are pre-committed, proven and updated many in one message, and the messages
/// of a tipset are a few MiB to fetch. Of several that ask for the same thing at the same time, one fetches it. Safe for concurrent use.
/// </summary>
/// <typeparam name="TKey">Names a tipset or a message.</typeparam>
/// <typeparam name="T">What is read of it.</typeparam>
/// <param name="kept">Of how many.</param>
internal sealed class Recent<TKey, T>(int kept)
    where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly OrderedDictionary<TKey, T> _values = [];
    private readonly Dictionary<TKey, Task<T>> _underWay = [];

    /// <summary>What is kept of <paramref name="key"/>, else what <paramref name="fetch"/> gives; failures are not kept.</summary>
    internal async Task<T> GetAsync(TKey key, Func<Task<T>> fetch)
    {
        TaskCompletionSource<T> mine = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<T>? others;
        lock (_lock)
        {
            if (_values.TryGetValue(key, out T? known))
            {
                return known;
            }

            if (!_underWay.TryGetValue(key, out others))
            {
                _underWay[key] = mine.Task;
            }
        }

        if (others is not null)
        {
            try
            {
                return await others.ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // Whoever fetched it was stopped; that need not go for who asks here.
                return await fetch().ConfigureAwait(false);
            }
        }

        try
        {
            T value = await fetch().ConfigureAwait(false);
            Ended(key, value);
            mine.SetResult(value);
            return value;
        }
        catch (Exception error)
        {
            lock (_lock)
            {
                _underWay.Remove(key);
            }

            // Seen here, so that it is nobody's unobserved failure where nobody else waits.
            mine.SetException(error);
            _ = mine.Task.Exception;
            throw;
        }
    }

    private void Ended(TKey key, T value)
    {
        lock (_lock)
        {
            _underWay.Remove(key);
            _values[key] = value;
            if (_values.Count > kept)
            {
                _values.RemoveAt(0);
            }
        }
    }
}
