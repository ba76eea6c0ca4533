using Filecoin.Primitives;

namespace SealerRecover.Recovery.PieceSources;

/// <summary>
/// The folder "pieces" of the temporary folder: raw bytes of pieces that came from elsewhere, each a file under its CID of version 1 that
/// appears whole and verified or not at all; downloads not yet whole as "CID.part" with "CID.part.state" beside it. Sectors that hold the
/// same piece share the file: each keeps a mark "CID.for.s-t0…", and the last to release deletes it. Safe from several threads and
/// processes.
/// </summary>
public sealed class PieceStore
{
    /// <summary>The store in a temporary folder; nothing is made before something is kept.</summary>
    /// <param name="tempFolder">Absolute path.</param>
    public PieceStore(string tempFolder)
    {
        Folder = Path.Combine(tempFolder, "pieces");
    }

    /// <summary>The store's folder.</summary>
    public string Folder { get; }

    /// <summary>
    /// The most bytes of disk that getting these pieces can still take here: nothing for what is here whole, what is missing for what is
    /// here in part, the unpadded size for the rest. A piece in a local file will take none, which is known only once it was looked for.
    /// </summary>
    public long BytesToCome(IEnumerable<PieceInfo> pieces) => throw new NotImplementedException();

    /// <summary>Keeps these pieces, once they are here, until this sector releases them. Once more is fine.</summary>
    /// <exception cref="OperatorException">Storage: the folder cannot be written.</exception>
    public void Hold(SectorId sector, IEnumerable<PieceInfo> pieces) => throw new NotImplementedException();

    /// <summary>This sector is installed: pieces no other sector holds are deleted, downloads not yet whole included.</summary>
    /// <exception cref="OperatorException">Storage: the folder cannot be written.</exception>
    public void Release(SectorId sector) => throw new NotImplementedException();
}
