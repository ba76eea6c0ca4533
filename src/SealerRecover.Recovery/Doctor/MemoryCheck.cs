using Filecoin.Primitives;
using Filecoin.Sealing.Memory;
using SealerRecover.Recovery.Resources;

namespace SealerRecover.Recovery.Doctor;

/// <summary>Memory, and whether it comes in huge pages.</summary>
/// <param name="Needed">Bytes that labelling one sector takes.</param>
/// <param name="Size">The size of that sector.</param>
public sealed record MemoryCheck(long Needed, SectorSize Size) : ICheck
{
    /// <inheritdoc/>
    public string What => "memory";

    /// <inheritdoc/>
    public Task<IReadOnlyList<Finding>> LookAsync(CancellationToken cancellation) => Task.FromResult(Look(new LinuxSystemProbe()));

    internal IReadOnlyList<Finding> Look(ISystemProbe probe) =>
    [
        probe.AvailableMemory() is not { } available ? Finding.Note(What, "the system does not tell how much is available", "look at `free -g`")
        : available >= Needed ? Finding.Fine(What, $"{ByteCount.Text(available)} available, {ByteCount.Text(Needed)} for a sector of {Size}")
        : Finding.Wrong(
            What,
            $"{ByteCount.Text(available)} available, and labelling a sector of {Size} takes {ByteCount.Text(Needed)}",
            $"stop what else takes memory, lift the limit of the cgroup or container, or use a larger machine; for smaller sectors, {Setting.SectorSize}"),
        probe.HugePages() == false
            ? Finding.Note("huge pages", "this system gives none, which makes labelling up to a third slower", $"`echo madvise | sudo tee {HugePages.SettingPath}`")
            : Finding.Fine("huge pages", probe.HugePages() is null ? "the system does not say" : "memory that asks for them is given them"),
    ];
}
