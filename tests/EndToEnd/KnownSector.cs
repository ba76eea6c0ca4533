using System.Text.Json.Nodes;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Pieces;

namespace EndToEnd;

/// <summary>A piece of a known sector.</summary>
internal sealed record KnownPiece(string Cid, long PaddedSize, long Offset, string? Seed, long StreamLength);

/// <summary>A sector with data that rust-fil-proofs sealed or updated (seal.json, update.json), as metadata and files.</summary>
internal sealed class KnownSector
{
    private readonly JsonNode _key;
    private readonly JsonNode? _update;

    private KnownSector(JsonNode key, JsonNode? update)
    {
        _key = key;
        _update = update;
    }

    /// <summary>Sector size in bytes.</summary>
    public long Length => (long)_key["sector_size"]!;

    /// <summary>Name in a storage path.</summary>
    public string FileName => $"s-t0{(long)_key["miner_actor_id"]!}-{(long)_key["sector_number"]!}";

    /// <summary>The seal proof.</summary>
    public SealProofInfo Proof => SealProofs.Get((RegisteredSealProof)(int)_key["registered_proof_number"]!);

    /// <summary>What was sealed: of a snapped sector, its key.</summary>
    public SectorId Sector => new(new ActorId((ulong)(long)_key["miner_actor_id"]!), (ulong)(long)_key["sector_number"]!);

    /// <summary>The ticket.</summary>
    public Ticket SealTicket => new(Bytes32.FromHex((string)_key["ticket"]!));

    /// <summary>What was sealed over.</summary>
    public CommD SealedOver => new(Bytes32.FromHex((string)_key["comm_d"]!));

    /// <summary>CommR of what was sealed.</summary>
    public CommR CommR => new(Bytes32.FromHex((string)_key["comm_r"]!));

    /// <summary>SHA-256 of the sealed file.</summary>
    public string SealedSha256 => (string)_key["sealed"]!["sha256"]!;

    /// <summary>SHA-256 of the update.</summary>
    public string UpdateSha256 => (string)_update!["new_replica"]!["sha256"]!;

    /// <summary>Commitment to the update's data.</summary>
    public CommD UpdateCommD => new(Bytes32.FromHex((string)_update!["comm_d_new"]!));

    /// <summary>CommR of the update.</summary>
    public CommR UpdateCommR => new(Bytes32.FromHex((string)_update!["comm_r_new"]!));

    /// <summary>The pieces, those of the update where there is one.</summary>
    public IReadOnlyList<KnownPiece> Known => [.. PiecesOf(_update ?? _key)];

    /// <summary>Whether it was snapped.</summary>
    public bool IsUpdated => _update is not null;

    /// <summary>p_aux of what was sealed.</summary>
    public byte[] PAux => Convert.FromHexString((string)_key["p_aux_hex"]!);

    /// <summary>A sealed sector.</summary>
    public static KnownSector Sealed(string id) => new(Case("seal.json", id), null);

    /// <summary>A sector that was snapped.</summary>
    public static KnownSector Updated(string id)
    {
        JsonNode update = Case("update.json", id);
        return new(Case("seal.json", (string)update["sector_key_case"]!), update);
    }

    /// <summary>Cases of a vector file whose sectors a registered proof is for and that are at most so large.</summary>
    public static IEnumerable<string> Ids(string file, long mostBytes)
    {
        HashSet<string> registered = [.. VectorFiles.Read("seal.json")["cases"]!.AsArray()
            .Where(known => known!["registered_proof_number"] is not null).Select(known => (string)known!["id"]!)];
        return VectorFiles.Read(file)["cases"]!.AsArray()
            .Where(known => (long)known!["sector_size"]! <= mostBytes && registered.Contains((string)(known["sector_key_case"] ?? known["id"])!))
            .Select(known => (string)known!["id"]!);
    }

    /// <summary>A metadata file with this sector.</summary>
    /// <param name="change">Changes the sector's object, or its update's.</param>
    public string Metadata(Action<JsonObject>? change = null)
    {
        JsonObject sector = new()
        {
            ["SectorNumber"] = (long)_key["sector_number"]!,
            ["Ticket"] = Convert.ToBase64String(SealTicket.Value.ToArray()),
            ["SealProof"] = (int)_key["registered_proof_number"]!,
            ["SealedCID"] = Link(CommR.ToString()),
        };
        JsonObject holder = sector;
        if (_update is not null)
        {
            sector["Update"] = holder = new JsonObject { ["SealedCID"] = Link(UpdateCommR.ToString()) };
        }

        if (Known.Any(piece => piece.Seed is not null))
        {
            holder["CommD"] = Link((_update is null ? SealedOver : UpdateCommD).ToString());
            holder["Pieces"] = new JsonArray(
                [.. Known.Select(piece => new JsonObject { ["PieceCID"] = Link(piece.Cid), ["Size"] = piece.PaddedSize })]);
        }

        change?.Invoke(holder);
        return new JsonObject
        {
            ["Miner"] = $"f0{(long)_key["miner_actor_id"]!}",
            ["SectorSize"] = Length,
            ["SectorInfos"] = new JsonArray(sector),
        }.ToJsonString();
    }

    /// <summary>Writes the raw bytes of every piece that is not zeros, under its CID.</summary>
    public string WritePieces(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (KnownPiece piece in Known.Where(piece => piece.Seed is not null))
        {
            File.WriteAllBytes(Path.Combine(folder, piece.Cid), VectorFiles.Stream(piece.Seed!, piece.StreamLength));
        }

        return folder;
    }

    /// <summary>The raw bytes of the whole sector: zeros where there is no piece.</summary>
    public byte[] Raw()
    {
        byte[] raw = new byte[Length / 128 * 127];
        foreach (KnownPiece piece in Known.Where(piece => piece.Seed is not null))
        {
            VectorFiles.Stream(piece.Seed!, piece.StreamLength).CopyTo(raw, piece.Offset / 128 * 127);
        }

        return raw;
    }

    /// <summary>The same, Fr32-padded.</summary>
    public byte[] Padded()
    {
        byte[] raw = Raw();
        byte[] padded = new byte[Length];
        Fr32.Pad(raw, padded);
        return padded;
    }

    private static JsonObject Link(string cid) => new() { ["/"] = cid };

    private static JsonNode Case(string file, string id) =>
        VectorFiles.Read(file)["cases"]!.AsArray().Single(known => (string?)known!["id"] == id)!;

    private static IEnumerable<KnownPiece> PiecesOf(JsonNode known) => known["pieces"]!.AsArray().Select(piece => new KnownPiece(
        new CommD(Bytes32.FromHex((string)piece!["commp"]!)).ToString(),
        (long)piece["padded"]!,
        (long)piece["padded_offset"]!,
        (string?)piece["seed"],
        (long?)piece["stream_len"] ?? 0));
}
