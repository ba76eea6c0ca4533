namespace Filecoin.Chain.Facts;

/// <summary>Where a fact about a sector comes from, for reports and for the metadata file.</summary>
/// <param name="Fact">Its name, as the field is called: "TicketEpoch", "Update.Pieces".</param>
/// <param name="Sources">Everyone who says it, in the order they were asked; never none.</param>
/// <param name="CrossCheck">How it was checked, half a sentence; null where one source alone says it and nothing speaks for that.</param>
public sealed record FactOrigin(string Fact, IReadOnlyList<string> Sources, string? CrossCheck)
{
    /// <summary>Whether one source alone says it and nothing else speaks for it.</summary>
    public bool IsUnverified => CrossCheck is null;
}
