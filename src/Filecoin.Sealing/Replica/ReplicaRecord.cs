using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Steps;
using Filecoin.Sealing.Trees;

namespace Filecoin.Sealing.Replica;

/// <summary>
/// What the step log holds of a replica that was encoded (other than one of zeros, which is the last layer): a digest of the part under each
/// base tree, as if it were a file, so that a stopped run goes on base tree by base tree.
/// </summary>
public static class ReplicaRecord
{
    /// <summary>Whether the log knows of such a replica.</summary>
    public static bool IsIn(IStepLog log, StepsOf steps)
    {
        ArgumentNullException.ThrowIfNull(log);
        return log.TryGet(Part(steps, 0), out _);
    }

    /// <summary>Reads a finished replica once and compares it with what was recorded while it was written.</summary>
    /// <param name="files">Opens it.</param>
    /// <param name="path">The replica.</param>
    /// <param name="log">The log.</param>
    /// <param name="steps">What the replica is of: Sealing, Update or Key.</param>
    /// <param name="porep">Its shape.</param>
    /// <param name="read">Told the bytes of each part; may be null.</param>
    /// <param name="cancellation">Stops between parts.</param>
    /// <returns>The digest of the whole file; null if it is not what was recorded.</returns>
    /// <exception cref="OperatorException">Storage: the file cannot be read.</exception>
    public static FileDigest? DigestIfIntact(
        IFileSystem files,
        string path,
        IStepLog log,
        StepsOf steps,
        PorepParameters porep,
        IProgress<long>? read,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(porep);
        long treeBytes = BaseTreeLayout.For(porep).Leaves * SectorSize.NodeBytes;
        SegmentDigests whole = new(porep.SectorSize.Bytes);
        return StorageFailure.Naming(path, "reading", () =>
        {
            using IOpenFile file = files.OpenToRead(path, inOrder: true);
            if (file.Length != whole.FileLength)
            {
                return null;
            }

            byte[] buffer = new byte[Math.Min(SegmentDigests.SegmentBytes, treeBytes)];
            for (int tree = 0; tree < porep.Shape.BaseTrees; tree++)
            {
                SegmentDigests part = new(treeBytes);
                for (int i = 0; i < part.Segments; i++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    long offset = (tree * treeBytes) + ((long)i * SegmentDigests.SegmentBytes);
                    ExactRead.At(file, offset, buffer, path);
                    part.Set(i, buffer);
                    if (buffer.Length == SegmentDigests.SegmentBytes)
                    {
                        whole.Set((int)(offset / SegmentDigests.SegmentBytes), part, i);
                    }

                    read?.Report(buffer.Length);
                }

                if (!log.TryGet(Part(steps, tree), out FileDigest recorded) || recorded != part.ToFileDigest())
                {
                    return (FileDigest?)null;
                }
            }

            // Base trees shorter than a segment share one; then the file is a few KiB.
            return buffer.Length == SegmentDigests.SegmentBytes ? whole.ToFileDigest() : SegmentDigests.OfFile(files, path, null, cancellation);
        });
    }

    /// <summary>The part of a replica under a base tree is written; its digest.</summary>
    internal static SealStep Part(StepsOf steps, int tree) => new(StepKind.ReplicaPart, steps, tree);

    /// <summary>The data under a base tree has been read; on record is its root.</summary>
    internal static SealStep DataRoot(StepsOf steps, int tree) => new(StepKind.DataRoot, steps, tree);
}
