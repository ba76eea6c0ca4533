using Filecoin.Chain.Facts;
using Filecoin.Primitives;

namespace Filecoin.Chain.Sources;

/// <summary>Statements that were there before anybody was asked: of the command line, or of a file.</summary>
/// <param name="name">Who makes them.</param>
/// <param name="about">The statement about a sector; null for none.</param>
public sealed class GivenStatements(string name, Func<SectorId, SectorStatement?> about) : ISectorSource
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public bool IsWorthAsking(SourceQuestion question) => true;

    /// <inheritdoc/>
    public Task<SourceAnswer> AskAsync(SourceQuestion question, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(question);
        return Task.FromResult(about(question.Sector) is { } said
            ? SourceAnswer.Said(said)
            : SourceAnswer.Nothing("it says nothing about the sector"));
    }

    /// <summary>What facts that were found earlier say again. That no data is named is no statement: older files cannot name any.</summary>
    /// <param name="name">Who kept them.</param>
    /// <param name="known">The facts.</param>
    public static GivenStatements From(string name, IEnumerable<SectorFacts> known)
    {
        Dictionary<SectorId, SectorStatement> statements = known.ToDictionary(
            facts => facts.Sector,
            facts => new SectorStatement
            {
                Source = name,
                SealProof = facts.SealProof,
                Ticket = facts.Ticket,
                TicketEpoch = facts.TicketEpoch,
                SealedCid = facts.SealedCid,
                CommD = facts.Data?.CommD,
                Data = facts.Data is { PiecesUntold: true } ? null : facts.Data,
                UpdateSealedCid = facts.Update?.SealedCid,
                UpdateData = facts.Update?.Data is { PiecesUntold: true } ? null : facts.Update?.Data,
            });
        return new GivenStatements(name, statements.GetValueOrDefault);
    }
}
