namespace Filecoin.Sealing.Graph;

/// <summary>The parents of consecutive nodes, block by block; for one thread.</summary>
internal interface IParentBlocks : IDisposable
{
    /// <summary>
    /// <see cref="StackedGraph.Degree"/> parents for each of the next nodes, every one below the number of nodes; empty after the last.
    /// Valid until the next call.
    /// </summary>
    ReadOnlySpan<uint> ReadBlock();
}
