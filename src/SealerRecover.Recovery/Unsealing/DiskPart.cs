using SealerRecover.Recovery.Resources;

namespace SealerRecover.Recovery.Unsealing;

/// <summary>Something that takes disk space.</summary>
/// <param name="What">What.</param>
/// <param name="Path">Where; need not exist yet.</param>
/// <param name="Needed">Bytes that are not there yet.</param>
internal sealed record DiskPart(string What, string Path, long Needed)
{
    /// <summary>A line for each file system that something is needed of.</summary>
    public static IEnumerable<ResourceLine> Lines(IEnumerable<DiskPart> parts, ISystemProbe probe) => parts
        .Where(part => part.Needed > 0)
        .GroupBy(part => probe.Disk(part.Path)?.Device)
        .Select(disk => new ResourceLine(
            $"disk for {string.Join(" and ", disk.Select(part => $"{part.What} ({part.Path})"))}",
            disk.Sum(part => part.Needed),
            probe.Disk(disk.First().Path)?.FreeBytes));
}
