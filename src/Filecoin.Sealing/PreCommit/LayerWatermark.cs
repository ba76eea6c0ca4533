using Filecoin.Primitives;
using Filecoin.Sealing.Memory;

namespace Filecoin.Sealing.PreCommit;

/// <summary>
/// How far the last layer of a sector has been labelled, and its memory up to there: what <see cref="PreCommit1"/> lets
/// <see cref="PreCommit2.Follow"/> see while it works. For one run of PreCommit1.
/// </summary>
/// <remarks>
/// Labels are readable from memory from the moment they are made until the layer is on disk and recorded; after that from its file. Who
/// gives the memory away waits until nobody reads it. A sector whose last layer was there already, or whose labelling ends otherwise,
/// never begins or is over: then there is nothing to follow.
/// </remarks>
public sealed class LayerWatermark : IDisposable
{
    /// <summary>The mark moves a chunk at a time (1 MiB, which is what readers read), so that the labelling thread hardly notices it.</summary>
    private const long Stride = (1 << 20) / SectorSize.NodeBytes;

    private readonly object _gate = new();
    private NativeBuffer? _labels;
    private State _state;
    private long _made;
    private long _told;
    private int _readers;

    private enum State
    {
        Idle,
        Growing,
        OnDisk,
        Over,
    }

    /// <summary>Whether the layer is on disk and recorded.</summary>
    internal bool IsOnDisk
    {
        get
        {
            lock (_gate)
            {
                return _state == State.OnDisk;
            }
        }
    }

    /// <summary>Waits until the last layer is being labelled.</summary>
    /// <returns>False if it will not be: it was there already, or labelling has ended before.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public bool WaitUntilBegun(CancellationToken cancellation)
    {
        lock (_gate)
        {
            WaitWhile(() => _state == State.Idle, cancellation);
            return _state == State.Growing;
        }
    }

    /// <summary>Says that labelling has ended, however it did; the memory is not read any more when this returns.</summary>
    public void Dispose() => End(State.Over);

    /// <summary>The last layer is being made from here on.</summary>
    /// <param name="labels">Its memory, as bytes of its file.</param>
    internal void Begin(NativeBuffer labels)
    {
        lock (_gate)
        {
            (_labels, _state, _made, _told) = (labels, State.Growing, 0, 0);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>So many more nodes have been made. Called by the labelling thread only.</summary>
    internal void Advance(long nodes)
    {
        _made += nodes;
        if (_made - _told >= Stride || _made * SectorSize.NodeBytes == _labels!.Length)
        {
            lock (_gate)
            {
                _told = _made;
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>
    /// What has been made of the layer is wrong: whoever follows it stops, and what came of that is nothing. Nobody looks at another try; the
    /// memory is not read any more when this returns.
    /// </summary>
    internal void Abandon() => End(State.Over);

    /// <summary>The layer is on disk and recorded; the memory is not read any more when this returns.</summary>
    internal void Finish() => End(State.OnDisk);

    /// <summary>Waits until nodes up to a byte offset are made.</summary>
    /// <returns>Whether they are in memory; otherwise they are on disk.</returns>
    /// <exception cref="OperationCanceledException">Cancelled, or labelling has ended without them.</exception>
    internal bool WaitFor(long end, CancellationToken cancellation)
    {
        lock (_gate)
        {
            return WaitForLocked(end, cancellation);
        }
    }

    /// <summary>Waits until the layer is on disk and recorded.</summary>
    /// <exception cref="OperationCanceledException">Cancelled, or labelling has ended without that.</exception>
    internal void WaitUntilOnDisk(CancellationToken cancellation)
    {
        lock (_gate)
        {
            WaitWhile(() => _state == State.Growing, cancellation);
            ThrowIfOver();
        }
    }

    /// <summary>Copies labels out of memory once they are made.</summary>
    /// <returns>False if the layer is on disk instead.</returns>
    /// <exception cref="OperationCanceledException">Cancelled, or labelling has ended without them.</exception>
    internal bool TryRead(long offset, Span<byte> destination, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (!WaitForLocked(offset + destination.Length, cancellation))
            {
                return false;
            }

            _readers++;
        }

        _labels!.Slice(offset, destination.Length).CopyTo(destination);
        lock (_gate)
        {
            _readers--;
            Monitor.PulseAll(_gate);
        }

        return true;
    }

    private bool WaitForLocked(long end, CancellationToken cancellation)
    {
        WaitWhile(() => _state == State.Growing && _told * SectorSize.NodeBytes < end, cancellation);
        ThrowIfOver();
        return _state == State.Growing;
    }

    private void WaitWhile(Func<bool> notYet, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (!notYet())
        {
            return;
        }

        CancellationTokenRegistration wakeUp = cancellation.Register(Pulse);
        try
        {
            while (notYet())
            {
                cancellation.ThrowIfCancellationRequested();
                Monitor.Wait(_gate);
            }
        }
        finally
        {
            // Disposing of it would wait for a pulse under way, which itself waits for the gate that is held here. One that comes late does no harm.
            wakeUp.Unregister();
        }
    }

    // What follows a sector that is not labelled any more stops like something cancelled: there is nobody it could tell.
    private void ThrowIfOver()
    {
        if (_state == State.Over)
        {
            throw new OperationCanceledException("labelling has ended before its last layer was there");
        }
    }

    private void End(State state)
    {
        lock (_gate)
        {
            if (_state is not (State.OnDisk or State.Over))
            {
                _state = state;
            }

            Monitor.PulseAll(_gate);
            while (_readers > 0)
            {
                Monitor.Wait(_gate);
            }

            _labels = null;
        }
    }

    private void Pulse()
    {
        lock (_gate)
        {
            Monitor.PulseAll(_gate);
        }
    }
}
