using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Events;

namespace SealerRecover.Recovery.Unsealing;

/// <summary>Files that an earlier run wrote: a piece is read, and not made again if it is what its commitment says.</summary>
internal static class StandingPiece
{
    /// <summary>The file that stands where something is to go; null where none does.</summary>
    /// <param name="request">What it has to be. A stretch that no commitment is known of is told by its length alone: files appear whole or not at all.</param>
    /// <param name="events">Told how far it is.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="OperatorException">TargetExists: it is something else. Storage: it cannot be read.</exception>
    public static string? Find(UnsealRequest request, EventSink events, CancellationToken cancellation)
    {
        string[] names = request.NamesCars ? [request.Output + CarHeader.Extension, request.Output] : [request.Output];
        return StorageFailure.Explain($"looking at {request.Output}", () => names.FirstOrDefault(name => IsThere(name, request, events, cancellation)));
    }

    private static bool IsThere(string path, UnsealRequest request, EventSink events, CancellationToken cancellation)
    {
        if (FileLook.At(path).Kind == FileKind.Missing)
        {
            return false;
        }

        long length = request.Range.RawLength;
        FileLook look = FileLook.Through(path);
        if (look.Kind != FileKind.File || look.Length != length)
        {
            throw Other(path, look.Kind == FileKind.File ? $"it is {look.Length} bytes long instead of {length}" : "it is no file");
        }

        if (request.Range.Piece is not { } expected)
        {
            return true;
        }

        using FileStream content = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        PieceInfo found = RawOutput.Commitment(content, length, expected, path, request, events.LongOf(request.Facts.Sector), cancellation);
        return found == expected ? true : throw Other(path, $"its commitment is {found.CommP}");
    }

    private static OperatorException Other(string path, string why) => new(
        FailureKind.TargetExists, $"{path} exists already, is not what is wanted and is not overwritten: {why}", "Move it away, or choose another folder.");
}
