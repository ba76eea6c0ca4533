using Filecoin.Primitives;

namespace SealerRecover.Recovery.Pipeline;

/// <summary>Sectors waiting to be labelled, in the order given; taken one by one or several of one seal proof at a time.</summary>
internal sealed class LabelQueue
{
    private readonly object _gate = new();
    private readonly LinkedList<SectorWork> _waiting = [];
    private bool _completed;

    /// <summary>Puts a sector at the end.</summary>
    public void Add(SectorWork sector)
    {
        lock (_gate)
        {
            _waiting.AddLast(sector);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Puts a sector back in front.</summary>
    public void PutBack(SectorWork sector)
    {
        lock (_gate)
        {
            _waiting.AddFirst(sector);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Nothing will come any more.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _completed = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Waits for a sector.</summary>
    /// <param name="most">How long at most; infinite for as long as it takes.</param>
    /// <param name="next">The sector; null once the queue is complete.</param>
    /// <returns>Whether one of the two came in time.</returns>
    public bool TryTake(TimeSpan most, out SectorWork? next)
    {
        lock (_gate)
        {
            while (_waiting.First is null)
            {
                if (_completed || !Monitor.Wait(_gate, most))
                {
                    next = null;
                    return _completed;
                }
            }

            next = _waiting.First.Value;
            _waiting.RemoveFirst();
            return true;
        }
    }

    /// <summary>The next sector of a proof if one is waiting; does not wait for it.</summary>
    public SectorWork? TryTake(PorepParameters porep)
    {
        lock (_gate)
        {
            for (LinkedListNode<SectorWork>? node = _waiting.First; node is not null; node = node.Next)
            {
                if (node.Value.Porep == porep)
                {
                    _waiting.Remove(node);
                    return node.Value;
                }
            }

            return null;
        }
    }
}
