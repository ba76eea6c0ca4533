using System.Diagnostics.CodeAnalysis;
using Filecoin.Chain.Wire;
using Filecoin.Primitives;

namespace Filecoin.Chain.Messages;

/// <summary>One sector in a message that pre-commits sectors.</summary>
/// <param name="SealProof">Number of the registered seal proof.</param>
/// <param name="SectorNumber">The sector.</param>
/// <param name="SealedCid">CommR.</param>
/// <param name="SealRandEpoch">Epoch of its ticket.</param>
/// <param name="DealIds">Its deals, in their order.</param>
/// <param name="UnsealedCid">CommD; null where the message says zeros by leaving it out, or is of a method that cannot say it.</param>
internal sealed record PreCommittedSector(
    long SealProof, ulong SectorNumber, Cid SealedCid, long SealRandEpoch, IReadOnlyList<ulong> DealIds, Cid? UnsealedCid);

/// <summary>
/// The parameters of the miner's methods that pre-commit sectors (go-state-types builtin/v18/miner/miner_types.go), CBOR:
/// <list type="bullet">
/// <item>6 PreCommitSector: [SealProof, SectorNumber, SealedCID, SealRandEpoch, [DealID*], Expiration, ReplaceCapacity,
/// ReplaceSectorDeadline, ReplaceSectorPartition, ReplaceSectorNumber]</item>
/// <item>25 PreCommitSectorBatch: [[as 6*]]</item>
/// <item>28 PreCommitSectorBatch2: [[ [SealProof, SectorNumber, SealedCID, SealRandEpoch, [DealID*], Expiration, UnsealedCid or null]* ]]</item>
/// </list>
/// </summary>
internal static class PreCommitParams
{
    internal const ulong PreCommitSector = 6;
    internal const ulong PreCommitSectorBatch = 25;
    internal const ulong PreCommitSectorBatch2 = 28;

    /// <summary>The chain takes 256 sectors in one message; room for a later rule. Deals likewise: 512 in one sector.</summary>
    private const int MostEntries = 4096;

    /// <summary>Whether a method's parameters are of the kind read here.</summary>
    internal static bool IsOf(ulong method) => method is PreCommitSector or PreCommitSectorBatch or PreCommitSectorBatch2;

    /// <summary>The method's name, for messages.</summary>
    internal static string NameOf(ulong method) => method switch
    {
        PreCommitSector => nameof(PreCommitSector),
        PreCommitSectorBatch => nameof(PreCommitSectorBatch),
        _ => nameof(PreCommitSectorBatch2),
    };

    /// <summary>Reads the parameters; false for anything that deviates, which the chain would not have executed either.</summary>
    internal static bool TryRead(ulong method, byte[]? parameters, [NotNullWhen(true)] out IReadOnlyList<PreCommittedSector>? sectors)
    {
        bool read = CborParams.TryRead(
            parameters,
            cbor => method switch
            {
                PreCommitSector => [OldSector(cbor)],
                PreCommitSectorBatch => Batch(cbor, OldSector),
                PreCommitSectorBatch2 => Batch(cbor, Sector),
                _ => throw new ArgumentOutOfRangeException(nameof(method)),
            },
            out List<PreCommittedSector>? list);
        sectors = list;
        return read;
    }

    private static List<PreCommittedSector> Batch(CborParams cbor, Func<CborParams, PreCommittedSector> sector)
    {
        cbor.Tuple(1);
        List<PreCommittedSector> sectors = cbor.List(MostEntries, sector);
        cbor.End();
        return sectors;
    }

    private static PreCommittedSector OldSector(CborParams cbor)
    {
        cbor.Tuple(10);
        PreCommittedSector sector = Head(cbor);
        cbor.Boolean();
        cbor.Unsigned();
        cbor.Unsigned();
        cbor.Unsigned();
        cbor.End();
        return sector;
    }

    private static PreCommittedSector Sector(CborParams cbor)
    {
        cbor.Tuple(7);
        PreCommittedSector sector = Head(cbor);
        sector = sector with { UnsealedCid = cbor.Null() ? null : cbor.Cid() };
        cbor.End();
        return sector;
    }

    /// <summary>What all of them begin with, up to and with the expiration.</summary>
    private static PreCommittedSector Head(CborParams cbor)
    {
        PreCommittedSector sector = new(
            cbor.Signed(), cbor.Unsigned(), cbor.Cid(), cbor.Signed(), cbor.List(MostEntries, deal => deal.Unsigned()), null);
        cbor.Signed();
        return sector;
    }
}
