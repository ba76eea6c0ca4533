namespace SealerRecover.Tests.Architecture;

/// <summary>One type's use of another, each the outermost: what nests in a type, or the compiler made for it, is part of it.</summary>
/// <param name="From">Full name of the type that uses.</param>
/// <param name="FromRoom">Its namespace.</param>
/// <param name="To">Full name of the type that is used.</param>
/// <param name="ToRoom">Its namespace.</param>
internal sealed record Use(string From, string FromRoom, string To, string ToRoom)
{
    /// <inheritdoc/>
    public override string ToString() => $"{FromRoom} -> {ToRoom}: {From} uses {To}";
}
