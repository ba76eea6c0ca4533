using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Labeling.Kernels;
using Filecoin.Sealing.Steps;

namespace Filecoin.Sealing.Labeling.Many;

/// <summary>Labels the layers of several sectors; the body of <see cref="PreCommit.PreCommit1Many"/>.</summary>
/// <remarks>
/// Two layers of every sector are in memory. While layer k+1 is made, layer k is only read, so it is written to disk at the same time; its
/// memory becomes that of layer k+2, which therefore waits for the writing. At most one layer is being written.
/// A sector whose layer comes out wrong leaves the others, who go on: alone, it is labelled again from the last layer it has on disk.
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
    private readonly LabelCheck _check;
    private Task _writing = Task.CompletedTask;

    /// <summary>The comparison of the layer before with what was recorded of it; for each group, its sectors' changes.</summary>
    private Task<LayerChange?[][]>? _comparing;

    /// <summary>The last layer that is in memory whole; 0 for none.</summary>
    private int _layerInMemory;

    /// <param name="sectors">At least one, all of one seal proof.</param>
    /// <param name="kernels">At least as many lanes as sectors; the first kernel takes the first sectors.</param>
    /// <param name="parents">The parents of that proof.</param>
    /// <param name="check">Looks at finished layers.</param>
    /// <param name="cancellation">Stops everything within a second.</param>
    public ManyLabeler(
        IReadOnlyList<ManySector> sectors,
        IReadOnlyList<LabelKernel> kernels,
        ParentCache parents,
        LabelCheck check,
        CancellationToken cancellation)
    {
        _sectors = sectors;
        _parents = parents;
        _check = check;
        _porep = parents.Porep;
        _files = sectors[0].Job.Files;
        _fileThreads = sectors.Max(sector => sector.Job.LayerThreads);
        _cancellation = cancellation;
        _stopWriting = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            int first = 0;
            foreach (LabelKernel kernel in kernels)
            {
                ManySector[] members = [.. sectors.Skip(first).Take(kernel.Lanes)];
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

            Label(layer);
            FinishWriting();
            LetWrongSectorsGo(layer);
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
        ((IAsyncResult?)_comparing)?.AsyncWaitHandle.WaitOne();
        _ = _comparing?.Exception;
        _stopWriting.Dispose();
        _groups.ForEach(group => group.Dispose());
    }

    private void FinishWriting() => _writing.GetAwaiter().GetResult();

    private IEnumerable<ManySector> Staying => _sectors.Where(sector => !sector.HasLeft);

    /// <summary>The groups that are worth labelling: some sector of theirs is still there.</summary>
    private IEnumerable<SectorGroup> Groups => _groups.Where(group => !MembersOf(group).All(sector => sector.HasLeft));

    private unsafe void Label(int layer)
    {
        long comparesAt = layer == 1 ? long.MaxValue : LayerChange.ComparesAt(_porep.Nodes);
        SectorGroup[] groups = [.. Groups];
        SealProgressCounter[] counters = [.. Staying.Select(sector => sector.Counter(SealPhase.Label, layer))];
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
                    LabelSlice(groups, layer, node + done, slice, parentsOfBlock + ((long)done * LabelMessage.Degree));
                    done += slice;
                    Array.ForEach(counters, counter => counter.Add(slice));
                    if (node + done >= comparesAt)
                    {
                        comparesAt = long.MaxValue;
                        _comparing = Compare(layer - 1, _writing);
                    }
                }

                node += count;
            }
        }
    }

    private static unsafe void LabelSlice(SectorGroup[] groups, int layer, long firstNode, int count, uint* parents)
    {
        foreach (SectorGroup group in groups)
        {
            group.Kernel.Label(group.Run(layer).Part(firstNode, count), parents);
        }
    }

    private bool TryLoad(int layer)
    {
        bool intact = true;
        foreach (SectorGroup group in Groups)
        {
            ManySector[] members = MembersOf(group);
            SealProgressCounter[] counters = [.. members.Select(sector => sector.Counter(SealPhase.LoadLayer, layer))];
            IReadOnlyList<int> damaged = ManyLayerFiles.Load(
                _files,
                group,
                layer,
                [.. members.Select(sector => sector.HasLeft ? null : sector.Layers.FileOf(layer) ?? Missing(sector, layer))],
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
        foreach (SectorGroup group in Groups)
        {
            ManySector[] members = MembersOf(group);
            string?[] paths =
                [.. members.Select(sector => sector.HasLeft || sector.Layers.IsFinished(layer) ? null : sector.Layers.PathOf(layer))];
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
                else if (!members[i].HasLeft && members[i].Layers.Recorded(layer) is { } recorded && recorded != digests[i])
                {
                    throw Differs(members[i], layer);
                }
            }
        }
    }

    /// <summary>Compares the layer before with what was recorded of it, once that is known.</summary>
    private Task<LayerChange?[][]> Compare(int layer, Task written) => Task.Run(async () =>
    {
        await written.ConfigureAwait(false);
        return _groups.Select(group =>
        {
            RecordedFile?[] files = [.. MembersOf(group).Select(sector => sector.HasLeft ? null : sector.Layers.FileOf(layer))];
            return ManyLayerFiles.Differing(_files, group, layer, _porep.Nodes, files, _fileThreads, _stopWriting.Token)
                .Select(differing => LayerChange.Of(layer, differing))
                .ToArray();
        }).ToArray();
    });

    /// <summary>Looks at a layer that has been made, before anything of it is written.</summary>
    private unsafe void LetWrongSectorsGo(int layer)
    {
        LayerChange?[][]? changes = _comparing?.GetAwaiter().GetResult();
        _comparing = null;
        foreach (SectorGroup group in Groups)
        {
            ManySector[] members = MembersOf(group);
            LayersInMemory layers = new(group.Kernel, group.Run(layer));
            WrongLabels?[] wrong = _check.Find(layers, _cancellation);
            for (int i = 0; i < members.Length; i++)
            {
                if (members[i].HasLeft)
                {
                    continue;
                }

                if (changes?[_groups.IndexOf(group)][i] is { } change)
                {
                    members[i].Leave($"{change}");
                }
                else if (wrong[i] is { } labels)
                {
                    members[i].Leave($"{labels}; {_check.CauseOf(layers, i, labels)}");
                }
            }
        }
    }

    /// <summary>A file of which nothing is recorded, so that it is found not to be what was.</summary>
    private static RecordedFile? Missing(ManySector sector, int layer) => new RecordedFile(sector.Layers.PathOf(layer), default);

    private ManySector[] MembersOf(SectorGroup group) => [.. _sectors.Skip(group.FirstJob).Take(group.Count)];

    private static OperatorException Differs(ManySector sector, int layer) => new(
        FailureKind.Storage,
        $"layer {layer} of sector {sector.Job.Inputs.Sector.FileName}, made again beside other sectors, is not the one recorded for "
        + sector.Layers.PathOf(layer),
        "memory or disk of this machine returns wrong bytes: check both (dmesg, memtest), remove that file and run the same command again");
}
