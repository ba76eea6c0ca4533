using System.Text.Json.Nodes;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Replica;
using Filecoin.Sealing.Steps;
using Filecoin.Sealing.Trees;
using SealerRecover.Recovery.Survey;

namespace SealerRecover.Recovery.Tests.Survey;

/// <summary>A sector as a storage path holds it, whole until a test damages it.</summary>
internal sealed class SurveyedSector : IDisposable
{
    private readonly TestFolder _folder = new();

    private SurveyedSector(SurveyFacts facts) => Facts = facts;

    public SurveyFacts Facts { get; private init; }

    public string Root => Path.Combine(_folder.Path, "root");

    public string Sealed => Path.Combine(Root, "sealed", Facts.Sector.FileName);

    public string Cache => Path.Combine(Root, "cache", Facts.Sector.FileName);

    public string PAux => Path.Combine(Cache, CacheNames.PAux);

    public IEnumerable<string> Trees => Enumerable.Range(0, Facts.Porep.Shape.BaseTrees).Select(Tree);

    /// <summary>Cases of which tests/vectors/files holds what rust-fil-proofs made.</summary>
    public static IEnumerable<string> KnownIds =>
        Directory.EnumerateDirectories(Path.Combine(VectorFiles.Folder, "files")).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal);

    public string Tree(int tree) => Path.Combine(Cache, CacheNames.TreeRLast(Facts.Porep.Shape, tree));

    /// <summary>A sector that rust-fil-proofs sealed.</summary>
    public static SurveyedSector Known(string id)
    {
        JsonNode known = VectorFiles.Read(id.StartsWith("L11", StringComparison.Ordinal) ? "layers11.json" : "seal.json")["cases"]!.AsArray()
            .Single(entry => (string?)entry!["id"] == id)!;
        Bytes32 Hex(string field) => Bytes32.FromHex((string)known[field]!);
        SurveyedSector sector = new(new SurveyFacts
        {
            Sector = new SectorId(new ActorId((ulong)(long)known["miner_actor_id"]!), (ulong)(long)known["sector_number"]!),
            Porep = new PorepParameters(
                new SectorSize((long)known["sector_size"]!),
                (int)known["layers"]!,
                Enum.Parse<ApiVersion>((string)known["api_version"]!),
                new PorepId(Hex("porep_id"))),
            SealedCid = new CommR(Hex("comm_r")),
            IsSnapped = false,
            CommD = new CommD(Hex("comm_d")),
        });
        Directory.CreateDirectory(sector.Cache);
        Directory.CreateDirectory(Path.GetDirectoryName(sector.Sealed)!);
        foreach (string path in Directory.EnumerateFiles(Path.Combine(VectorFiles.Folder, "files", id)))
        {
            string name = Path.GetFileName(path);
            if (name == "sealed" || CacheNames.Finalized(sector.Facts.Porep).Contains(name))
            {
                File.Copy(path, name == "sealed" ? sector.Sealed : Path.Combine(sector.Cache, name));
            }
        }

        return sector;
    }

    /// <summary>
    /// A replica of 8 MiB of any content with the files that belong to it. It was not sealed; what is found in it is where it was damaged, not
    /// whether the trees are right, which the known sectors are for.
    /// </summary>
    public static SurveyedSector Made(int? rowsToDiscard = null)
    {
        PorepParameters porep = SealProofs.Get(RegisteredSealProof.StackedDrg8MiBV1_1).Porep;
        BaseTreeLayout layout = BaseTreeLayout.For(porep);
        byte[] replica = VectorFiles.Stream("surveyed replica", porep.SectorSize.Bytes);
        for (int top = SectorSize.NodeBytes - 1; top < replica.Length; top += SectorSize.NodeBytes)
        {
            replica[top] &= 0x3f;
        }

        using TestFolder work = new();
        string path = work.At("replica");
        File.WriteAllBytes(path, replica);
        using PaddedFile file = new(path, porep.SectorSize);
        using KeptRows rows = BaseTreeOfReplica.Rows(
            file, porep, 0, layout.LowestRowOfTreeRLast(rowsToDiscard), new FixedTreeCores(2), null, CancellationToken.None);
        PAuxFile pAux = new(new Bytes32(replica.AsSpan(64, 32)), rows.Root);
        SurveyedSector sector = new(new SurveyFacts
        {
            Sector = new SectorId(new ActorId(1000), 7),
            Porep = porep,
            SealedCid = CommRs.From(pAux.CommC, pAux.CommRLast),
            IsSnapped = false,
        });
        Directory.CreateDirectory(sector.Cache);
        Directory.CreateDirectory(Path.GetDirectoryName(sector.Sealed)!);
        File.Move(path, sector.Sealed);
        File.WriteAllBytes(sector.PAux, pAux.ToBytes());
        File.WriteAllBytes(Path.Combine(sector.Cache, CacheNames.TAux), TAuxFile.ToBytes(porep, "/nowhere", layout.RowsDiscarded(rowsToDiscard)));
        using FileStream tree = File.Create(sector.Tree(0));
        for (int row = rows.LowestRow; row <= layout.Height; row++)
        {
            tree.Write(rows.Nodes(new NodeRange(row, 0, layout.RowNodes(row))));
        }

        return sector;
    }

    /// <summary>The same files, of which less is known.</summary>
    public SectorSurvey Survey(SurveySettings settings, SurveyFacts? facts = null, params string[] more) =>
        new SectorSurveyor(StorageRoots.Read([Root, .. more]), settings).Survey(facts ?? Facts, null, TestContext.Current.CancellationToken);

    public SectorSurvey Deep() => Survey(new SurveySettings { Deep = true, Threads = 2 });

    public SectorSurvey Shallow() => Survey(new SurveySettings { Threads = 2 });

    /// <summary>Another storage path beside the first.</summary>
    public string OtherRoot(string name) => Directory.CreateDirectory(Path.Combine(_folder.Path, name)).FullName;

    public static void FlipBit(string path, long bit)
    {
        using FileStream file = File.Open(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = bit / 8;
        int value = file.ReadByte();
        file.Position = bit / 8;
        file.WriteByte((byte)(value ^ (1 << (int)(bit % 8))));
    }

    public void Dispose() => _folder.Dispose();
}
