using Filecoin.Primitives;
using Filecoin.Sealing.Files;

namespace Filecoin.Sealing.Pieces;

/// <summary>
/// A file of one node after the other, one sector long: padded data (staged or unsealed), a replica, a sector key, a layer. What follows the
/// sector in the file, as in Lotus's unsealed files, is not looked at.
/// </summary>
/// <param name="path">The file; opened when it is first read.</param>
/// <param name="size">Sector size: the least the file must be long.</param>
/// <param name="files">Opens it; null for the real file system.</param>
public sealed class PaddedFile(string path, SectorSize size, IFileSystem? files = null) : ISectorData, IDisposable
{
    private readonly SteadyFile _file =
        new(path, size.Bytes, "Put back the file as it was, and run the same command again", mayBeLonger: true, files);

    /// <inheritdoc/>
    public SectorSize Size { get; } = size;

    /// <summary>The file.</summary>
    public string Path => _file.Path;

    /// <inheritdoc/>
    public void Read(long offset, Span<byte> destination)
    {
        SectorDataRange.Check(this, offset, destination.Length);
        _file.Read(offset, destination);
    }

    /// <summary>Closes the file; reading opens it again.</summary>
    public void Dispose() => _file.Dispose();
}
