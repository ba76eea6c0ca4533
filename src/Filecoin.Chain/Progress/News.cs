namespace Filecoin.Chain.Progress;

/// <summary>What is worth telling while a node is asked.</summary>
internal static class News
{
    /// <summary>Work that takes less, or waiting for less, is nobody's news.</summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    /// <summary>After which what goes on as it was told before is news again.</summary>
    internal static readonly TimeSpan Quiet = TimeSpan.FromSeconds(30);
}
