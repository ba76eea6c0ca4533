using System.Runtime.CompilerServices;
using Filecoin.Chain.Facts;
using Filecoin.Primitives;

namespace SealerRecover.Recovery.Content;

/// <summary>What a sector holds, checked against what the chain says as far as that goes without a byte of it.</summary>
/// <param name="CommD">The commitment the sector was sealed over.</param>
/// <param name="Sealed">What it was sealed over; null for zeros.</param>
/// <param name="Update">What it was updated with; null unless snapped.</param>
/// <param name="Notes">Sentences for the operator.</param>
internal sealed record SectorContent(CommD CommD, DataContent? Sealed, DataContent? Update, IReadOnlyList<string> Notes)
{
    private static readonly ConditionalWeakTable<SectorFacts, Lazy<SectorContent>> Known = [];

    /// <summary>All data that is needed, of both.</summary>
    public IEnumerable<DataContent> Parts => new[] { Sealed, Update }.OfType<DataContent>();

    /// <summary>The content of a sector; found once for the same facts.</summary>
    /// <exception cref="OperatorException">As <see cref="DataContent.Of"/>.</exception>
    public static SectorContent Of(SectorFacts facts) =>
        Known.GetValue(facts, static key => new Lazy<SectorContent>(() => Find(key))).Value;

    /// <summary>As <see cref="Of"/>; null where it fails, which the sector's own work tells.</summary>
    public static SectorContent? TryOf(SectorFacts facts)
    {
        try
        {
            return Of(facts);
        }
        catch (OperatorException)
        {
            return null;
        }
    }

    private static SectorContent Find(SectorFacts facts)
    {
        List<string> notes = [];
        SectorSize size = facts.SealProof.SectorSize;
        DataContent? over = facts.Data is { } data ? DataContent.Of(facts.Sector, size, data, isUpdate: false, notes.Add) : null;
        DataContent? update = facts.Update is { } snapped
            ? DataContent.Of(facts.Sector, size, snapped.Data, isUpdate: true, notes.Add)
            : null;
        return new SectorContent(over?.CommD ?? ZeroCommitments.ForSector(size), over, update, notes);
    }
}
