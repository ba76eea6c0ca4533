using Filecoin.Chain.Rules;

namespace Filecoin.Chain.Lookup;

/// <summary>By when a sector has to be back, as far as the node tells.</summary>
/// <param name="Number">The sector.</param>
/// <param name="Deadline">The deadline that it is proven in; null where nobody tells.</param>
/// <param name="Opens">The epoch at which that opens next with time enough to have files in place before; null where nobody tells.</param>
/// <param name="Ends">The epoch at which the sector ends if nothing is done, by fault or in its time; null where nobody tells.</param>
public sealed record SectorDue(ulong Number, int? Deadline, long? Opens, long? Ends)
{
    /// <summary>A sector is missed at a deadline that opens sooner: Lotus and Curio look for its files this long before (lotus storage/wdpost).</summary>
    public static readonly long Ahead = Epochs.In(TimeSpan.FromMinutes(90));

    /// <summary>A sector that ends sooner is lost for good by missing a deadline or two, which costs more than a day of fees for the others.</summary>
    public static readonly long EndsSoon = 3 * Epochs.PerDay;

    /// <summary>
    /// Those that end within three days first, by their end; then by the deadline that can be met next, then by end and number. Those of which no
    /// end is told last.
    /// </summary>
    /// <param name="dues">The sectors.</param>
    /// <param name="now">The epoch it is.</param>
    internal static IEnumerable<SectorDue> InOrder(IEnumerable<SectorDue> dues, long now) => dues
        .OrderBy(due => due.Ends is null)
        .ThenBy(due => due.Ends is { } end && end < now + EndsSoon ? end : long.MaxValue)
        .ThenBy(due => due.Opens ?? long.MaxValue)
        .ThenBy(due => due.Ends)
        .ThenBy(due => due.Number);
}
