using System.Globalization;
using System.Text.Json.Nodes;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using SealerRecover.Tests;

namespace Filecoin.Sealing.Tests.Graph;

/// <summary>The graphs of tests/vectors as parameters of a proof.</summary>
internal static class GraphVectors
{
    public static PorepParameters Porep(string porepId, string apiVersion, long sectorSize, int layers = 2) => new(
        new SectorSize(sectorSize), layers, Enum.Parse<ApiVersion>(apiVersion), new PorepId(Bytes32.FromHex(porepId)));

    public static PorepParameters Porep(JsonNode node) =>
        Porep((string)node["porep_id"]!, (string)node["api_version"]!, (long)node["sector_size"]!);

    /// <summary>Every parent cache that the sealing vectors name: porep id, version, sector size, file name, length, digest.</summary>
    public static IEnumerable<CacheVector> Caches() =>
        from name in new[] { "seal.json", "layers11.json" }
        from node in VectorFiles.Read(name)["cases"]!.AsArray()
        let file = node["parent_cache_file"]![0]!
        select new CacheVector(
            (string)node["id"]!, Porep(node), (string)file["name"]!, (long)file["len"]!, (string)file["sha256"]!);

    public static IEnumerable<uint> Numbers(JsonNode row) =>
        row.AsArray().Select(number => uint.Parse(number!.ToJsonString(), CultureInfo.InvariantCulture));
}

internal sealed record CacheVector(string Id, PorepParameters Porep, string FileName, long Length, string Sha256);
