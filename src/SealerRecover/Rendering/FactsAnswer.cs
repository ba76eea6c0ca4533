using Filecoin.Chain.Facts;
using Filecoin.Primitives;

namespace SealerRecover.Rendering;

/// <summary>What the chain, or the metadata file, says about a sector.</summary>
/// <param name="Facts">As told.</param>
internal sealed record FactsAnswer(SectorFacts Facts) : IAnswer
{
    private ChainStatus? Status => Facts.Status;

    /// <inheritdoc/>
    public IEnumerable<TextBlock> Blocks() =>
    [
        new StampedLine($"{Facts.Sector}: found on chain, {Facts.SealProof}, {State()}"),
        .. Origins().Select(line => new TextLine("  " + SafeText.Clean(line))),
    ];

    /// <inheritdoc/>
    public JsonLine Json => new JsonSectorFound(
        JsonSector.Of(Facts.Sector),
        (int)Facts.SealProof.Proof,
        Facts.SealProof.Proof.ToString(),
        Facts.SealProof.SectorSize.Bytes,
        Facts.Ticket.ToString(),
        Facts.TicketEpoch,
        (Facts.Update?.SealedCid ?? Facts.SealedCid).ToString(),
        Status?.State,
        Status?.ProveBefore,
        Instant(Status?.ProveBefore),
        Status?.Deadline,
        Instant(Status?.DeadlineOpens),
        Instant(Status?.FaultTerminatesAt),
        Facts.Update is null ? null : Facts.SealedCid.ToString(),
        Facts.Holds?.CommD?.ToString(),
        Facts.Holds is { PiecesUntold: false } data ? data.Pieces.Length : null,
        Facts.Holds?.Source,
        Facts.Origins.Count == 0 ? null : [.. Facts.Origins.Select(origin => new JsonFact(origin.Fact, origin.Sources, origin.CrossCheck, !origin.IsUnverified))]);

    /// <summary>
    /// Who told what of it, a line for all facts that stand next to each other and come from the same sources with the same check:
    /// "TicketEpoch, CommD: lotus-miner (it names the SealedCID that is on chain)".
    /// </summary>
    public IEnumerable<string> Origins()
    {
        List<(string Facts, string Origin)> lines = [];
        foreach (FactOrigin origin in Facts.Origins)
        {
            string said = $"{Listed(origin.Sources)} ({origin.CrossCheck ?? (origin.Sources.Count == 1 ? "alone, not verified" : "not verified")})";
            if (lines.Count > 0 && lines[^1].Origin == said)
            {
                lines[^1] = ($"{lines[^1].Facts}, {origin.Fact}", said);
            }
            else
            {
                lines.Add((origin.Fact, said));
            }
        }

        return lines.Select(line => $"{line.Facts}: {line.Origin}");
    }

    private string State() => Status switch
    {
        null => "standing unknown",
        { State: SectorState.PreCommitted, ProveBefore: { } epoch } status =>
            $"pre-committed, its deposit is lost unless it is proven before {Quantities.Instant(status.TimeOf(epoch))}",
        { State: SectorState.PreCommitted } => "pre-committed, not yet proven",
        { FaultTerminatesAt: { } epoch } status => $"proven and faulty, terminated on {Quantities.Instant(status.TimeOf(epoch))} if it stays so",
        _ => "proven",
    };

    private string? Instant(long? epoch) => epoch is { } known && Status is { } status ? Quantities.Iso(status.TimeOf(known)) : null;

    /// <summary>"a", "a and b", "a, b and c".</summary>
    private static string Listed(IReadOnlyList<string> sources) =>
        sources.Count == 1 ? sources[0] : $"{string.Join(", ", sources.SkipLast(1))} and {sources[^1]}";
}
