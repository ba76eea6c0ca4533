using System.Globalization;
using Filecoin.Sealing.Files;

namespace Filecoin.Sealing.Labeling;

/// <summary>A layer in memory that is not what its file was written from, though nothing writes to it.</summary>
/// <param name="Layer">The layer, from 1.</param>
/// <param name="FirstSegment">The first mebibyte whose digest is another.</param>
/// <param name="Segments">How many mebibytes are others.</param>
internal sealed record LayerChange(int Layer, int FirstSegment, int Segments)
{
    /// <summary>The part of a layer that is still to be made when the one before is compared: long enough for that, and little to be missed.</summary>
    private const int PartLeft = 16;

    /// <summary>
    /// How many of a layer's nodes are made when the layer they are made from is compared with what was recorded of it: nearly all, so that
    /// what happened to its memory meanwhile is seen, and not quite, so that labelling need not wait for the digests.
    /// </summary>
    /// <param name="nodes">Nodes of the layer.</param>
    public static long ComparesAt(long nodes) => nodes - (nodes / PartLeft);

    /// <summary>The change that <paramref name="changed"/> segments amount to; null for none.</summary>
    public static LayerChange? Of(int layer, IReadOnlyCollection<int> changed) =>
        changed.Count == 0 ? null : new LayerChange(layer, changed.Min(), changed.Count);

    /// <summary>What changed and where.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"layer {Layer} in memory is not what was recorded when it was written, in the mebibyte from byte {(long)FirstSegment * SegmentDigests.SegmentBytes} on"
        + $"{(Segments > 1 ? string.Create(CultureInfo.InvariantCulture, $" and in {Segments - 1} more") : "")}: memory failed after that");
}
