using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Labeling;
using Filecoin.Sealing.Labeling.Kernels;
using Filecoin.Sealing.Labeling.Ring;
using Filecoin.Sealing.Steps;

namespace Filecoin.Sealing.PreCommit;

/// <summary>Labels the layers of a batch of sectors, which may be one; the body of <see cref="PreCommit1"/>.</summary>
/// <remarks>
/// Two layers of every sector are in memory. While layer k+1 is made, layer k is only read, so it is written to disk at the same time; its
/// memory becomes that of layer k+2, which therefore waits for the writing. At most one layer is being written.
/// </remarks>
internal sealed class Labeler : IDisposable
{
    // Groups of sectors take turns: each labels a slice, small enough that the parents stay in the cache and that a cancellation is noticed
    // within a second on the slowest kernel.
    private const int SliceNodes = 1 << 12;

    private readonly IReadOnlyList<LabelledSector> _sectors;
    private readonly List<LabelGroup> _groups = [];
    private readonly ParentCache _parents;
    private readonly PorepParameters _porep;
    private readonly LabelCheck _check;
    private readonly LabelCores? _cores;
    private readonly CancellationToken _cancellation;
    private LabelRing? _ring;
    private Task _writing = Task.CompletedTask;

    /// <summary>The comparison of the layer before with what was recorded of it, which begins when nearly all was made from it.</summary>
    private Task<Dictionary<LabelledSector, LayerChange>>? _comparing;

    /// <summary>The last layer that is in memory whole; 0 for none.</summary>
    private int _layerInMemory;

    /// <summary>Whether labelling has stopped until the writing is done.</summary>
    private volatile bool _waiting;

    /// <param name="sectors">At least one, all of one seal proof and with one file system.</param>
    /// <param name="kernels">At least as many lanes as sectors; the first kernel takes the first sectors.</param>
    /// <param name="parents">The parents of that proof.</param>
    /// <param name="check">Looks at finished layers.</param>
    /// <param name="cores">The cores that label together, where all there is to label is one lane; null for one thread that may run anywhere.</param>
    /// <param name="cancellation">Stops everything within a second.</param>
    public Labeler(
        IReadOnlyList<LabelledSector> sectors,
        IReadOnlyList<LabelKernel> kernels,
        ParentCache parents,
        LabelCheck check,
        LabelCores? cores,
        CancellationToken cancellation)
    {
        _sectors = sectors;
        _parents = parents;
        _check = check;
        _cores = cores;
        _porep = parents.Porep;
        _cancellation = cancellation;
        int first = 0;
        foreach (LabelKernel kernel in kernels)
        {
            _groups.Add(new LabelGroup(kernel, [.. sectors.Skip(first).Take(kernel.Lanes)]));
            first += kernel.Lanes;
        }
    }

    private IEnumerable<LabelledSector> Staying => _sectors.Where(sector => !sector.HasLeft);

    private IEnumerable<LabelGroup> Groups => _groups.Where(group => group.Stays);

