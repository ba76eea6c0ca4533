using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Labeling;
using Filecoin.Sealing.Labeling.Ring;
using Filecoin.Sealing.Memory;

namespace Filecoin.Sealing;

/// <summary>PreCommit1: the labels of all layers, written as layer files.</summary>
public static class PreCommit1
{
    /// <summary>
    /// Labels every layer that <paramref name="log"/> does not hold as finished with an intact file. Blocks the calling thread; allocates
    /// two layers of native memory; with <see cref="SealJob.LabelCores"/> a few MiB more, and a window of parents for each look-ahead thread.
    /// Each finished layer is on disk before it is recorded.
    /// </summary>
    /// <param name="job">What and where.</param>
    /// <param name="parents">The verified parent cache of the job's seal proof.</param>
    /// <param name="log">Finished steps.</param>
    /// <param name="progress">Told how far the work is; may be null.</param>
    /// <param name="cancellation">Stops the work within a second; finished layers stay recorded.</param>
    /// <param name="lastLayer">Shown the last layer as it is made, until it is on disk; null if nobody looks.</param>
    /// <exception cref="OperatorException">Storage failed or memory was refused.</exception>
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

        using Labeler labeler = new(job, parents, log, progress, lastLayer, cancellation);
        labeler.Run();
    }

    private sealed class Labeler(
        SealJob job,
        ParentCache parents,
        IStepLog log,
        IProgress<SealProgress>? progress,
        LayerWatermark? lastLayer,
        CancellationToken cancellation) : IDisposable
    {
        private readonly PorepParameters _porep = job.Inputs.Porep;
        private readonly RecordedLayers _layers = new(job, log);
        private readonly LabelKernel _kernel = LabelKernel.Create(job.LabelKernel);
        private NativeBuffer? _current;
        private NativeBuffer? _previous;
        private LabelRing? _ring;

        /// <summary>The layer <see cref="_previous"/> holds; 0 for none.</summary>
        private int _layerInMemory;

        /// <summary>The writing of <see cref="_previous"/>, which goes on while the next layer is labelled from it.</summary>
        private Task? _writing;

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
                (_current, _previous) = (_previous, _current);
                _layerInMemory = layer;
                _writing = StartWriting(layer, _previous!);
            }

            FinishWriting();
            lastLayer?.Finish();
        }

        public void Dispose()
        {
            lastLayer?.Dispose();

            // Whatever ended the run, nobody may write from memory that is gone.
            ((IAsyncResult?)_writing)?.AsyncWaitHandle.WaitOne();
            _ = _writing?.Exception;
            _current?.Dispose();
            _previous?.Dispose();
            _ring?.Dispose();
        }

        private NativeBuffer Current => _current ??= new NativeBuffer(_porep.SectorSize.Bytes);

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
            LayerRun run = new(
                job.Inputs.ReplicaId.Value, layer, 0, _porep.Nodes, Current.Pointer, layer == 1 ? null : _previous!.Pointer);
            Action<long> made = counter.Add;
            if (layer == _porep.Layers && lastLayer is not null)
            {
                lastLayer.Begin(Current);
                made += lastLayer.Advance;
            }

            if (job.LabelCores is { LookAhead.IsEmpty: false } cores)
            {
                _ring ??= new LabelRing();
                new LookAheadLabeler(_kernel, _ring, cores).Label(run, () => parents.CreateReader(0), made, cancellation);
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
                    _kernel.Label(run.Part(node, count), parentsOfBlock, run.Current, run.Previous);
                }

                node += count;
                made(count);
            }
        }

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
