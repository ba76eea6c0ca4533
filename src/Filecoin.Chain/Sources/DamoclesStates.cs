using System.Text.Json;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Messages;
using Filecoin.Chain.Wire;
using Filecoin.Primitives;

namespace Filecoin.Chain.Sources;

/// <summary>
/// States of sectors as damocles-manager keeps them, exported as JSON: one state, a list of them, or the JSON-RPC answer that holds either.
/// States of other miners may be among them.
/// </summary>
public sealed class DamoclesStates : ISectorSource
{
    /// <summary>Longest file that is read: some 20,000 states.</summary>
    private const int MaxLength = 64 << 20;

    private const string Hint = "give what the methods FindSectorInAllStates or ListSectors of damocles-manager answer, as JSON";

    private readonly Dictionary<SectorId, DamoclesState> _states = [];

    private DamoclesStates(string file) => Name = $"the damocles state in {file}";

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="OperatorException">BadInput: not readable, or not of this form.</exception>
    public static DamoclesStates Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            // Not by its length first: it may be a pipe, as the shell's <(curl …) is.
            using FileStream file = File.OpenRead(path);
            byte[] content = new byte[MaxLength + 1];
            int length = file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            return length <= MaxLength ? Parse(path, content.AsMemory(0, length)) : throw Bad(path, $"has more than {MaxLength >> 20} MiB");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new OperatorException(FailureKind.BadInput, $"the damocles state {path} cannot be read: {error.Message}", "check the path and its permissions", error);
        }
    }

    /// <summary>Reads the content of a file.</summary>
    /// <param name="file">What it is called in messages.</param>
    /// <param name="content">JSON, UTF-8.</param>
    /// <exception cref="OperatorException">BadInput: not of this form.</exception>
    public static DamoclesStates Parse(string file, ReadOnlyMemory<byte> content)
    {
        DamoclesStates states = new(file);
        try
        {
            using JsonDocument document = JsonDocument.Parse(content, new JsonDocumentOptions { MaxDepth = 64, AllowDuplicateProperties = false });
            JsonElement root = document.RootElement;
            JsonElement found = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("result"u8, out JsonElement result) ? result : root;
            foreach (JsonElement element in found.ValueKind == JsonValueKind.Array ? found.EnumerateArray() : Enumerable.Repeat(found, 1))
            {
                DamoclesState state = element.Deserialize(ChainJson.Default.DamoclesState) ?? throw Bad(file, "holds null where a state has to be");
                SectorId sector = new(new ActorId(state.Id.Miner), state.Id.Number);
                if (!states._states.TryAdd(sector, state))
                {
                    throw Bad(file, $"holds {sector} twice");
                }
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            // InvalidOperationException: a string in the text is not valid UTF-16 or UTF-8 once unescaped.
            string where = error is JsonException { Path: { Length: > 1 } path } ? $" at {SafeText.Line(path, 80)}" : "";
            throw Bad(file, $"is not of the form that damocles-manager writes{where}", error);
        }

        return states;
    }

    /// <inheritdoc/>
    public bool IsWorthAsking(SourceQuestion question) => true;

    /// <inheritdoc/>
    public Task<SourceAnswer> AskAsync(SourceQuestion question, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(question);
        return Task.FromResult(_states.TryGetValue(question.Sector, out DamoclesState? state)
            ? Read(question, state)
            : SourceAnswer.Nothing("it does not hold the sector"));
    }

    private SourceAnswer Read(SourceQuestion question, DamoclesState state)
    {
        Recorded recorded = new(question.Sector, Name);
        JsonElement pre = recorded.Fields(state.Pre, "Pre");
        JsonElement messages = recorded.Fields(state.MessageInfo, "MessageInfo");
        (Ticket? ticket, long? epoch) = recorded.Ticket(state.Ticket, "Ticket", "Epoch", "Ticket");
        if (ticket is null)
        {
            (ticket, long? epochThen) = recorded.Ticket(pre.Field("Ticket"), "Ticket", "Epoch", "Pre.Ticket");
            epoch = epochThen ?? epoch;
        }

        SectorData? data = state.Pieces.Entries().Any() || state.Deals.IsNothing()
            ? recorded.Data(
                state.Pieces,
                ChainJson.Default.IReadOnlyListMinerSectorPiece,
                entry => new NamedPiece(entry.Piece.PieceCid, entry.Piece.Size),
                question.Size,
                "Pieces")
            : recorded.Data(
                state.Deals,
                ChainJson.Default.IReadOnlyListDamoclesDeal,
                deal => new NamedPiece(deal.Piece.Cid, deal.Piece.Size),
                question.Size,
                "Deals");
        CommD? commD = recorded.CommD(recorded.Cid(pre.Field("CommD"), "Pre.CommD"), "Pre.CommD");

        // The pieces are the update's as soon as it is to be snapped; the chain says whether it was. Where that cannot be read, they are nobody's.
        bool? updated = recorded.Switch(state.Upgraded, "Upgraded");
        bool ofUpdate = updated == true && question.IsSnapped;
        JsonElement update = ofUpdate ? recorded.Fields(state.UpgradedInfo, "UpgradedInfo") : default;
        bool ofKey = updated == false || state.Upgraded.IsNothing();
        SectorStatement said = new()
        {
            Source = Name,
            SealProof = recorded.Proof(recorded.Number(state.SectorType, "SectorType"), "SectorType"),
            Ticket = ticket,
            TicketEpoch = epoch,
            SealedCid = recorded.CommR(recorded.Cid(pre.Field("CommR"), "Pre.CommR"), "Pre.CommR"),
            CommD = commD,
            Data = !ofKey || commD == ZeroCommitments.ForSector(question.Size) ? null : data,
            UpdateSealedCid = recorded.CommR(recorded.Cid(update.Field("SealedCID"), "UpgradedInfo.SealedCID"), "UpgradedInfo.SealedCID"),
            UpdateCommD = recorded.CommD(recorded.Cid(update.Field("UnsealedCID"), "UpgradedInfo.UnsealedCID"), "UpgradedInfo.UnsealedCID"),
            UpdateData = ofUpdate ? data : null,
            PreCommitMessage = recorded.Cid(messages.Field("PreCommitCid"), "MessageInfo.PreCommitCid"),
            CommitMessage = recorded.Cid(messages.Field("CommitCid"), "MessageInfo.CommitCid"),
        };
        return SourceAnswer.Said(said, recorded);
    }

    private static OperatorException Bad(string file, string what, Exception? cause = null) =>
        new(FailureKind.BadInput, $"the damocles state {file} {what}", Hint, cause);
}
