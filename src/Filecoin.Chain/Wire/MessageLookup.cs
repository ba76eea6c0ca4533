using System.Text.Json.Serialization;
using Filecoin.Primitives;

namespace Filecoin.Chain.Wire;

/// <summary>What is needed of where a message ran (lotus api/api_full.go MsgLookup).</summary>
public sealed record MessageLookup
{
    /// <summary>The message that ran: another one than was asked for, if that was replaced by one with another fee.</summary>
    public required Cid Message { get; init; }

    /// <summary>How it ended.</summary>
    public required MessageReceipt Receipt { get; init; }

    /// <summary>
    /// The tipset of <see cref="Height"/>: not the one that includes the message, but the first one after it, whose blocks hold the receipts
    /// of what it includes.
    /// </summary>
    public required IReadOnlyList<Cid> TipSet { get; init; }

    /// <summary>
    /// Epoch of <see cref="TipSet"/>. The chain's epoch while the message ran, to which Activation and PowerBaseEpoch are set, is that of the
    /// tipset before: one less, or more less after null rounds.
    /// </summary>
    [JsonConverter(typeof(EpochJsonConverter))]
    public required long Height { get; init; }
}

/// <summary>What is needed of a message's receipt.</summary>
public sealed record MessageReceipt
{
    /// <summary>Zero if it succeeded; else it changed nothing.</summary>
    public required long ExitCode { get; init; }
}
