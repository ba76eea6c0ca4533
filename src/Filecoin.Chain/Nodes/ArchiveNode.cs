namespace Filecoin.Chain.Nodes;

/// <summary>The archive node in sentences.</summary>
internal static class ArchiveNode
{
    /// <summary>Behind what is asked of it: "the market's deals of the archive node".</summary>
    internal const string Of = " of the archive node";
}
