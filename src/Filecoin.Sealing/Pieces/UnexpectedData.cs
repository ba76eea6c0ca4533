using Filecoin.Primitives;
using Filecoin.Sealing.Steps;

namespace Filecoin.Sealing.Pieces;

/// <summary>What follows when data turns out to have another commitment than it should.</summary>
internal static class UnexpectedData
{
    /// <summary>The failure, naming the files that are to blame if there are any; reads all pieces again to find them.</summary>
    /// <param name="what">Whose data, as "the data of s-t01000-1".</param>
    /// <param name="madeOver">What is made over it, as "but the sector was sealed over".</param>
    /// <param name="expected">The commitment that it should have.</param>
    /// <param name="found">The commitment that it has.</param>
    /// <param name="data">The data.</param>
    /// <param name="cores">Cores to use.</param>
    /// <param name="cancellation">Stops between chunks.</param>
    public static OperatorException Failure(
        string what, string madeOver, CommD expected, CommD found, ISectorData? data, ITreeCores cores, CancellationToken cancellation)
    {
        PieceFile[] changed = data is SectorData pieces ? [.. pieces.FindChangedFiles(cores, cancellation)] : [];
        return changed is []
            ? new OperatorException(
                FailureKind.BadInput,
                $"{what} has CommD {found}, {madeOver} {expected}",
                "Check the pieces, their order and their padding.")
            : new OperatorException(
                FailureKind.BadInput,
                $"{what} has changed since it was checked: {string.Join(", ", changed.Select(file => file.Path))}",
                "Put back the files as they were, or take them away so that the pieces are looked for elsewhere, and run the same command again.");
    }
}
