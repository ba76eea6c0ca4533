using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Messages;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Rpc;
using Filecoin.Chain.Wire;
using Filecoin.Primitives;

namespace Filecoin.Chain.Sources;

/// <summary>
/// What the lotus-miner that sealed a sector wrote down about it: ticket and its epoch, CommD, CommR, pieces, messages. Of a snapped sector it
/// keeps the commitments of the key beside the pieces of the update, whose CommD only its log tells.
/// </summary>
/// <param name="lotusMiner">The lotus-miner; asked for every sector, one call each.</param>
public sealed class LotusMinerRecords(LotusMiner lotusMiner) : ISectorSource
{
    private readonly Lock _lock = new();
    private Task<Address>? _whose;

    /// <inheritdoc/>
    public string Name => "lotus-miner";

    /// <inheritdoc/>
    public bool IsWorthAsking(SourceQuestion question) => true;

    /// <inheritdoc/>
    public async Task<SourceAnswer> AskAsync(SourceQuestion question, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(question);
        MinerSectorStatus status;
        try
        {
            await CheckWhoseAsync(question.Sector.Miner, cancellation).ConfigureAwait(false);
            status = await lotusMiner.SectorsStatusAsync(question.Sector.Number, cancellation).ConfigureAwait(false);
        }
        catch (ChainCallException error) when (error.IsNotPermitted)
        {
            throw new SourceMisconfiguredException(error.Message, error.Hint, error);
        }
        catch (ChainCallException error) when (error.IsAnswer || error.Error?.Kind == RpcErrorKind.Unknown)
        {
            return SourceAnswer.Nothing($"it does not know the sector ({error.Error?.Message})");
        }

        return status.SectorNumber == question.Sector.Number
            ? Read(question, status, Name)
            : throw new OperatorException(
                FailureKind.NodeUnreachable,
                $"lotus-miner answered for sector {status.SectorNumber} where {question.Sector.Number} was asked for",
                $"what answers there is faulty, or no lotus-miner: check {NodeApi.LotusMiner.Variable}");
    }

    /// <summary>What a sector's status says.</summary>
    internal static SourceAnswer Read(SourceQuestion question, MinerSectorStatus status, string source)
    {
        Recorded recorded = new(question.Sector, source);
        SectorSize size = question.Size;
        CommD? commD = recorded.CommD(recorded.Cid(status.CommD, "CommD"), "CommD");
        SectorData? pieces = recorded.Data(
            status.Pieces,
            ChainJson.Default.IReadOnlyListMinerSectorPiece,
            entry => new NamedPiece(entry.Piece.PieceCid, entry.Piece.Size),
            size,
            "Pieces");
        (Ticket? ticket, long? epoch) = recorded.Ticket(status.Ticket, "Value", "Epoch", "Ticket");
        if (ticket is null && Logged(status, "SectorTicket", ChainJson.Default.LoggedEventLoggedTicket)?.User is { } logged)
        {
            const string log = "the event SectorTicket in its Log";
            (ticket, long? epochThen) = recorded.Ticket(logged.TicketValue, log, logged.TicketEpoch, log);
            epoch = epochThen ?? epoch;
        }

        // Pieces are replaced when an update begins; so they are the update's if it was sent, and cannot be the key's if that is of zeros. An
        // update that was sent and is not on chain says nothing of what is there.
        Cid? updateMessage = recorded.Cid(status.ReplicaUpdateMessage, "ReplicaUpdateMessage");
        bool sent = !status.ReplicaUpdateMessage.IsNothing();
        bool ofUpdate = sent && question.IsSnapped;
        bool ofKey = !sent && commD != ZeroCommitments.ForSector(size);
        LoggedUpdateOut? update = Logged(status, "SectorReplicaUpdate", ChainJson.Default.LoggedEventLoggedUpdate)?.User.Out;
        bool isThatUpdate = update is not null && question.UpdateSealedCid is { } onChain && update.NewSealed.Equals(onChain.ToCid());
        SectorStatement said = new()
        {
            Source = source,
            SealProof = recorded.Proof(recorded.Number(status.SealProof, "SealProof"), "SealProof"),
            Ticket = ticket,
            TicketEpoch = epoch,
            SealedCid = recorded.CommR(recorded.Cid(status.CommR, "CommR"), "CommR"),
            CommD = commD,
            Data = ofKey ? pieces : null,
            UpdateSealedCid = isThatUpdate ? question.UpdateSealedCid : null,
            UpdateCommD = isThatUpdate ? recorded.CommD(update!.NewUnsealed, "the event SectorReplicaUpdate in its Log") : null,
            UpdateData = ofUpdate ? pieces : null,
            PreCommitMessage = recorded.Cid(status.PreCommitMsg, "PreCommitMsg"),
            CommitMessage = recorded.Cid(status.CommitMsg, "CommitMsg"),
            UpdateMessage = updateMessage,
        };
        return SourceAnswer.Said(said, recorded);
    }

    /// <summary>The last event of a kind in the log that can be read; entries that were cut off cannot.</summary>
    private static T? Logged<T>(MinerSectorStatus status, string kind, JsonTypeInfo<T> type)
        where T : class
    {
        foreach (JsonElement entry in status.Log.Entries().Reverse())
        {
            if (entry.Field("Kind").Text() == $"event;sealing.{kind}" && TryRead(entry.Field("Message").Text(), type, out T? read))
            {
                return read;
            }
        }

        return null;
    }

    private static bool TryRead<T>(string? json, JsonTypeInfo<T> type, [NotNullWhen(true)] out T? read)
        where T : class
    {
        try
        {
            read = json is null ? null : JsonSerializer.Deserialize(json, type);
            return read is not null;
        }
        catch (JsonException)
        {
            read = null;
            return false;
        }
    }

    /// <summary>One miner's records are no use for another's, and sector numbers are the same everywhere. Asked once, also when that fails.</summary>
    private async Task CheckWhoseAsync(ActorId miner, CancellationToken cancellation)
    {
        Task<Address> asking;
        lock (_lock)
        {
            asking = _whose ??= lotusMiner.ActorAddressAsync(cancellation);
        }

        Address whose = await asking.ConfigureAwait(false);
        if (whose.ActorId != miner)
        {
            throw new OperatorException(
                FailureKind.BadInput, $"it is the lotus-miner of {whose}, not of {miner}", $"set {NodeApi.LotusMiner.Variable} or {Setting.MinerApi} to that of the miner named");
        }
    }
}
