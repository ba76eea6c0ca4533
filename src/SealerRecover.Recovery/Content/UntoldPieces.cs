using Filecoin.Chain.Facts;
using Filecoin.Primitives;

namespace SealerRecover.Recovery.Content;

/// <summary>The complaint about a sector of which only the commitment to its data is known.</summary>
public static class UntoldPieces
{
    /// <summary>The failure, before anything is computed or fetched.</summary>
    /// <param name="sector">The sector.</param>
    /// <param name="data">Data whose pieces nobody told.</param>
    /// <param name="isUpdate">Whether it is that of an update.</param>
    public static OperatorException Of(SectorId sector, SectorData data, bool isUpdate)
    {
        ArgumentNullException.ThrowIfNull(data);
        return new OperatorException(
            FailureKind.NotSupported,
            $"{sector} {(isUpdate ? "was snapped to" : "holds")} data{(data.CommD is { } commD ? $" with CommD {commD}" : "")}, "
                + "but the metadata file does not tell which pieces",
            $"Write them to its {(isUpdate ? "Update." : "")}Pieces in that file (docs/formats.md), or export it again and name who sealed it with {Setting.MinerApi}, "
                + $"{Setting.CurioDatabase} or {Setting.DamoclesState}.");
    }
}
