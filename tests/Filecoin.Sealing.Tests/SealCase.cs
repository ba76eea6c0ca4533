using System.Text.Json.Nodes;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Tests.Pieces;
using SealerRecover.Tests;

namespace Filecoin.Sealing.Tests;

/// <summary>One case of seal.json or layers11.json: a whole sector sealed by rust-fil-proofs.</summary>
internal sealed class SealCase
{
    private readonly JsonNode _json;

    private SealCase(JsonNode json) => _json = json;

    public string Id => Text("id");

    public long SectorSize => Number("sector_size");

    public int Layers => (int)Number("layers");

    /// <summary>Whether all data is zero.</summary>
    public bool IsCc => _json["pieces"]!.AsArray().All(piece => piece!["seed"] is null);

    public ReplicaInputs Inputs => new(
        new PorepParameters(
            new SectorSize(SectorSize),
            Layers,
            Enum.Parse<ApiVersion>(Text("api_version")),
            new PorepId(Bytes32.FromHex(Text("porep_id")))),
        new SectorId(new ActorId((ulong)Number("miner_actor_id")), (ulong)Number("sector_number")),
        new Ticket(Bytes32.FromHex(Text("ticket"))),
        new CommD(Bytes32.FromHex(Text("comm_d"))));

    public string CachePath => Text("cache_path");

    public string ParentCacheName => _json["parent_cache_file"]![0]!["name"]!.GetValue<string>();

    /// <summary>Name, length and SHA-256 of every file in the cache folder after PreCommit2.</summary>
    public IEnumerable<(string Name, long Length, string Sha256)> Files =>
        _json["cache_after_pc2"]!.AsArray().Select(file => (
            file!["name"]!.GetValue<string>(), file["len"]!.GetValue<long>(), file["sha256"]!.GetValue<string>()));

    public IEnumerable<string> FilesKept => _json["after_clear_cache"]!.AsArray().Select(name => name!.GetValue<string>());

    public string SealedSha256 => _json["sealed"]!["sha256"]!.GetValue<string>();

    public static IEnumerable<SealCase> All() =>
        new[] { "seal.json", "layers11.json" }
            .SelectMany(file => VectorFiles.Read(file)["cases"]!.AsArray())
            .Select(json => new SealCase(json!));

    public static SealCase Get(string id) => All().Single(known => known.Id == id);

    public string Text(string field) => _json[field]!.GetValue<string>();

    public JsonNode Node(string field) => _json[field]!;

    /// <summary>Writes the Fr32-padded data the case was sealed over.</summary>
    public void WriteStagedFile(string path)
    {
        List<PieceSource> pieces = [];
        foreach (JsonNode? piece in _json["pieces"]!.AsArray())
        {
            long unpadded = piece!["unpadded"]!.GetValue<long>();
            byte[] content = new byte[unpadded];
            if (piece["seed"]?.GetValue<string>() is { } seed)
            {
                VectorFiles.Stream(seed, piece["stream_len"]!.GetValue<long>()).CopyTo(content, 0);
            }

            pieces.Add(new PieceSource(new MemoryStream(content), unpadded));
        }

        StagedSector.Write(path, new SectorSize(SectorSize), pieces, threads: 1, CancellationToken.None);
    }

    private long Number(string field) => _json[field]!.GetValue<long>();
}
