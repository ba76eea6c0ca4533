using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Graph;

namespace Filecoin.Sealing.Labeling.Many;

/// <summary>Labels the layers of several sectors; the body of <see cref="PreCommit1Many"/>.</summary>
/// <remarks>
/// Two layers of every sector are in memory. While layer k+1 is made, layer k is only read, so it is written to disk at the same time; its
/// memory becomes that of layer k+2, which therefore waits for the writing. At most one layer is being written.
/// </remarks>
internal sealed class ManyLabeler : IDisposable
{
    // Groups of sectors take turns: each labels a slice, small enough that the parents stay in the cache and that a cancellation is noticed
    // within a second on the slowest kernel.
    private const int SliceNodes = 1 << 12;

    private readonly IReadOnlyList<ManySector> _sectors;
    private readonly List<SectorGroup> _groups = [];
    private readonly ParentCache _parents;
    private readonly PorepParameters _porep;
    private readonly IFileSystem _files;
    private readonly int _fileThreads;
    private readonly CancellationToken _cancellation;
    private readonly CancellationTokenSource _stopWriting;
    private Task _writing = Task.CompletedTask;

    /// <summary>The last layer that is in memory whole; 0 for none.</summary>
    private int _layerInMemory;

    /// <param name="sectors">At least one, all of one seal proof.</param>
    /// <param name="kernels">At least as many lanes as sectors; the first kernel takes the first sectors.</param>
    /// <param name="parents">The parents of that proof.</param>
    /// <param name="cancellation">Stops everything within a second.</param>
    public ManyLabeler(
        IReadOnlyList<ManySector> sectors, IReadOnlyList<ManyLabelKernel> kernels, ParentCache parents, CancellationToken cancellation)
    {
        _sectors = sectors;
        _parents = parents;
        _porep = parents.Porep;
        _files = sectors[0].Job.Files;
        _fileThreads = sectors.Max(sector => sector.Job.LayerThreads);
        _cancellation = cancellation;
        _stopWriting = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            int first = 0;
            foreach (ManyLabelKernel kernel in kernels)
            {
                ManySector[] members = [.. sectors.Skip(first).Take(kernel.Sectors)];
                _groups.Add(new SectorGroup(kernel, _porep, [.. members.Select(sector => sector.Job.Inputs.ReplicaId.Value)], first));
                first += members.Length;
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Labels and writes whatever is not finished.</summary>
    public void Run()
    {
        for (int layer = 1; layer <= _porep.Layers; layer++)
        {
            if (_sectors.All(sector => sector.Layers.IsFinished(layer)))
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

            Label(layer);
            FinishWriting();
            _layerInMemory = layer;
            int made = layer;
            _writing = Task.Factory.StartNew(
                () => Write(made), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }

        FinishWriting();
    }

    /// <summary>Stops a write that is under way and frees the memory.</summary>
    public void Dispose()
    {
        _stopWriting.Cancel();
        ((IAsyncResult)_writing).AsyncWaitHandle.WaitOne();

        // Run has thrown for another reason, or this write's failure itself.
        _ = _writing.Exception;
        _stopWriting.Dispose();
        _groups.ForEach(group => group.Dispose());
    }

    private void FinishWriting() => _writing.GetAwaiter().GetResult();

    private unsafe void Label(int layer)
    {
        SealProgressCounter[] counters = [.. _sectors.Select(sector => sector.Counter(SealPhase.Label, layer))];
        using ParentReader reader = _parents.CreateReader(0);
        for (long node = 0; node < _porep.Nodes;)
        {
            ReadOnlySpan<uint> block = reader.ReadBlock();
            fixed (uint* parentsOfBlock = block)
            {
                int count = block.Length / LabelMessage.Degree;
                for (int done = 0; done < count;)
                {
                    _cancellation.ThrowIfCancellationRequested();
                    if (_writing.IsFaulted)
                    {
                        FinishWriting();
                    }

                    int slice = Math.Min(SliceNodes, count - done);
                    LabelSlice(layer, node + done, slice, parentsOfBlock + ((long)done * LabelMessage.Degree));
                    done += slice;
                    Array.ForEach(counters, counter => counter.Add(slice));
                }

                node += count;
            }
        }
    }

    private unsafe void LabelSlice(int layer, long firstNode, int count, uint* parents)
    {
        foreach (SectorGroup group in _groups)
        {
            group.Kernel.Label(
                new ManyLabelRun(group.ReplicaIds, layer, firstNode, count),
                parents,
                group.Layer(layer).Pointer,
                layer == 1 ? null : group.Layer(layer - 1).Pointer);
        }
    }

    private bool TryLoad(int layer)
    {
        bool intact = true;
        foreach (SectorGroup group in _groups)
        {
            ManySector[] members = MembersOf(group);
            SealProgressCounter[] counters = [.. members.Select(sector => sector.Counter(SealPhase.LoadLayer, layer))];
            IReadOnlyList<int> damaged = ManyLayerFiles.Load(
                _files,
                group,
                layer,
                [.. members.Select(sector => (sector.Layers.PathOf(layer), sector.Layers.Recorded(layer) ?? default))],
                _fileThreads,
                nodes => Array.ForEach(counters, counter => counter.Add(nodes)),
                _cancellation);
            foreach (int sector in damaged)
            {
                members[sector].Layers.Forget(layer);
                intact = false;
            }
        }

        _layerInMemory = intact ? layer : 0;
        return intact;
    }

    private void Write(int layer)
    {
        foreach (SectorGroup group in _groups)
        {
            ManySector[] members = MembersOf(group);
            string?[] paths = [.. members.Select(sector => sector.Layers.IsFinished(layer) ? null : sector.Layers.PathOf(layer))];
            SealProgressCounter[] counters =
            [
                .. members.Where((_, i) => paths[i] is not null).Select(sector => sector.Counter(SealPhase.WriteLayer, layer)),
            ];
            FileDigest[] digests = ManyLayerFiles.Write(
                _files,
                group,
                layer,
                _porep.Nodes,
                paths,
                _fileThreads,
                nodes => Array.ForEach(counters, counter => counter.Add(nodes)),
                _stopWriting.Token);
            for (int i = 0; i < members.Length; i++)
            {
                if (paths[i] is not null)
                {
                    members[i].Layers.Record(layer, digests[i]);
                }
                else if (members[i].Layers.Recorded(layer) is { } recorded && recorded != digests[i])
                {
                    throw Differs(members[i], layer);
                }
            }
        }
    }

    private ManySector[] MembersOf(SectorGroup group) => [.. _sectors.Skip(group.FirstJob).Take(group.Count)];

    private static OperatorException Differs(ManySector sector, int layer) => new(
        FailureKind.Storage,
        $"layer {layer} of sector {sector.Job.Inputs.Sector.FileName}, made again beside other sectors, is not the one recorded for "
        + sector.Layers.PathOf(layer),
        "memory or disk of this machine returns wrong bytes: check both (dmesg, memtest), remove that file and run the same command again");
}
