using System.Buffers;
using System.Security.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Steps;

namespace Filecoin.Sealing.Proofs.Synthetic;

/// <summary>Where layers and trees of a sector stand that synthetic proofs are made of.</summary>
/// <param name="CacheFolder">The folder of layers, tree_c and tree_d.</param>
/// <param name="Replica">The sealed file.</param>
public sealed record StandingLayers(string CacheFolder, string Replica);

/// <summary>
/// Makes syn-porep-vanilla-proofs.dat of a sector whose layers and trees are there: all synthetic challenges opened, so that Commit 1 needs
/// nothing else, whatever the seed chooses (FIP-0059). Every opening is checked as Commit 1 would before it is written, and read back.
/// </summary>
public static class SyntheticProofs
{
    /// <summary>Name of the step.</summary>
    public static SealStep Step => new(StepKind.SyntheticProofs);

    /// <summary>About what one thread makes before it asks for its core again, and writes at once.</summary>
    private const int ChunkBytes = 1 << 20;

    /// <summary>Memory for making them, in bytes.</summary>
    /// <param name="porep">The seal proof.</param>
    /// <param name="threads">Threads.</param>
    public static long MemoryFor(PorepParameters porep, int threads)
    {
        ArgumentNullException.ThrowIfNull(porep);
        SyntheticForm form = SyntheticForm.Of(porep);
        long nodes = Math.Min(porep.Nodes, (long)form.Proofs * (1 + StackedGraph.Degree));

        // Beside the labels: the nodes' numbers while they are sorted, and for each thread a stretch of a layer and a chunk of proofs.
        return GatheredLabels.BytesFor(nodes, porep.Layers) + (nodes * 2 * sizeof(uint)) + ((long)threads * 4 * (ChunkBytes + form.ProofBytes));
    }

