using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Labeling;
using Filecoin.Sealing.Labeling.Kernels;
using Filecoin.Sealing.Labeling.Ring;
using Filecoin.Sealing.Memory;
using Filecoin.Sealing.Steps;

namespace Filecoin.Sealing.PreCommit;

/// <summary>PreCommit1: the labels of all layers, written as layer files.</summary>
public static class PreCommit1
{
    /// <summary>
    /// Labels every layer that <paramref name="log"/> does not hold as finished with an intact file. Blocks the calling thread; allocates
    /// two layers of native memory; with <see cref="SealJob.LabelCores"/> a few MiB more, and a window of parents for each look-ahead thread.
    /// Each finished layer is on disk before it is recorded, and looked at before it is written: a sample of its labels is made again by the
    /// plain kernel (<see cref="LabelSample"/>), and the layer it was made from has to be in memory what it was when it was written. A layer
    /// that is found wrong is labelled again from the file of the one before; <see cref="SealJob.Notice"/> is told.
    /// </summary>
    /// <param name="job">What and where.</param>
    /// <param name="parents">The verified parent cache of the job's seal proof.</param>
    /// <param name="log">Finished steps.</param>
    /// <param name="progress">Told how far the work is; may be null.</param>
    /// <param name="cancellation">Stops the work within a second; finished layers stay recorded.</param>
    /// <param name="lastLayer">Shown the last layer as it is made, until it is on disk; null if nobody looks.</param>
    /// <exception cref="OperatorException">Storage failed, memory was refused, or layers came out wrong again and again (Hardware).</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static void Run(
        SealJob job,
        ParentCache parents,
        IStepLog log,
        IProgress<SealProgress>? progress,
        CancellationToken cancellation,
        LayerWatermark? lastLayer = null)
    {
        ArgumentNullException.ThrowIfNull(job);
        Run(job, LabelKernels.OfOne.Create(job.LabelKernel), parents, log, progress, lastLayer, null, cancellation);
    }

    /// <summary>As the other, with a given kernel and source of draws.</summary>
    internal static void Run(
        SealJob job,
        LabelKernel kernel,
        ParentCache parents,
        IStepLog log,
        IProgress<SealProgress>? progress,
        LayerWatermark? lastLayer,
        Random? random,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(parents);
        ArgumentNullException.ThrowIfNull(log);
        if (parents.Porep != job.Inputs.Porep)
        {
            throw new ArgumentException("the parent cache belongs to another seal proof", nameof(parents));
        }

        // Once the trees are recorded the layers have served, and PreCommit2 may have removed them.
        if (PreCommit2.HasTrees(job, log))
        {
            return;
        }

        using Labeler labeler = new(job, kernel, parents, new LabelCheck(parents, random), log, progress, lastLayer, cancellation);
        labeler.Run();
    }

    private sealed class Labeler(
        SealJob job,
        LabelKernel kernel,
        ParentCache parents,
        LabelCheck check,
        IStepLog log,
        IProgress<SealProgress>? progress,
        LayerWatermark? lastLayer,
        CancellationToken cancellation) : IDisposable
    {
        private readonly PorepParameters _porep = job.Inputs.Porep;
        private readonly RecordedLayers _layers = new(job, log);
        private readonly LayerDoubts _doubts = new(job);
        private NativeBuffer? _current;
        private NativeBuffer? _previous;
        private LabelRing? _ring;

        /// <summary>Shown the last layer; null if nobody looks, or no more.</summary>
        private LayerWatermark? _followed = lastLayer;

        /// <summary>The layer <see cref="_previous"/> holds; 0 for none.</summary>
        private int _layerInMemory;

        /// <summary>The writing of <see cref="_previous"/>, which goes on while the next layer is labelled from it.</summary>
        private Task? _writing;

        /// <summary>The comparison of <see cref="_previous"/> with what was recorded of it, which begins when nearly all was made from it.</summary>
        private Task<LayerChange?>? _comparing;

        /// <summary>Whether labelling has stopped until the writing is done; only then is writing worth reporting.</summary>
        private volatile bool _waiting;

        public void Run()
        {
            for (int layer = 1; layer <= _porep.Layers; layer++)
            {
                if (_layers.IsFinished(layer))
                {
                    continue;
                }

                if (layer > 1 && _layerInMemory != layer - 1 && !TryLoad(layer - 1))
                {
                    // The layer before is not what was recorded: it is labelled again, and so is whatever it needs.
                    _layers.Forget(layer - 1);
                    layer -= 2;
                    continue;
                }

                // The layer before is in memory and perhaps still on its way to disk; its memory is only overwritten two layers on.
                Label(layer);
                FinishWriting();
                if (DoubtAbout(layer) is { } doubt)
                {
                    Distrust(layer, doubt);
                    layer--;
                    continue;
                }

                (_current, _previous) = (_previous, _current);
                _layerInMemory = layer;
                _writing = StartWriting(layer, _previous!);
            }

            FinishWriting();
            _followed?.Finish();
        }

        public void Dispose()
        {
            _followed?.Dispose();

            // Whatever ended the run, nobody may write from memory that is gone.
            ((IAsyncResult?)_writing)?.AsyncWaitHandle.WaitOne();
            _ = _writing?.Exception;
            ((IAsyncResult?)_comparing)?.AsyncWaitHandle.WaitOne();
            _ = _comparing?.Exception;
            _current?.Dispose();
            _previous?.Dispose();
            _ring?.Dispose();
        }

        private NativeBuffer Current => _current ??= new NativeBuffer(_porep.SectorSize.Bytes);

        private unsafe LabelRun RunOf(int layer) =>
            new([job.Inputs.ReplicaId.Value], layer, Current.Pointer, layer == 1 ? null : _previous!.Pointer) { FirstNode = 0, Count = _porep.Nodes };

        private bool TryLoad(int layer)
        {
            _previous ??= new NativeBuffer(_porep.SectorSize.Bytes);
            _layerInMemory = 0;
            SealProgressCounter counter = new(progress, SealPhase.LoadLayer, layer, _porep.Layers, _porep.Nodes);
            bool intact = _layers.Recorded(layer) is { } digest
                && LayerFile.TryLoad(
                    job.Files, _layers.PathOf(layer), digest, _previous, job.LayerThreads, counter.Add, cancellation);
            _layerInMemory = intact ? layer : 0;
            return intact;
        }

        private unsafe void Label(int layer)
        {
            SealProgressCounter counter = new(progress, SealPhase.Label, layer, _porep.Layers, _porep.Nodes);
            LabelRun run = RunOf(layer);
            long comparesAt = layer == 1 ? long.MaxValue : LayerChange.ComparesAt(run.Count);
            long soFar = 0;
            Action<long> made = counter.Add;
            made += nodes =>
            {
                soFar += nodes;
                if (soFar >= comparesAt)
                {
                    comparesAt = long.MaxValue;
                    _comparing = Compare(layer - 1, _previous!, _writing ?? Task.CompletedTask);
                }
            };
            if (layer == _porep.Layers && _followed is not null)
            {
                _followed.Begin(Current);
                made += _followed.Advance;
            }

            if (job.LabelCores is { LookAhead.IsEmpty: false } cores)
            {
                _ring ??= new LabelRing();
                new LookAheadLabeler(kernel, _ring, cores).Label(run, () => parents.CreateReader(0), made, cancellation);
                return;
            }

            using ThreadPin pin = new(job.LabelCores?.Hasher);
            using ParentReader reader = parents.CreateReader(0);
            for (long node = 0; node < run.Count;)
            {
                cancellation.ThrowIfCancellationRequested();
                ReadOnlySpan<uint> block = reader.ReadBlock();
                int count = block.Length / LabelMessage.Degree;
                fixed (uint* parentsOfBlock = block)
                {
                    kernel.Label(run.Part(node, count), parentsOfBlock);
                }

                node += count;
                made(count);
            }
        }

        /// <summary>What speaks against a layer that has been made; null for nothing.</summary>
        private string? DoubtAbout(int layer)
        {
            Task<LayerChange?>? comparing = _comparing;
            _comparing = null;
            if (comparing?.GetAwaiter().GetResult() is { } change)
            {
                return $"{change}";
            }

            LayersInMemory layers = new(kernel, RunOf(layer));
            return check.Find(layers, cancellation)[0] is { } wrong ? $"{wrong}; {check.CauseOf(layers, 0, wrong)}" : null;
        }

        /// <summary>Whatever is in memory may be what is wrong: the layer is made again from the file of the one before.</summary>
        private void Distrust(int layer, string doubt)
        {
            _layerInMemory = 0;
            if (layer == _porep.Layers)
            {
                _followed?.Abandon();
                _followed = null;
            }

            _doubts.Add(layer, doubt);
        }

        private Task<LayerChange?> Compare(int layer, NativeBuffer labels, Task written) => Task.Run(async () =>
        {
            await written.ConfigureAwait(false);
            return _layers.FileOf(layer) is { } file
                ? LayerChange.Of(layer, LayerFile.Differing(job.Files, file.Path, file.Recorded, labels, job.LayerThreads, cancellation))
                : null;
        });

        private void Write(int layer, NativeBuffer labels)
        {
            SealProgressCounter counter = new(progress, SealPhase.WriteLayer, layer, _porep.Layers, _porep.Nodes, () => _waiting);
            FileDigest digest = LayerFile.Write(job.Files, _layers.PathOf(layer), labels, job.LayerThreads, counter.Add, cancellation);
            _layers.Record(layer, digest);
        }

        private Task StartWriting(int layer, NativeBuffer labels) => Task.Run(() => Write(layer, labels), CancellationToken.None);

        private void FinishWriting()
        {
            _waiting = true;
            _writing?.GetAwaiter().GetResult();
            _waiting = false;
            _writing = null;
        }
    }
}
