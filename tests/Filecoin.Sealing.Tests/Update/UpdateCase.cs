using System.Text.Json.Nodes;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.PreCommit;
using Filecoin.Sealing.Update;
using SealerRecover.Tests;

namespace Filecoin.Sealing.Tests.Update;

/// <summary>One case of update.json: data that rust-fil-proofs put into a sealed sector and took out again.</summary>
internal sealed class UpdateCase
{
    private readonly JsonNode _json;

    private UpdateCase(JsonNode json) => _json = json;

    public string Id => Text("id");

    public SectorSize Size => new(_json["sector_size"]!.GetValue<long>());

    public SealCase Key => SealCase.Get(Text("sector_key_case"));

    public CommR KeyCommR => new(Bytes32.FromHex(Text("sector_key_comm_r")));

    public CommD CommD => new(Bytes32.FromHex(Text("comm_d_new")));

    public string ReplicaSha256 => _json["new_replica"]!["sha256"]!.GetValue<string>();

    public string DataSha256 => Text("decoded_sha256");

    public IEnumerable<(string Name, long Length, string Sha256)> Files => FilesIn(_json["new_cache_files"]!);

    public IEnumerable<(string Name, long Length, string Sha256)> RestoredFiles => FilesIn(_json["remove_encoded"]!["cache_files"]!);

    public IEnumerable<string> FilesKept => _json["after_clear_cache"]!.AsArray().Select(name => name!.GetValue<string>());

    public string KeySha256 => _json["sector_key"]!["sha256"]!.GetValue<string>();

    public static IEnumerable<UpdateCase> All() => VectorFiles.Read("update.json")["cases"]!.AsArray().Select(json => new UpdateCase(json!));

    public static UpdateCase Get(string id) => All().Single(known => known.Id == id);

    public string Text(string field) => _json[field]!.GetValue<string>();

    /// <summary>Writes the pieces' raw data to <paramref name="folder"/> and returns the sector put together from them.</summary>
    public SectorData WritePieces(string folder)
    {
        Directory.CreateDirectory(folder);
        Dictionary<long, PieceFile> files = [];
        List<PieceInfo> infos = [];
        foreach (JsonNode? piece in _json["pieces"]!.AsArray())
        {
            infos.Add(new PieceInfo(new CommD(Bytes32.FromHex(piece!["commp"]!.GetValue<string>())), piece["padded"]!.GetValue<long>()));
            if (piece["seed"]?.GetValue<string>() is { } seed)
            {
                long offset = piece["padded_offset"]!.GetValue<long>();
                byte[] content = VectorFiles.Stream(seed, piece["stream_len"]!.GetValue<long>());
                string path = Path.Combine(folder, $"piece-{offset}");
                File.WriteAllBytes(path, content);
                files.Add(offset, new PieceFile(path, content.Length));
            }
        }

        return SectorData.OfPieces(Size, PieceLayout.Arrange(Size, infos), piece => files.GetValueOrDefault(piece.Offset));
    }

    /// <summary>Seals the key in <paramref name="place"/>, as it is after clean-up.</summary>
    public void SealKey(Workplace place, CancellationToken cancellation)
    {
        SealJob job = place.Job(Key, keepAll: false);
        using ParentCache parents = Workplace.OpenParents(job.Inputs, cancellation);
        PreCommit1.Run(job, parents, place.Log, null, cancellation);
        PreCommit2.Run(job, place.Log, Environment.ProcessorCount, null, cancellation);
    }

    /// <summary>The job of encoding, with key and pieces in <paramref name="place"/>.</summary>
    public UpdateJob Job(Workplace place, ISectorData data, bool keepAll) => new()
    {
        Porep = Key.Inputs.Porep,
        Sector = Key.Inputs.Sector,
        KeyCommR = KeyCommR,
        CommD = CommD,
        Data = data,
        Source = new PaddedFile(place.SealedFile, Size),
        SourceCacheFolder = place.CacheFolder,
        TargetFile = Path.Combine(place.Folder, "update"),
        TargetCacheFolder = Directory.CreateDirectory(Path.Combine(place.Folder, "update-cache")).FullName,
        KeepAll = keepAll,
    };

    private static IEnumerable<(string Name, long Length, string Sha256)> FilesIn(JsonNode files) => files.AsArray().Select(file => (
        file!["name"]!.GetValue<string>(), file["len"]!.GetValue<long>(), file["sha256"]!.GetValue<string>()));
}
