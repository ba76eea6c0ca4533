using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using Filecoin.Chain.Facts;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.PreCommit;
using Filecoin.Sealing.Unsealed;
using SectorData = Filecoin.Chain.Facts.SectorData;

namespace SealerRecover.Recovery.Tests.Unsealing;

/// <summary>A piece whose bytes the test knows.</summary>
internal sealed record DataPiece(byte[] Raw, PieceInfo Info)
{
    public string Name => Info.CommP.ToString();

    /// <summary>Bytes from a seed that fill a piece of 512 padded bytes, or others that do.</summary>
    public static DataPiece Of(int seed) => Of(VectorFiles.Stream(seed.ToString(CultureInfo.InvariantCulture), 508));

    public static DataPiece Of(byte[] raw) => new(raw, PieceCommitment.Compute(new MemoryStream(raw), 512, 1, CancellationToken.None));
}

/// <summary>
/// A storage path of 2KiB sectors with four pieces of 512 bytes each, sealed here: labels plus data, by schoolbook addition. Layers are gone, as
/// Lotus and Curio leave it.
/// </summary>
internal sealed class DataSectors : IDisposable
{
    public const int PiecesInSector = 4;

    private static readonly BigInteger Modulus =
        BigInteger.Parse("52435875175126190479447740508185965837690552500527637822603658699938581184513", CultureInfo.InvariantCulture);

    private readonly TestFolder _folder = new(Directory.Exists("/dev/shm") ? "/dev/shm" : null);
    private readonly List<SectorFacts> _facts = [];

    public DataSectors() => Directory.CreateDirectory(Path.Combine(Storage, "sealed"));

    public static SealProofInfo Proof => SealProofs.Get(RegisteredSealProof.StackedDrg2KiBV1_1);

    public string Storage => _folder.At("storage");

    public string Temp => _folder.At("temp");

    public string Out => _folder.At("out");

    public string Parents => _folder.At("parents");

    public IReadOnlyList<SectorFacts> Facts => _facts;

    public string Sealed(ulong number, string storage = "storage") => _folder.At(storage, "sealed", $"s-t01000-{number}");

    public string Unsealed(ulong number) => _folder.At("storage", "unsealed", $"s-t01000-{number}");

    public string Folder(string name) => _folder.At(name);

    /// <summary>Seals a sector.</summary>
    public void Seal(ulong number, params DataPiece[] pieces)
    {
        SectorId sector = new(new ActorId(1000), number);
        ImmutableArray<PieceInfo> infos = [.. pieces.Select(piece => piece.Info)];
        CommD commD = PieceLayout.ComputeCommD(SectorSize.KiB2, infos);
        Ticket ticket = new(Bytes32.FromHex(number.ToString("x64", CultureInfo.InvariantCulture)));
        _facts.Add(new SectorFacts
        {
            Sector = sector,
            SealProof = Proof,
            Ticket = ticket,
            SealedCid = default,
            Data = new SectorData { CommD = commD, Pieces = infos, OrderKnown = true, Source = "a test" },
        });
        File.WriteAllBytes(Sealed(number), Add(Labels(sector, ticket, commD), Padded(pieces)));
    }

    /// <summary>Writes an unsealed copy with some of its pieces.</summary>
    public void Unseal(ulong number, IReadOnlyList<DataPiece> pieces, params int[] there)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Unsealed(number))!);
        string padded = _folder.At($"padded-{number}");
        File.WriteAllBytes(padded, Padded(pieces));
        using PaddedFile data = new(padded, SectorSize.KiB2);
        UnsealedFile.Write(LinuxFileSystem.Instance, Unsealed(number), data, there.Select(index => new PaddedRange(index * 512L, 512)), 1, null, CancellationToken.None);
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Padded(IReadOnlyList<DataPiece> pieces)
    {
        byte[] raw = new byte[2032];
        for (int i = 0; i < pieces.Count; i++)
        {
            pieces[i].Raw.CopyTo(raw, i * 508);
        }

        byte[] padded = new byte[2048];
        Fr32.Pad(raw, padded);
        return padded;
    }

    private byte[] Labels(SectorId sector, Ticket ticket, CommD commD)
    {
        string work = Directory.CreateDirectory(_folder.At("labels")).FullName;
        SealJob job = new()
        {
            Inputs = new ReplicaInputs(Proof.Porep, sector, ticket, commD),
            CacheFolder = work,
            SealedFile = Path.Combine(work, "sealed"),
            CachePathInTAux = "/nowhere",
        };
        using (ParentCache parents = new ParentCacheFolder(Parents).Open(Proof.Porep, threads: 2, windowNodes: 2048, progress: null, CancellationToken.None))
        {
            PreCommit1.Run(job, parents, new MemoryStepLog(), progress: null, CancellationToken.None);
        }

        byte[] labels = File.ReadAllBytes(Path.Combine(work, CacheNames.Layer(Proof.Porep.Layers)));
        Directory.Delete(work, recursive: true);
        return labels;
    }

    private static byte[] Add(byte[] labels, byte[] data)
    {
        byte[] replica = new byte[labels.Length];
        for (int node = 0; node < labels.Length; node += Bytes32.Length)
        {
            BigInteger sum = (Number(labels) + Number(data)) % Modulus;
            sum.TryWriteBytes(replica.AsSpan(node, Bytes32.Length), out _, isUnsigned: true);

            BigInteger Number(byte[] bytes) => new(bytes.AsSpan(node, Bytes32.Length), isUnsigned: true);
        }

        return replica;
    }
}
