using Filecoin.Primitives;

namespace SealerRecover.Recovery.Site;

/// <summary>What somebody does to a site over HTTP, in so far as the action needs it.</summary>
public sealed record SiteActionRequest
{
    /// <summary>Which sectors; null or empty for all, where the action takes that.</summary>
    public IReadOnlyList<SectorId>? Sectors { get; init; }

    /// <summary>For prefer: higher goes first.</summary>
    public int? Priority { get; init; }

    /// <summary>For drain: which machine; null for all.</summary>
    public string? Machine { get; init; }
}

/// <summary>What an action came to.</summary>
/// <param name="Changed">How many sectors or machines it changed.</param>
public sealed record SiteChanged(int Changed);

/// <summary>What went wrong, for people.</summary>
/// <param name="Text">What.</param>
/// <param name="Hint">What to do; may be empty.</param>
/// <param name="Code">Of what the server always refuses in these words: which; null for what a failure says.</param>
public sealed record SiteTrouble(string Text, string Hint, string? Code = null);

/// <summary>What a reader may do.</summary>
/// <param name="Actions">Whether the site can be acted on with the token.</param>
/// <param name="TokenNeeded">Whether this reader needs the token to read.</param>
/// <param name="Version">What was built.</param>
public sealed record SiteAbout(bool Actions, bool TokenNeeded, string Version);
