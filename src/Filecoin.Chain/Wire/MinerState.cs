using System.Numerics;
using System.Text.Json.Serialization;
using Filecoin.Chain.Rules;
using Filecoin.Primitives;

namespace Filecoin.Chain.Wire;

/// <summary>What is needed of StateMinerInfo.</summary>
internal sealed record MinerInfo
{
    /// <summary>Size of each of its sectors, in bytes.</summary>
    public required long SectorSize { get; init; }

    /// <summary>Number of the registered window PoSt; null where a node does not tell.</summary>
    public long? WindowPoStProofType { get; init; }
}

/// <summary>A proven sector, as StateSectorGetInfo tells it. Fields beyond the first five differ between node versions.</summary>
internal sealed record SectorOnChainInfo
{
    private const ulong FullQaPower = 1 << 1;

    /// <summary>The sector's number.</summary>
    public required ulong SectorNumber { get; init; }

    /// <summary>Number of the registered seal proof.</summary>
    public required long SealProof { get; init; }

    /// <summary>CommR of the replica that is proven; of the updated one for a snapped sector.</summary>
    [JsonPropertyName("SealedCID")]
    public required Cid SealedCid { get; init; }

    /// <summary>Epoch in which it was first proven.</summary>
    [JsonConverter(typeof(EpochJsonConverter))]
    public required long Activation { get; init; }

    /// <summary>Epoch at which it expires.</summary>
    [JsonConverter(typeof(EpochJsonConverter))]
    public required long Expiration { get; init; }

    /// <summary>
    /// Epoch of its last change that moved its power: activation, update or extension. Told since Lotus 1.28; for a sector snapped before
    /// network version 21 that upgrade set it to the update's epoch.
    /// </summary>
    [JsonConverter(typeof(EpochJsonConverter))]
    public long? PowerBaseEpoch { get; init; }

    /// <summary>Deals; no longer told since Lotus 1.32.</summary>
    [JsonPropertyName("DealIDs")]
    public IReadOnlyList<ulong>? DealIds { get; init; }

    /// <summary>Space-time of unverified data, a decimal number; "0" for CC.</summary>
    public string? DealWeight { get; init; }

    /// <summary>Space-time of verified data, a decimal number; "0" for CC.</summary>
    public string? VerifiedDealWeight { get; init; }

    /// <summary>Pledge locked for it, attoFIL.</summary>
    public BigInteger? InitialPledge { get; init; }

    /// <summary>Fee for each day (FIP-0100), attoFIL; told since network version 25, zero for sectors from before.</summary>
    public BigInteger? DailyFee { get; init; }

    /// <summary>CommR of the replica before a SnapDeals update; null unless snapped.</summary>
    [JsonPropertyName("SectorKeyCID")]
    public Cid? SectorKeyCid { get; init; }

    /// <summary>Bits of SectorOnChainInfoFlags; told since Lotus 1.28.</summary>
    public ulong? Flags { get; init; }

    /// <summary>
    /// FULL_QA_POWER (FIP-0118, network version 29): it has ten times the power of its size whatever its weights are, and what of its data was
    /// verified they no longer tell.
    /// </summary>
    [JsonIgnore]
    public bool HasFullQaPower => Flags is { } flags && (flags & FullQaPower) != 0;
}

/// <summary>A pre-committed sector, as StateSectorPreCommitInfo tells it.</summary>
internal sealed record SectorPreCommitOnChainInfo
{
    /// <summary>What the miner committed to.</summary>
    public required SectorPreCommitInfo Info { get; init; }

    /// <summary>Epoch of the pre-commit message.</summary>
    [JsonConverter(typeof(EpochJsonConverter))]
    public required long PreCommitEpoch { get; init; }

    /// <summary>What is lost if it is not proven in time, attoFIL.</summary>
    public BigInteger? PreCommitDeposit { get; init; }
}

/// <summary>What a miner commits to before proving a sector.</summary>
internal sealed record SectorPreCommitInfo
{
    /// <summary>Number of the registered seal proof.</summary>
    public required long SealProof { get; init; }

    /// <summary>The sector's number.</summary>
    public required ulong SectorNumber { get; init; }

    /// <summary>CommR.</summary>
    [JsonPropertyName("SealedCID")]
    public required Cid SealedCid { get; init; }

    /// <summary>Epoch whose ticket the sector was sealed with.</summary>
    [JsonConverter(typeof(EpochJsonConverter))]
    public required long SealRandEpoch { get; init; }

    /// <summary>Deals in the sector; null or empty for CC (and for data that came without deals).</summary>
    [JsonPropertyName("DealIDs")]
    public IReadOnlyList<ulong>? DealIds { get; init; }

    /// <summary>CommD from network version 17 on, null there meaning zeros; always null for older state, meaning nothing.</summary>
    public Cid? UnsealedCid { get; init; }
}

/// <summary>Where a sector is proven.</summary>
internal sealed record SectorLocation
{
    /// <summary>Deadline index, 0 to 47.</summary>
    public required ulong Deadline { get; init; }

    /// <summary>Partition in the deadline.</summary>
    public required ulong Partition { get; init; }
}

/// <summary>What is needed of a partition, as StateMinerPartitions tells it.</summary>
internal sealed record MinerPartition
{
    /// <summary>A bit field: lengths of runs, the first of which are not in it.</summary>
    public required IReadOnlyList<ulong> LiveSectors { get; init; }
}

/// <summary>When a sector ends, as the miner's expiration queue has it.</summary>
internal sealed record SectorExpiration
{
    /// <summary>Epoch of its planned end; may be 0 while it is faulty.</summary>
    [JsonConverter(typeof(EpochJsonConverter))]
    public required long OnTime { get; init; }

    /// <summary>Epoch at which a fault ends it; 0 when it is not faulty.</summary>
    [JsonConverter(typeof(EpochJsonConverter))]
    public required long Early { get; init; }
}

/// <summary>A miner's proving period now; epochs.</summary>
internal sealed record ProvingDeadline
{
    /// <summary>The epoch these facts are of.</summary>
    [JsonConverter(typeof(EpochJsonConverter))]
    public required long CurrentEpoch { get; init; }

    /// <summary>First epoch of the proving period.</summary>
    [JsonConverter(typeof(EpochJsonConverter))]
    public required long PeriodStart { get; init; }

    /// <summary>Length of the period: a day.</summary>
    public long WPoStProvingPeriod { get; init; } = Epochs.PerDay;

    /// <summary>Length of one deadline: 60, half an hour.</summary>
    public long WPoStChallengeWindow { get; init; } = 60;

    /// <summary>How long before a deadline opens its challenges are drawn: 20, ten minutes.</summary>
    public long WPoStChallengeLookback { get; init; } = 20;
}
