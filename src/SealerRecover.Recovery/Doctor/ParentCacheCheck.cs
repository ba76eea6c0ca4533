using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Graph;

namespace SealerRecover.Recovery.Doctor;

/// <summary>The parent cache of a sector size: whether it is there and of the right length, and whether its digest is known. It is not read.</summary>
/// <param name="folder">The folder of parent caches, absolute.</param>
/// <param name="porep">Whose.</param>
public sealed class ParentCacheCheck(string folder, PorepParameters porep) : ICheck
{
    /// <inheritdoc/>
    public string What => "parent cache";

    /// <inheritdoc/>
    public Task<IReadOnlyList<Finding>> LookAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<Finding>>([Look()]);

    private Finding Look()
    {
        ParentCacheFolder caches = new(folder);
        string path = caches.PathFor(porep);
        long expected = ParentCacheFolder.LengthOf(porep);
        Hint build = $"build it: {UserCommand.Parents} {Setting.SectorSize}={porep.SectorSize}";
        FileLook look = StorageFailure.Explain($"looking at {path}", () => FileLook.Through(path));
        return look switch
        {
            { Kind: FileKind.Missing } => Finding.Note(What, $"{path} is not there; the first sector of {porep.SectorSize} builds it, which takes {ByteCount.Text(expected)} of disk", build),
            { Kind: FileKind.File } when look.Length == expected => Finding.Fine(
                What,
                $"{path} has the length of one for {porep.SectorSize}, and its digest {(caches.IsDigestKnown(porep) ? "is known, so that it is read before it is used" : "is computed when it is first used")}"),
            { Kind: FileKind.File } => Finding.Wrong(What, $"{path} has {look.Length} bytes where one for {porep.SectorSize} has {expected}: it is cut off or none", build),
            _ => Finding.Wrong(What, $"{path} is no file", build),
        };
    }
}
