using Filecoin.Chain.Facts;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Graph;

namespace SealerRecover.Recovery.Diagnosis;

/// <summary>What reading a kept replica showed.</summary>
/// <param name="CommRLast">Root of the tree built of it.</param>
/// <param name="Kernel">The Poseidon kernel it was built with.</param>
/// <param name="TreesAgree">Whether the tree_r_last files beside it are its rows; null where not all of them can be read.</param>
/// <param name="AsRecorded">Whether it still is what the journal recorded when it was written; null where that is not known.</param>
/// <param name="Unusable">Bytes that cannot be read or are no field elements.</param>
public sealed record ReplicaReading(Bytes32 CommRLast, string Kernel, bool? TreesAgree, bool? AsRecorded, long Unusable);

/// <summary>What is kept of a sealed or updated replica.</summary>
/// <param name="File">Path of the replica.</param>
/// <param name="PAuxPath">Path of its p_aux.</param>
/// <param name="PAux">Content of p_aux; null if it is missing or no p_aux.</param>
/// <param name="CommR">CommR of p_aux, computed anew; null without p_aux.</param>
/// <param name="PAuxTrouble">Half a sentence: why there is no p_aux; null if there is.</param>
/// <param name="Reading">What reading the replica showed; null if it was not or could not be read.</param>
/// <param name="ReadingTrouble">Half a sentence: why it was not read; null if it was.</param>
public sealed record KeptReplica(
    string File, string PAuxPath, PAuxFile? PAux, CommR? CommR, string? PAuxTrouble, ReplicaReading? Reading, string? ReadingTrouble);

/// <summary>Everything a diagnosis is judged by. Whatever is not known is null, and then nothing is concluded from it.</summary>
public sealed record DiagnosisFacts
{
    /// <summary>What the sector was sealed with.</summary>
    public required UsedInputs Used { get; init; }

    /// <summary>What is kept of the sealed replica, a snapped sector's key; null if nothing was looked for.</summary>
    public KeptReplica? Sealed { get; init; }

    /// <summary>What is kept of the update; null if none was made.</summary>
    public KeptReplica? Update { get; init; }

    /// <summary>What the chain says; null where it was not asked or did not tell.</summary>
    public ChainStatement? Chain { get; init; }

    /// <summary>Why the chain says nothing, in half a sentence; null if it does.</summary>
    public string? ChainSilence { get; init; }

    /// <summary>Whether the chain says that there is no such sector.</summary>
    public bool NotOnChain { get; init; }

    /// <summary>A sentence naming what a metadata file says by now otherwise than what was used; null for nothing.</summary>
    public string? SaidOtherwise { get; init; }

    /// <summary>The parent cache; null if it was not checked.</summary>
    public ParentCacheState? ParentCache { get; init; }

    /// <summary>Path of the parent cache.</summary>
    public string ParentCachePath { get; init; } = "";
}