    /// <summary>
    /// Writes the file into the cache folder, unless <paramref name="log"/> has it. It appears whole, flushed and read back, or not at all.
    /// </summary>
    /// <param name="job">The sector, as PreCommit2 finished it with <see cref="SealJob.KeepAll"/>; or tree_r_last of it at least.</param>
    /// <param name="made">What it commits to.</param>
    /// <param name="log">Finished steps.</param>
    /// <param name="cores">Cores to use.</param>
    /// <param name="progress">Told how far the work is; may be null.</param>
    /// <param name="cancellation">Stops the work within a second; nothing is left then.</param>
    /// <param name="standing">Where layers and replica are, if not the job's: they are only read.</param>
    /// <exception cref="DamagedLayerException">Layers or trees are not there, cannot be read, or are not what they were when they were built.</exception>
    /// <exception cref="OperatorException">Storage: something cannot be read or written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static void Make(
        SealJob job,
        SealedCommitments made,
        IStepLog log,
        ITreeCores cores,
        IProgress<SealProgress>? progress,
        CancellationToken cancellation,
        StandingLayers? standing = null)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(made);
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(cores);
        string path = Path.Combine(job.CacheFolder, CacheNames.SyntheticProofs);
        if (log.TryGet(Step, out FileDigest recorded) && FileLook.Through(path).IsFileOf(recorded.Length)
            && SegmentDigests.OfFile(job.Files, path, cancellation: cancellation) == recorded)
        {
            return;
        }

        standing ??= new StandingLayers(job.CacheFolder, job.SealedFile);
        RefuseMissing(job, standing);
        PorepParameters porep = job.Inputs.Porep;
        uint[] challenges = new PorepChallenges(porep, PorepVariant.Synthetic, job.Inputs.ReplicaId, made.CommR, default).SyntheticSet();
        using PaddedFile replica = new(standing.Replica, porep.SectorSize, job.Files);
        using GatheredLabels labels = Reading(() => GatheredLabels.Read(
            standing.CacheFolder,
            job.Files,
            porep,
            WithParents(porep, challenges),
            cores,
            new SealProgressCounter(progress, SealPhase.GatherLabels, 1, 1, porep.Nodes * porep.Layers),
            cancellation));
        using PorepVanillaProver prover = Reading(() => new PorepVanillaProver(job, standing.CacheFolder, replica, labels));
        Write(job, made, prover, challenges, path, cores, new SealProgressCounter(progress, SealPhase.SyntheticProofs, 1, 1, challenges.Length), cancellation);
        log.Record(Step, SegmentDigests.OfFile(job.Files, path, cancellation: cancellation));
    }

    /// <summary>Deletes what is needed for nothing once the file is there: layers, tree_c and tree_d. What is gone already is fine.</summary>
    /// <param name="job">The sector.</param>
    public static void DeleteWhatTheyReplace(SealJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        PorepParameters porep = job.Inputs.Porep;
        foreach (string name in CacheNames.All(porep).Except(CacheNames.Finalized(porep)))
        {
            string path = Path.Combine(job.CacheFolder, name);
            StorageFailure.Naming(path, "deleting", () => job.Files.DeleteFile(path));
        }

        job.Files.SyncFolder(job.CacheFolder);
    }

    private static void Write(
        SealJob job,
        SealedCommitments made,
        PorepVanillaProver prover,
        uint[] challenges,
        string path,
        ITreeCores cores,
        SealProgressCounter progress,
        CancellationToken cancellation)
    {
        SyntheticForm form = SyntheticForm.Of(job.Inputs.Porep);
        PorepVanillaVerifier verifier = new(job.Inputs, made.CommC, made.CommRLast, job.PoseidonKernel);
        int perChunk = Math.Max(1, ChunkBytes / form.ProofBytes);
        byte[][] digests = new byte[(challenges.Length + perChunk - 1) / perChunk][];
        using DurableFile file = DurableFile.Create(job.Files, path, form.FileLength);
        byte[] head = [.. made.CommD.Value.Span, .. made.CommC.Span, .. made.CommRLast.Span];
        file.WriteAt(0, head);
        Run.InOrder(digests.Length, cores, "synthetic proofs", WriteChunk, cancellation);
        file.Publish();
        ReadBack();

        void WriteChunk(int chunk) => WithBuffer(chunk, (first, bytes) =>
        {
            for (int i = 0; i * form.ProofBytes < bytes.Length; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                uint node = challenges[first + i];
                PorepVanillaProof proof = Reading(() => prover.Prove(node));
                if (verifier.Check(proof, node) is { } fault)
                {
                    throw new DamagedLayerException($"layers and trees in {prover.Source} do not fit together any more: {fault.Sentence}", CheckMachine);
                }

                SyntheticForm.Write(proof, bytes.Slice(i * form.ProofBytes, form.ProofBytes));
                progress.Add(1);
            }

            digests[chunk] = SHA256.HashData(bytes);
            file.WriteAt(form.OffsetOf(first), bytes);
        });

        void ReadBack()
        {
            using IOpenFile written = job.Files.OpenToRead(path, inOrder: true);
            Run.InOrder(digests.Length, cores, "synthetic proofs", chunk => WithBuffer(chunk, (first, bytes) =>
            {
                ExactRead.At(written, form.OffsetOf(first), bytes, path);
                if (!SHA256.HashData(bytes).AsSpan().SequenceEqual(digests[chunk]))
                {
                    throw new OperatorException(FailureKind.Storage, $"what was written to {path} is read back as something else", CheckMachine);
                }
            }), cancellation);
        }

        void WithBuffer(int chunk, UseBytes use)
        {
            int first = chunk * perChunk;
            int bytes = Math.Min(perChunk, challenges.Length - first) * form.ProofBytes;
            byte[] buffer = ArrayPool<byte>.Shared.Rent(bytes);
            try
            {
                use(first, buffer.AsSpan(0, bytes));
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    private const string CheckMachine = "Check disk and memory of this machine (dmesg, smartctl, memtest), then run the same command again.";

    /// <summary>What cannot be read has to be made again, as what is damaged.</summary>
    private static T Reading<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (OperatorException failure) when (failure.Kind == FailureKind.Storage)
        {
            throw new DamagedLayerException(failure.Message, failure.Hint);
        }
    }

    /// <summary>An interrupted run deletes layers and trees only when the file is recorded; if that was lost since, they have to be made again.</summary>
    private static void RefuseMissing(SealJob job, StandingLayers standing)
    {
        if (CacheNames.All(job.Inputs.Porep).Except(CacheNames.Finalized(job.Inputs.Porep))
            .FirstOrDefault(name => FileLook.Through(Path.Combine(standing.CacheFolder, name)).Kind != FileKind.File) is { } missing)
        {
            throw new DamagedLayerException(
                $"{CacheNames.SyntheticProofs} of {job.Inputs.Sector} is to be made again, and {missing}, which it is made from, is not there", CheckMachine);
        }
    }

    /// <summary>The challenges and all their parents, each once, in order.</summary>
    private static uint[] WithParents(PorepParameters porep, uint[] challenges)
    {
        StackedGraph graph = new(porep);
        uint[] nodes = new uint[challenges.Length * (1 + StackedGraph.Degree)];
        System.Threading.Tasks.Parallel.For(0, challenges.Length, i =>
        {
            Span<uint> own = nodes.AsSpan(i * (1 + StackedGraph.Degree), 1 + StackedGraph.Degree);
            own[0] = challenges[i];
            graph.Parents(challenges[i], own[1..]);
        });
        Array.Sort(nodes);
        int distinct = 0;
        for (int i = 0; i < nodes.Length; i++)
        {
            if (i == 0 || nodes[i] != nodes[i - 1])
            {
                nodes[distinct++] = nodes[i];
            }
        }

        return nodes[..distinct];
    }

    private delegate void UseBytes(int first, Span<byte> bytes);
}
