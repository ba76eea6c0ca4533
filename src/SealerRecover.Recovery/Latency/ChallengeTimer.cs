using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Proofs;
using Filecoin.Sealing.Steps;

namespace SealerRecover.Recovery.Latency;

/// <summary>
/// Times what a window PoSt reads of a sector: p_aux and the roots of tree_r_last, then for one challenge after the other the replica's stretch
/// and the nodes above it. Nothing is computed, and nothing is read side by side, so that the times are those of the disk and not of a queue.
/// </summary>
/// <param name="files">Opens files.</param>
/// <param name="time">The clock.</param>
internal sealed class ChallengeTimer(IFileSystem files, TimeProvider time)
{
    private readonly ReadTimer _timer = new(time);

    /// <summary>Reads, and says what it took; nothing more where a file cannot be read, which who proves the sector finds out and says.</summary>
    /// <param name="sector">The sector's files.</param>
    /// <param name="porep">Size and shape.</param>
    /// <param name="rowsToDiscard">Rows that tree_r_last files lack, as asked for; null for the default.</param>
    /// <param name="challenges">The challenged nodes.</param>
    /// <param name="progress">Told how many challenges are done, as of <see cref="SealPhase.TimeReads"/>; may be null.</param>
    /// <param name="cancellation">Stops between two readings.</param>
    public IReadOnlyList<ReadStep> Time(
        ReplicaFiles sector,
        PorepParameters porep,
        int? rowsToDiscard,
        IReadOnlyList<long> challenges,
        IProgress<SealProgress>? progress,
        CancellationToken cancellation)
    {
        SealProgressCounter counter = new(progress, SealPhase.TimeReads, 1, 1, challenges.Count);
        Dictionary<string, IOpenFile> open = new(StringComparer.Ordinal);
        List<ReadStep> steps = [];
        try
        {
            steps.Add(Step(null, ChallengeReads.BeforeAll(sector, porep, rowsToDiscard), open, cancellation));
            foreach (long node in challenges)
            {
                steps.Add(Step(node, ChallengeReads.Of(sector, porep, rowsToDiscard, node), open, cancellation));
                counter.Add(1);
            }
        }
        catch (Exception failure) when (StorageFailure.Is(failure))
        {
            // The proof reads the same stretches and says which of them cannot be read, and what follows from that.
        }
        finally
        {
            foreach (IOpenFile file in open.Values)
            {
                file.Dispose();
            }
        }

        return steps;
    }

    private ReadStep Step(long? node, IReadOnlyList<FileStretch> stretches, Dictionary<string, IOpenFile> open, CancellationToken cancellation)
    {
        // Before the first is read: what the system forgets may span several of them.
        Dictionary<string, TimeSpan> opening = new(StringComparer.Ordinal);
        foreach (FileStretch stretch in stretches)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!open.TryGetValue(stretch.Path, out IOpenFile? file))
            {
                long started = _timer.Now;
                open[stretch.Path] = file = files.OpenToRead(stretch.Path);
                opening[stretch.Path] = time.GetElapsedTime(started);
            }

            file.Forget(stretch.Offset, stretch.Length);
        }

        List<TimedRead> reads = [];
        Dictionary<string, bool?> asked = new(StringComparer.Ordinal);
        foreach (FileStretch stretch in stretches)
        {
            cancellation.ThrowIfCancellationRequested();
            TimedRead read = _timer.Read(open[stretch.Path], stretch.Path, stretch.Offset, new byte[stretch.Length], _timer.Now);

            // The disk brings along what lies near, and rows of a tree lie the nearer the higher they are: what is in memory since the first
            // reading of this challenge came from the disk with it, as it does for a prover.
            asked.TryAdd(stretch.Path, read.FromMemory);
            reads.Add(read with
            {
                Took = read.Took + (opening.Remove(stretch.Path, out TimeSpan first) ? first : TimeSpan.Zero),
                FromMemory = asked[stretch.Path],
            });
        }

        return new ReadStep(node, reads);
    }
}
