using System.Numerics;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.PreCommit;
using Filecoin.Sealing.Steps;
using Filecoin.Sealing.Update;

namespace EndToEnd;

/// <summary>
/// The files of a <see cref="KnownSector"/>, as a storage path holds them after sealing: made here from labels and data by schoolbook
/// addition, and compared with the digest that rust-fil-proofs' files have.
/// </summary>
internal sealed class KnownFiles
{
    private static readonly BigInteger Modulus =
        BigInteger.Parse("52435875175126190479447740508185965837690552500527637822603658699938581184513", System.Globalization.CultureInfo.InvariantCulture);

    private KnownFiles(string folder)
    {
        Folder = folder;
        Cache = Directory.CreateDirectory(Path.Combine(folder, "cache")).FullName;
        UpdateCache = Directory.CreateDirectory(Path.Combine(folder, "update-cache")).FullName;
    }

    /// <summary>The folder of all of them.</summary>
    public string Folder { get; }

    /// <summary>The sealed file; of a snapped sector, the key.</summary>
    public string Sealed => Path.Combine(Folder, "sealed");

    /// <summary>Its cache folder: p_aux alone.</summary>
    public string Cache { get; }

    /// <summary>The update; only of a snapped sector.</summary>
    public string Update => Path.Combine(Folder, "update");

    /// <summary>Its cache folder.</summary>
    public string UpdateCache { get; }

    /// <summary>The last layer, which Lotus and Curio delete.</summary>
    public string LastLayer => Path.Combine(Folder, "last-layer");

    /// <summary>Makes the files.</summary>
    public static KnownFiles Make(KnownSector known, ParentCaches caches, string folder)
    {
        KnownFiles files = new(folder);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        files.Label(known, caches, cancellation);
        if (known.IsUpdated)
        {
            File.Copy(files.LastLayer, files.Sealed);
            files.Encode(known, cancellation);
        }
        else
        {
            File.WriteAllBytes(files.Sealed, Add(File.ReadAllBytes(files.LastLayer), known.Padded()));
        }

        Assert.Equal(known.SealedSha256, VectorFiles.Sha256OfFile(files.Sealed));
        File.WriteAllBytes(Path.Combine(files.Cache, CacheNames.PAux), known.PAux);
        return files;
    }

    private void Label(KnownSector known, ParentCaches caches, CancellationToken cancellation)
    {
        string work = Directory.CreateDirectory(Path.Combine(Folder, "labels")).FullName;
        PorepParameters porep = known.Proof.Porep;
        SealJob job = new()
        {
            Inputs = new ReplicaInputs(porep, known.Sector, known.SealTicket, known.SealedOver),
            CacheFolder = work,
            SealedFile = Path.Combine(work, "sealed"),
            CachePathInTAux = "/nowhere",
        };
        using (ParentCache parents = new ParentCacheFolder(caches.Folder).Open(porep, threads: 2, windowNodes: 2048, progress: null, cancellation))
        {
            PreCommit1.Run(job, parents, new MemoryStepLog(), progress: null, cancellation);
        }

        File.Move(Path.Combine(work, CacheNames.Layer(porep.Layers)), LastLayer);
        Directory.Delete(work, recursive: true);
    }

    private void Encode(KnownSector known, CancellationToken cancellation)
    {
        string pieces = Path.Combine(Folder, "staged");
        File.WriteAllBytes(pieces, known.Padded());
        File.WriteAllBytes(Path.Combine(Cache, CacheNames.PAux), known.PAux);
        using PaddedFile data = new(pieces, known.Proof.SectorSize);
        using PaddedFile key = new(Sealed, known.Proof.SectorSize);
        UpdateJob job = new()
        {
            Porep = known.Proof.Porep,
            Sector = known.Sector,
            KeyCommR = known.CommR,
            CommD = known.UpdateCommD,
            Data = data,
            Source = key,
            SourceCacheFolder = Cache,
            TargetFile = Update,
            TargetCacheFolder = UpdateCache,
        };
        SectorUpdate.Encode(job, new MemoryStepLog(), new FixedTreeCores(2), progress: null, cancellation);
        Assert.Equal(known.UpdateSha256, VectorFiles.Sha256OfFile(Update));
    }

    private static byte[] Add(byte[] labels, byte[] data)
    {
        const int node = 32;
        byte[] sealedBytes = new byte[labels.Length];
        Parallel.For(0, labels.Length / node, i =>
        {
            BigInteger sum = new BigInteger(labels.AsSpan(i * node, node), isUnsigned: true) + new BigInteger(data.AsSpan(i * node, node), isUnsigned: true);
            BigInteger reduced = sum % Modulus;
            reduced.TryWriteBytes(sealedBytes.AsSpan(i * node, node), out _, isUnsigned: true);
        });
        return sealedBytes;
    }
}
