using Filecoin.Chain.Transport;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Steps;
using SealerRecover.Recovery.Install;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Transfer;

/// <summary>
/// A sector's files on the shelf of another machine. What an earlier try left of one is gone on with; whether all of it is what was made is decided
/// by the digest of what is written here, and by nothing that was believed before.
/// </summary>
/// <param name="shelf">The other machine's.</param>
/// <param name="sector">The sector.</param>
/// <param name="files">This machine's disk.</param>
internal sealed class RemoteSource(RemoteShelf shelf, SectorId sector, IFileSystem files) : IInstallSource
{
    /// <summary>Tries in a row that brought nothing.</summary>
    private const int MostTries = 5;

    /// <summary>Before the second try; doubles each time.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public string Where(ManifestFile file) => shelf.AddressOf(sector, file.Name).ToString();

    /// <inheritdoc/>
    public void Bring(ManifestFile file, string to, string temporary, SealProgressCounter progress, CancellationToken cancellation)
    {
        try
        {
            Fetch(file, temporary, progress, cancellation);
        }
        catch (ResultGoneException)
        {
            files.TryDelete(temporary);
            throw;
        }

        files.Move(temporary, to);
    }

    private void Fetch(ManifestFile file, string temporary, SealProgressCounter progress, CancellationToken cancellation)
    {
        long left = FileLook.At(temporary) is { Kind: FileKind.File, Length: var length } && length <= file.Length ? length : 0;
        bool isRight = file.Matches(Fetch(file, temporary, left, progress, cancellation));

        // What was left may be of another file, or torn by a power cut.
        isRight = isRight || (left > 0 && file.Matches(Fetch(file, temporary, 0, progress, cancellation)));
        if (!isRight)
        {
            throw new ResultGoneException($"{Where(file)} is not what was recorded when it was made");
        }
    }

    /// <summary>Reads again what is there of it, and fetches the rest.</summary>
    private FileDigest Fetch(ManifestFile file, string to, long there, SealProgressCounter progress, CancellationToken cancellation)
    {
        SegmentDigests digests = new(file.Length);
        byte[] segment = new byte[(int)Math.Clamp(file.Length, 1, SegmentDigests.SegmentBytes)];
        using IOpenFile target = there > 0 ? files.OpenToChange(to) : files.Create(to, file.Length);
        int next = 0;
        for (; next < digests.Segments && Start(next) + digests.LengthOf(next) <= there; next++)
        {
            cancellation.ThrowIfCancellationRequested();
            Memory<byte> part = segment.AsMemory(0, digests.LengthOf(next));
            ExactRead.At(target, Start(next), part.Span, to);
            Took(part);
        }

        for (int tries = 0; next < digests.Segments;)
        {
            int before = next;
            try
            {
                using RemoteBody body = shelf.Open(sector, file.Name, Start(next), file.Length, cancellation);
                for (; next < digests.Segments; next++)
                {
                    Memory<byte> part = segment.AsMemory(0, digests.LengthOf(next));
                    if (body.Read(part) < part.Length)
                    {
                        throw TransportException.Of(new IOException("it ended"), inBody: true);
                    }

                    target.Write(Start(next), part.Span);
                    Took(part);
                }
            }
            catch (TransportException lost)
            {
                tries = next > before ? 1 : tries + 1;
                if (tries == MostTries || !lost.MayPass)
                {
                    throw Trouble(Where(file), lost);
                }

                if (cancellation.WaitHandle.WaitOne(FirstPause * (1 << (tries - 1))))
                {
                    throw new OperationCanceledException(cancellation);
                }
            }
        }

        target.Flush();
        return digests.ToFileDigest();

        void Took(ReadOnlyMemory<byte> part)
        {
            digests.Set(next, part.Span);
            progress.Add(part.Length);
        }
    }

    /// <summary>What to say of a machine that cannot be asked.</summary>
    public static OperatorException Trouble(string where, TransportException lost) => new(
        FailureKind.NodeUnreachable, $"{where}: {lost.Message}", lost.Hint ?? "see whether that machine works and can be reached from this one; it is asked again.", lost);

    private static long Start(int segment) => (long)segment * SegmentDigests.SegmentBytes;
}
