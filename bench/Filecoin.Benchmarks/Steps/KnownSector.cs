using System.Text.Json.Nodes;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Jobs;
using SealerRecover.Tests;

namespace Filecoin.Benchmarks.Steps;

/// <summary>A CC sector that rust-fil-proofs sealed: its inputs and the commitments that have to come out.</summary>
internal sealed record KnownSector(string Id, ReplicaInputs Inputs, string CachePath, string CommC, string CommRLast, string CommR)
{
    private static readonly string[] Vectors = ["seal.json", "layers11.json"];

    /// <summary>The V1_1 sector of a size in tests/vectors.</summary>
    public static KnownSector Get(SectorSize size, int layers)
    {
        JsonNode known = Vectors
            .SelectMany(file => VectorFiles.Read(file)["cases"]!.AsArray())
            .FirstOrDefault(known => (long)known!["sector_size"]! == size.Bytes
                && (int)known["layers"]! == layers
                && (string)known["api_version"]! == nameof(ApiVersion.V1_1_0)
                && ((string)known["id"]!).EndsWith("-cc", StringComparison.Ordinal))
            ?? throw new ArgumentException($"there is no known sector of {size} with {layers} layers");
        return new KnownSector(
            Text("id"),
            new ReplicaInputs(
                new PorepParameters(size, layers, ApiVersion.V1_1_0, new PorepId(Bytes32.FromHex(Text("porep_id")))),
                new SectorId(new ActorId((ulong)known["miner_actor_id"]!), (ulong)known["sector_number"]!),
                new Ticket(Bytes32.FromHex(Text("ticket"))),
                new CommD(Bytes32.FromHex(Text("comm_d")))),
            Text("cache_path"),
            Text("comm_c"),
            Text("comm_r_last"),
            Text("comm_r"));

        string Text(string field) => (string)known[field]!;
    }

    /// <summary>Speed never outruns truth.</summary>
    public void Check(SealedCommitments sealedSector)
    {
        (string, string, string) made = (sealedSector.CommC.ToString(), sealedSector.CommRLast.ToString(), sealedSector.CommR.Value.ToString());
        if (made != (CommC, CommRLast, CommR))
        {
            throw new InvalidOperationException($"{Id}: made {made}, which is not what rust-fil-proofs made");
        }
    }
}
