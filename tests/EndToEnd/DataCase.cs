using System.Globalization;
using System.Text.Json.Nodes;
using Filecoin.Cryptography;
using Filecoin.Primitives;

namespace EndToEnd;

/// <summary>A case of seal.json or update.json: its metadata, its pieces, and what the reference made of it.</summary>
internal sealed class DataCase
{
    private readonly JsonNode _json;
    private readonly JsonNode _key;
    private readonly bool _isUpdate;

    private DataCase(string file, string id)
    {
        _isUpdate = file == "update";
        _json = Find(file, id);
        _key = _isUpdate ? Find("seal", (string)_json["sector_key_case"]!) : _json;
    }

    /// <summary>The pieces with data: their CIDs and raw bytes, without the zeros that extend them.</summary>
    public IEnumerable<(PieceInfo Info, byte[] Raw)> Pieces => _json["pieces"]!.AsArray()
        .Where(piece => piece!["seed"] is not null)
        .Select(piece => (Info(piece!), VectorFiles.Stream((string)piece!["seed"]!, (long)piece["stream_len"]!)));

    /// <summary>Name in a storage path.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"s-t0{(ulong)_key["miner_actor_id"]!}-{(ulong)_key["sector_number"]!}");

    /// <summary>Reads a case, "seal/2KiB-v1-pieces" or "update/2KiB-v1-cc".</summary>
    public static DataCase Get(string name) => new(name[..name.IndexOf('/', StringComparison.Ordinal)], name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..]);

    /// <summary>Names of all cases with data whose seal proof is a registered one: others no chain and no metadata file can name.</summary>
    public static IEnumerable<string> Names(long from, long to) =>
        new[] { "seal", "update" }.SelectMany(file => VectorFiles.Read(file + ".json")["cases"]!.AsArray()
            .Where(entry => entry!["pieces"]!.AsArray().Any(piece => piece!["seed"] is not null)
                && (long)entry["sector_size"]! is var size && size >= from && size <= to
                && (file == "update" ? Find("seal", (string)entry["sector_key_case"]!) : entry)["registered_proof_number"] is not null)
            .Select(entry => $"{file}/{(string)entry!["id"]!}"));

    /// <summary>The metadata file.</summary>
    public string Metadata()
    {
        JsonObject sector = new()
        {
            ["SectorNumber"] = (ulong)_key["sector_number"]!,
            ["SealProof"] = (int)_key["registered_proof_number"]!,
            ["Ticket"] = Convert.ToBase64String(Convert.FromHexString((string)_key["ticket"]!)),
            ["SealedCID"] = Link(CommitmentCid.FromSealed(Hex(_key["comm_r"]!))),
        };
        JsonObject holder = sector;
        if (_isUpdate)
        {
            sector["Update"] = holder = new JsonObject { ["SealedCID"] = Link(CommitmentCid.FromSealed(Hex(_json["comm_r_new"]!))) };
        }

        JsonArray sectors = [sector];
        if (!Pieces.Any())
        {
            return Whole();
        }

        holder["CommD"] = Link(CommitmentCid.FromUnsealed(Hex(_json[_isUpdate ? "comm_d_new" : "comm_d"]!)));
        holder[nameof(Pieces)] = new JsonArray([.. _json["pieces"]!.AsArray().Select(piece => (JsonNode)new JsonObject
        {
            ["PieceCID"] = Link(Info(piece!).CommP.ToCid()),
            ["Size"] = Info(piece!).PaddedSize,
        })]);
        return Whole();

        string Whole() => new JsonObject
        {
            ["Miner"] = string.Create(CultureInfo.InvariantCulture, $"f0{(ulong)_key["miner_actor_id"]!}"),
            ["SectorSize"] = (long)_key["sector_size"]!,
            ["SectorInfos"] = sectors,
        }.ToJsonString();
    }

    /// <summary>Writes the pieces' files into a folder, every other one under its CID of version 1 with .car behind it.</summary>
    public void SavePieces(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach ((int index, (PieceInfo info, byte[] raw)) in Pieces.Index())
        {
            File.WriteAllBytes(Path.Combine(folder, info.CommP + (index % 2 == 0 ? ".car" : "")), raw);
        }
    }

    /// <summary>Has a server serve the pieces.</summary>
    public void Serve(FakePieceServer server)
    {
        foreach ((PieceInfo info, byte[] raw) in Pieces)
        {
            server.Add(raw, info.UnpaddedSize, info.CommP.ToString());
        }
    }

    /// <summary>Asserts that every file of the sector is the reference's, byte for byte, and that there are no others of it.</summary>
    public void AssertInstalled(string result)
    {
        string expectedSealed = _isUpdate ? (string)_json["sector_key"]!["sha256"]! : (string)_key["sealed"]!["sha256"]!;
        Assert.Equal(expectedSealed, VectorFiles.Sha256OfFile(Path.Combine(result, "sealed", Name)));
        AssertCache(Path.Combine(result, "cache", Name), _key["cache_after_pc2"]!, _key["after_clear_cache"]!);
        Assert.Equal(_isUpdate, File.Exists(Path.Combine(result, "update", Name)));
        if (_isUpdate)
        {
            Assert.Equal((string)_json["new_replica"]!["sha256"]!, VectorFiles.Sha256OfFile(Path.Combine(result, "update", Name)));
            AssertCache(Path.Combine(result, "update-cache", Name), _json["new_cache_files"]!, _json["after_clear_cache"]!);
        }
    }

    // t_aux names the folder, so the reference's digest of it is of no use; the synthetic proofs' file belongs to a later step.
    private static void AssertCache(string folder, JsonNode files, JsonNode kept)
    {
        string[] names = [.. kept.AsArray().Select(name => (string)name!).Where(name => !name.StartsWith("syn-", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        Assert.Equal(names, Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        Dictionary<string, string> digests = files.AsArray().ToDictionary(file => (string)file!["name"]!, file => (string)file!["sha256"]!);
        Assert.All(names.Where(name => name != "t_aux"), name => Assert.Equal(digests[name], VectorFiles.Sha256OfFile(Path.Combine(folder, name))));
    }

    private static JsonNode Find(string file, string id) =>
        VectorFiles.Read(file + ".json")["cases"]!.AsArray().First(entry => (string)entry!["id"]! == id)!;

    private static PieceInfo Info(JsonNode piece) => new(new CommD(Hex(piece["commp"]!)), (long)piece["padded"]!);

    private static Bytes32 Hex(JsonNode text) => Bytes32.FromHex((string)text!);

    private static JsonObject Link(Cid cid) => new() { ["/"] = cid.ToString() };
}
