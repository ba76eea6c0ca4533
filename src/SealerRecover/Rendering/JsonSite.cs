using SealerRecover.Recovery.Site;

namespace SealerRecover.Rendering;

/// <summary>How a site stands, as its page has it, too.</summary>
internal sealed record JsonSite(SiteState Site) : JsonLine;
