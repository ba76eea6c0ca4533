namespace SealerRecover.Rendering;

/// <summary>Where a page is.</summary>
internal sealed record JsonServing(string Url, string What, bool Actions) : JsonLine;
