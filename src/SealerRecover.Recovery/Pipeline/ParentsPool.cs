using System.Runtime.ExceptionServices;
using Filecoin.Primitives;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Roles;

namespace SealerRecover.Recovery.Pipeline;

/// <summary>
/// The parent caches of a run, each opened (built, verified) once for all sectors of its proof: the first sector that needs one
/// opens it while the others of that proof wait. A cache that could not be opened is not tried again for each sector.
/// </summary>
internal sealed class ParentsPool(Labelling labels, SectorSink events) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<PorepParameters, Entry> _entries = [];

    /// <summary>The open cache; it stays open until the pool is disposed of.</summary>
    public IParents Get(PorepParameters porep, CancellationToken cancellation)
    {
        Entry? entry;
        lock (_gate)
        {
            if (!_entries.TryGetValue(porep, out entry))
            {
                _entries.Add(porep, entry = new Entry());
            }
        }

        entry.Gate.Wait(cancellation);
        try
        {
            entry.Failure?.Throw();
            return entry.Parents ??= labels.OpenParents(porep, events, cancellation);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            entry.Failure ??= ExceptionDispatchInfo.Capture(failure);
            throw;
        }
        finally
        {
            entry.Gate.Release();
        }
    }

    /// <summary>Closes all caches.</summary>
    public void Dispose()
    {
        foreach (Entry entry in _entries.Values)
        {
            entry.Parents?.Dispose();
            entry.Gate.Dispose();
        }
    }

    private sealed class Entry
    {
        public SemaphoreSlim Gate { get; } = new(1);

        public IParents? Parents { get; set; }

        public ExceptionDispatchInfo? Failure { get; set; }
    }
}
