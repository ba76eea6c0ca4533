using Filecoin.Cryptography.Kernels.Sha256;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Steps;
using Filecoin.Sealing.Unsealed;
using Filecoin.Sealing.Update;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.PieceSources;
using RawData = Filecoin.Sealing.Unsealed.Unsealing;

namespace SealerRecover.Recovery.Unsealing;

/// <summary>Data of a sector on its way into a file of raw bytes, which appears only if it is what its commitment says, where one is known.</summary>
/// <param name="files">Changes files.</param>
/// <param name="events">Told how far it is.</param>
internal sealed class RawOutput(IFileSystem files, EventSink events)
{
    /// <summary>Writes it out of the copy that needs no key, or with a key that stands in a file.</summary>
    /// <param name="plan">What comes out of what; its key is not made again.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>The file.</returns>
    /// <exception cref="OperatorException">Storage failed, or the data is not what its commitment says.</exception>
    public string Write(UnsealPlan plan, CancellationToken cancellation)
    {
        UnsealRequest request = plan.Request;
        if (plan.Key == KeyOrigin.None)
        {
            using UnsealedFile copy = UnsealedFile.Open(request.UnsealedFile!, request.Facts.SealProof.SectorSize);
            return Write(copy, plan, cancellation);
        }

        return Write(
            plan.Key == KeyOrigin.SealedFile ? request.SealedFile! : LabelKey.LayerIn(request.CacheFolder!, request.Facts.SealProof.Porep), plan, cancellation);
    }

    /// <summary>The same with the key that stands in <paramref name="keyFile"/>.</summary>
    /// <exception cref="OperatorException">As for the other.</exception>
    public string Write(string keyFile, UnsealPlan plan, CancellationToken cancellation)
    {
        UnsealRequest request = plan.Request;
        SectorSize size = request.Facts.SealProof.SectorSize;
        using PaddedFile replica = new((request.UpdateFile ?? request.SealedFile)!, size);
        using PaddedFile key = new(keyFile, size);
        ISectorData data = request.UpdateFile is null
            ? RawData.Decode(replica, key)
            : SectorUpdate.Decode(replica, key, UnsealFiles.UpdatedWith(request, cancellation), request.Facts.SealedCid);
        return Write(data, plan, cancellation);
    }

    /// <summary>One attempt at something that is wanted. What cannot be written is not tried again out of something else.</summary>
    /// <returns>Whether it came out.</returns>
    public bool TryWrite(WantedWork wanted, UnsealPlan way, Func<string> write)
    {
        try
        {
            wanted.Done(way, StorageFailure.Explain(way.Request.From, write));
            return true;
        }
        catch (OperatorException failure) when (failure is OutputFailedException || failure.Kind == FailureKind.TargetExists)
        {
            wanted.Fail(failure);
        }
        catch (OperatorException failure)
        {
            if (wanted.Drop(way, failure))
            {
                events.Notice(WantedWork.SectorOf(way), $"{wanted.Wanted.Name} does not come out of {way.Request.From}, so it is taken elsewhere: {failure.Message}");
            }
        }

        return false;
    }

    private string Write(ISectorData data, UnsealPlan plan, CancellationToken cancellation)
    {
        UnsealRequest request = plan.Request;
        UnsealRange range = request.Range;
        SectorSink sink = events.Of(request.Facts.Sector);
        SealProgressCounter written = new(sink, SealPhase.Unseal, 1, 1, range.RawLength);
        foreach (UnsealRange around in request.Within)
        {
            using RawStream content = new(data, around, request.How.Threads, cancellation);
            PieceInfo found = Commitment(content, around.RawLength, around.Piece!.Value, request.From, request, sink, cancellation);
            if (found != around.Piece)
            {
                throw UnsealFiles.Wrong(request, plan, around.Piece.Value, found);
            }
        }

        string output = request.NamesCars && IsCar(data, range, cancellation) ? request.Output + CarHeader.Extension : request.Output;
        NewRawFile.Write(files, output, WriteContent, Check);
        return output;

        void WriteContent(Stream content) => RawData.WriteRaw(data, range.RawOffset, range.RawLength, content, request.How.Threads, written, cancellation);

        void Check(Stream content)
        {
            if (range.Piece is not { } expected)
            {
                return;
            }

            PieceInfo found = Commitment(content, range.RawLength, expected, output, request, sink, cancellation);
            if (found != expected)
            {
                throw UnsealFiles.Wrong(request, plan, expected, found);
            }
        }
    }

    /// <summary>The commitment of what a stream holds, extended with zeros to the size of a piece.</summary>
    public static PieceInfo Commitment(
        Stream content, long length, PieceInfo expected, string path, UnsealRequest request, SectorSink sink, CancellationToken cancellation)
    {
        using WatchedStream watched = new(
            content, length, path, (done, total) => sink.Report(new SealProgress(SealPhase.HashPiece, 1, 1, done, total)));
        return PieceCommitment.Compute(watched, expected.PaddedSize, TwoToOneHash.Create(request.How.Kernels.TwoToOne), request.How.Threads, cancellation);
    }

    private static bool IsCar(ISectorData data, UnsealRange range, CancellationToken cancellation)
    {
        using MemoryStream start = new();
        RawData.WriteRaw(data, range.RawOffset, Math.Min(range.RawLength, CarHeader.MostBytes), start, threads: 1, written: null, cancellation);
        return CarHeader.Begins(start.ToArray());
    }
}
