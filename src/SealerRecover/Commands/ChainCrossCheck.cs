using System.Globalization;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Lookup;
using Filecoin.Primitives;
using SealerRecover.Recovery.Diagnosis;

namespace SealerRecover.Commands;

/// <summary>
/// Compares sectors of a metadata file with the chain before hours are spent on them, where a node was named for this run. A sector that
/// contradicts the chain is not begun; what the node does not tell costs the comparison and nothing else.
/// </summary>
internal static class ChainCrossCheck
{
    /// <summary>The same sectors in the same order; those that contradict the chain with that as their failure.</summary>
    /// <param name="context">The command's surroundings.</param>
    /// <param name="node">The node.</param>
    /// <param name="sectors">The sectors; those without facts stay as they are.</param>
    /// <param name="file">The metadata file, for messages.</param>
    public static async Task<IReadOnlyList<SectorLookupResult>> CompareAsync(
        CommandContext context, NodeOptions node, IReadOnlyList<SectorLookupResult> sectors, string file)
    {
        SectorFacts[] facts = [.. sectors.Select(sector => sector.Facts).OfType<SectorFacts>()];
        if (facts.Length == 0 || !node.AreNamed(context))
        {
            return sectors;
        }

        try
        {
            return Compare(context, sectors, await node.StatementsAsync(context, facts[0].Sector.Miner, Claims(facts), NodeOptions.QuickTimeout), file);
        }
        catch (OperatorException silence)
        {
            context.Events.Notice($"{file} was not compared with the chain: {silence.Message}");
            return sectors;
        }
    }

    /// <summary>What the chain is asked of sectors.</summary>
    public static IReadOnlyList<TicketClaim> Claims(IEnumerable<SectorFacts> sectors) =>
        [.. sectors.Select(facts => new TicketClaim(facts.Sector.Number, facts.Ticket, facts.TicketEpoch))];

    /// <summary>The same of what the chain said of all that have facts.</summary>
    public static IReadOnlyList<SectorLookupResult> Compare(
        CommandContext context, IReadOnlyList<SectorLookupResult> sectors, IReadOnlyList<StatementResult> statements, string file)
    {
        Dictionary<SectorId, StatementResult> said = statements.ToDictionary(result => result.Sector);
        int agreeing = 0;
        SectorLookupResult[] compared = [.. sectors.Select(sector => sector.Facts is { } fact ? Compare(sector, fact, said[sector.Sector]) : sector)];
        if (agreeing > 0)
        {
            context.Events.Notice(string.Create(
                CultureInfo.InvariantCulture, $"{agreeing} of {said.Count} sectors of {file} were compared with the chain and agree with it"));
        }

        return compared;

        SectorLookupResult Compare(SectorLookupResult sector, SectorFacts fact, StatementResult result)
        {
            if (result.Statement is not { } statement)
            {
                context.Events.Notice($"{sector.Sector} was not compared with the chain: {result.Failure!.Message}");
                return sector;
            }

            CrossChecked check = CrossCheck.Of(UsedInputs.Of(fact, file), statement);
            foreach (string remark in check.Remarks)
            {
                context.Events.Notice($"{sector.Sector}: {remark}");
            }

            if (check.Refusal(sector.Sector) is { } refusal)
            {
                return sector with { Facts = null, Failure = refusal };
            }

            agreeing++;
            return sector;
        }
    }
}