    /// <summary>Labels and writes whatever is not finished, of all sectors that stay.</summary>
    public void Run()
    {
        for (int layer = 1; layer <= _porep.Layers; layer++)
        {
            if (Staying.All(sector => sector.Layers.IsFinished(layer)))
            {
                continue;
            }

            if (layer > 1 && _layerInMemory != layer - 1)
            {
                FinishWriting();
                if (!TryLoad(layer - 1))
                {
                    // Some sector's layer before is not what was recorded: it is labelled again, and so is whatever it needs.
                    layer -= 2;
                    continue;
                }
            }

            // The layer before is in memory and perhaps still on its way to disk; its memory is only overwritten two layers on.
            Label(layer);
            FinishWriting();
            if (IsToBeMadeAgain(layer))
            {
                // Whatever is in memory may be what is wrong: the layer is made again from the file of the one before.
                _layerInMemory = 0;
                layer--;
                continue;
            }

            _layerInMemory = layer;
            int made = layer;
            _writing = Task.Factory.StartNew(
                () => Write(made), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }

        FinishWriting();
        foreach (LabelledSector sector in Staying)
        {
            sector.LastLayer?.Finish();
        }
    }

    /// <summary>Waits for a write that is under way and frees the memory.</summary>
    public void Dispose()
    {
        foreach (LabelledSector sector in _sectors)
        {
            sector.LastLayer?.Dispose();
        }

        // Whatever ended the run, its own failure or another's, nobody may write from memory that is gone.
        foreach (Task? task in new[] { _writing, _comparing })
        {
            ((IAsyncResult?)task)?.AsyncWaitHandle.WaitOne();
            _ = task?.Exception;
        }

        _groups.ForEach(group => group.Dispose());
        _ring?.Dispose();
    }

    private void FinishWriting()
    {
        _waiting = true;
        _writing.GetAwaiter().GetResult();
        _waiting = false;
    }

    private void Label(int layer)
    {
        LabelGroup[] groups = [.. Groups];
        Action<long> made = WhenMade(groups, layer);
        if (_cores is { LookAhead.IsEmpty: false } && groups is [{ Kernel.Lanes: 1 } alone])
        {
            new LookAheadLabeler(alone.Kernel, _ring ??= new LabelRing(), _cores)
                .Label(alone.Run(layer), () => _parents.CreateReader(0), made, _cancellation);
            return;
        }

        using ThreadPin pin = new(_cores?.Hasher);
        using ParentReader reader = _parents.CreateReader(0);
        for (long node = 0; node < _porep.Nodes;)
        {
            ReadOnlySpan<uint> parents = reader.ReadBlock();
            while (!parents.IsEmpty)
            {
                _cancellation.ThrowIfCancellationRequested();
                int count = Math.Min(SliceNodes, parents.Length / LabelMessage.Degree);
                LabelSlice(groups, layer, node, count, parents);
                made(count);
                node += count;
                parents = parents[(count * LabelMessage.Degree)..];
            }
        }
    }

    private static unsafe void LabelSlice(LabelGroup[] groups, int layer, long firstNode, int count, ReadOnlySpan<uint> parents)
    {
        fixed (uint* start = parents)
        {
            foreach (LabelGroup group in groups)
            {
                group.Kernel.Label(group.Run(layer).Part(firstNode, count), start);
            }
        }
    }

    /// <summary>What follows labels of a layer as they are made: reports, whoever looks on, and in good time the look at the layer before.</summary>
    /// <returns>Told how many more nodes have been made.</returns>
    private Action<long> WhenMade(LabelGroup[] groups, int layer)
    {
        SealProgressCounter[] counters =
        [
            .. groups.SelectMany(group => group.Sectors.Where(sector => !sector.HasLeft).Select(sector => sector.Counter(SealPhase.Label, layer, group.Kernel.Name))),
        ];
        List<LayerWatermark> watching = [];
        foreach (LabelGroup group in layer == _porep.Layers ? groups : [])
        {
            foreach (LayerWatermark mark in group.Sectors.Select(sector => sector.LastLayer).OfType<LayerWatermark>())
            {
                mark.Begin(group.Layer(layer));
                watching.Add(mark);
            }
        }

        long soFar = 0;
        long comparesAt = layer == 1 ? long.MaxValue : LayerChange.ComparesAt(_porep.Nodes);
        return nodes =>
        {
            if (_writing.IsFaulted)
            {
                FinishWriting();
            }

            Add(counters, nodes);
            watching.ForEach(mark => mark.Advance(nodes));
            soFar += nodes;
            if (soFar >= comparesAt)
            {
                comparesAt = long.MaxValue;
                _comparing = Compare(layer - 1, _writing);
            }
        };
    }

    private bool TryLoad(int layer)
    {
        bool intact = true;
        foreach (LabelGroup group in Groups)
        {
            SealProgressCounter[] counters = [.. group.Sectors.Select(sector => sector.Counter(SealPhase.LoadLayer, layer))];
            RecordedFile?[] files = [.. group.Sectors.Select(sector => sector.FileToLoad(layer))];
            foreach (int damaged in FilesOf(group).Load(layer, files, nodes => Add(counters, nodes)))
            {
                group.Sectors[damaged].Layers.Forget(layer);
                intact = false;
            }
        }

        _layerInMemory = intact ? layer : 0;
        return intact;
    }

    private void Write(int layer)
    {
        foreach (LabelGroup group in Groups)
        {
            string?[] paths = [.. group.Sectors.Select(sector => sector.PathToWrite(layer))];
            SealProgressCounter[] counters =
                [.. group.Sectors.Where((_, i) => paths[i] is not null).Select(sector => sector.WriteCounter(layer, () => _waiting))];
            FileDigest[] digests = FilesOf(group).Write(layer, paths, nodes => Add(counters, nodes));
            foreach ((LabelledSector sector, string? path, FileDigest digest) in group.Sectors.Zip(paths, digests))
            {
                if (path is not null)
                {
                    sector.Layers.Record(layer, digest);
                }
                else if (!sector.HasLeft && sector.Layers.Recorded(layer) is { } recorded && recorded != digest)
                {
                    throw Differs(sector, layer);
                }
            }
        }
    }

    /// <summary>Compares the layer before with what was recorded of it, once that is known.</summary>
    private Task<Dictionary<LabelledSector, LayerChange>> Compare(int layer, Task written) => Task.Run(async () =>
    {
        await written.ConfigureAwait(false);
        Dictionary<LabelledSector, LayerChange> changes = [];
        foreach (LabelGroup group in Groups)
        {
            RecordedFile?[] files = [.. group.Sectors.Select(sector => sector.HasLeft ? null : sector.Layers.FileOf(layer))];
            foreach ((LabelledSector sector, IReadOnlyCollection<int> differing) in group.Sectors.Zip(FilesOf(group).Differing(layer, files)))
            {
                if (LayerChange.Of(layer, differing) is { } change)
                {
                    changes.Add(sector, change);
                }
            }
        }

        return changes;
    });

    /// <summary>Looks at a layer that has been made, before anything of it is written. What is wrong with it the sectors decide upon.</summary>
    private bool IsToBeMadeAgain(int layer)
    {
        Dictionary<LabelledSector, LayerChange> changes = _comparing?.GetAwaiter().GetResult() ?? [];
        _comparing = null;
        bool again = false;
        foreach (LabelGroup group in Groups)
        {
            LayersInMemory layers = new(group.Kernel, group.Run(layer));
            WrongLabels?[] wrong = _check.Find(layers, _cancellation);
            for (int lane = 0; lane < wrong.Length; lane++)
            {
                LabelledSector sector = group.Sectors[lane];
                if (sector.HasLeft)
                {
                    continue;
                }

                if (changes.TryGetValue(sector, out LayerChange? change))
                {
                    again |= sector.Distrust(layer, $"{change}");
                }
                else if (wrong[lane] is { } labels)
                {
                    again |= sector.Distrust(layer, $"{labels}; {_check.CauseOf(layers, lane, labels)}");
                }
            }
        }

        return again;
    }

    private LayerFiles FilesOf(LabelGroup group) =>
        new(group, _sectors[0].Job.Files, _sectors.Max(sector => sector.Job.LayerThreads), _cancellation);

    private static void Add(SealProgressCounter[] counters, long nodes) => Array.ForEach(counters, counter => counter.Add(nodes));

    private static OperatorException Differs(LabelledSector sector, int layer) => new(
        FailureKind.Storage,
        $"layer {layer} of sector {sector.Job.Inputs.Sector.FileName}, made again beside other sectors, is not the one recorded for "
        + sector.Layers.PathOf(layer),
        "memory or disk of this machine returns wrong bytes: check both (dmesg, memtest), remove that file and run the same command again");
}
