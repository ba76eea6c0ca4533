namespace SealerRecover.Rendering;

/// <summary>Where a page is.</summary>
/// <param name="Address">As it is typed into a browser.</param>
/// <param name="What">What it shows.</param>
/// <param name="Actions">Whether whoever has the token may act.</param>
internal sealed record ServingAnswer(Uri Address, string What, bool Actions) : IAnswer
{
    /// <inheritdoc/>
    public IEnumerable<TextBlock> Blocks() =>
        [new StampedLine($"showing {What} at {Address}{(Actions ? "; whoever has the token can act on it" : "")}")];

    /// <inheritdoc/>
    public JsonLine Json => new JsonServing(Address.ToString(), What, Actions);
}
