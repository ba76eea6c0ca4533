using System.Text.Json.Nodes;

namespace EndToEnd;

/// <summary>From the command line to the metadata file, before a node that has forgotten how the sectors were sealed.</summary>
public sealed class FindWhatIsForgotten(ParentCaches caches, Databases databases)
{
    [Theory]
    [InlineData("state", "mainnet", 'f', "f01000")]
    [InlineData("state", "calibrationnet", 't', "robust")]
    [InlineData("messages", "mainnet", 'f', "robust")]
    [InlineData("messages", "calibrationnet", 't', "t01000")]
    [InlineData("events", "mainnet", 'f', "f01000")]
    [InlineData("events", "calibrationnet", 't', "t01000")]
    [InlineData("archive", "mainnet", 'f', "robust")]
    [InlineData("archive", "calibrationnet", 't', "t01000")]
    [InlineData("lotus-miner", "mainnet", 'f', "f01000")]
    [InlineData("lotus-miner", "calibrationnet", 't', "robust")]
    [InlineData("damocles", "mainnet", 'f', "f01000")]
    [InlineData("damocles", "calibrationnet", 't', "t01000")]
    [InlineData("curio", "mainnet", 'f', "f01000")]
    [InlineData("curio", "calibrationnet", 't', "robust")]
    [InlineData("lotus-miner and curio", "mainnet", 'f', "robust")]
    [InlineData("state and curio", "calibrationnet", 't', "t01000")]
    [InlineData("lotus-miner and archive", "mainnet", 'f', "f01000")]
    [InlineData("lotus-miner and damocles", "calibrationnet", 't', "t01000")]
    [InlineData("state and lotus-miner", "mainnet", 'f', "f01000")]
    public async Task Every_source_alone_and_useful_pairs_tell_sectors_of_every_kind(string sources, string network, char prefix, string miner)
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases, network, prefix);
        FakeSector[] sectors = forgetting.AddKinds();
        if (sources is not ("messages" or "events") && !sources.Contains("state", StringComparison.Ordinal))
        {
            forgetting.Node.KeepHeadersOnly();
        }

        List<string> options = [];
        foreach (string source in sources.Split(" and "))
        {
            await forgetting.AddAsync(source, options, sectors);
        }

        Ended ended = await forgetting.Bench.RunAsync(["export", $"--miner={forgetting.Named(miner)}", .. options, "1-8", "--json"]);

        // Pieces of a sector that is not proven and has no deals only its sealer can tell.
        bool untold = sources is "state" or "archive";
        Assert.True(ended.Code == (untold ? 5 : 0), ended.ToString());
        JsonArray written = await forgetting.WrittenAsync();
        Assert.Equal(8, written.Count);
        foreach ((FakeSector sector, JsonNode entry) in WrittenEntries.Of(sectors, written))
        {
            bool withPieces = !untold || sector.Number != 8;
            WrittenEntries.AssertWritten(forgetting, sector, entry, withPieces);
            AssertOrigins(sources, sector, entry["Facts"]!.AsArray(), withPieces);
        }

        if (untold)
        {
            AssertUntold(ended, forgetting.Metadata);
        }

        // What a program reads is what the file has.
        Assert.All(ended.Lines.Where(line => (string?)line["event"] == "sector_found"), line =>
        {
            JsonArray told = line["facts"]!.AsArray();
            JsonArray kept = written.Single(entry => (ulong)entry!["SectorNumber"]! == (ulong)line["sector"]!["number"]!)!["Facts"]!.AsArray();
            Assert.Equal(kept.Select(fact => (string)fact!["Fact"]!), told.Select(fact => (string)fact!["fact"]!));
            Assert.Equal(kept.Select(fact => (bool)fact!["Verified"]!), told.Select(fact => (bool)fact!["verified"]!));
            Assert.All(told, fact => Assert.NotEmpty(fact!["told_by"]!.AsArray()));
        });
    }

    [Fact]
    public async Task All_sectors_and_faulty_ones_are_exported_without_naming_them()
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        FakeSector first = ForgettingChain.Proven(1);
        foreach (ulong number in (ulong[])[5, 1, 9])
        {
            forgetting.Miner.Add(first with { Number = number, Early = number == 5 ? 100_000 : 0, Deadline = (int)number });
        }

        Ended faulty = await forgetting.Bench.RunAsync("export", "--miner=f01000", "--faulty");
        Assert.True(faulty.Code == 0, faulty.ToString());
        Assert.Equal([5UL], await forgetting.WrittenNumbersAsync());
        Ended all = await forgetting.Bench.RunAsync("export", "--miner=f01000", "--all");
        Assert.True(all.Code == 0, all.ToString());
        Assert.Equal([5UL, 1UL, 9UL], await forgetting.WrittenNumbersAsync());

        Ended none = await forgetting.Bench.RunAsync("export", "--miner=f01000");
        Assert.True(none.Code == 2, none.ToString());
        forgetting.Miner.Sectors.Clear();
        Ended empty = await forgetting.Bench.RunAsync("export", "--miner=f01000", "--faulty");
        Assert.True(empty.Code == 4, empty.ToString());
    }

    /// <summary>Every fact says who told it, and nothing is left unverified.</summary>
    private static void AssertOrigins(string sources, FakeSector sector, JsonArray facts, bool withPieces)
    {
        Assert.All(facts, fact => Assert.NotEmpty(fact!["ToldBy"]!.AsArray()));
        Assert.Contains("the block headers of epoch ", WrittenEntries.TellersOf(facts, "Ticket"), StringComparison.Ordinal);
        Assert.All(facts, fact => Assert.True((bool)fact!["Verified"]!, $"{sources}, sector {sector.Number}: {fact}"));
        string expected = (sources, sector) switch
        {
            (_, { Activation: null }) => "the newest state",
            ("messages" or "state", { SealProof: 15 }) => "the ProveCommitSectorsNI message at epoch 10200",
            ("messages", _) => "the PreCommitSectorBatch2 message bafy",
            ("events", { SealProof: not 15 }) => "which an event names",
            ("archive", _) => "of the archive node",
            ("damocles", _) => "damocles.json",
            ("curio", _) => "Curio's database",
            ("lotus-miner and curio", _) => "lotus-miner, Curio's database",
            ("state and curio", { SealProof: not 15 }) => "the state at epoch 10200, Curio's database",
            ("lotus-miner and damocles", _) => "lotus-miner, the damocles state in ",
            ("state and lotus-miner", { SealProof: not 15 }) => "the state at epoch 10200, lotus-miner",
            ("lotus-miner" or "lotus-miner and archive", _) => "lotus-miner",
            _ => "epoch 10200",
        };
        Assert.Contains(expected, WrittenEntries.TellersOf(facts, "TicketEpoch"), StringComparison.Ordinal);
        if (sector is { Number: 8, Activation: null })
        {
            Assert.StartsWith("the newest state", WrittenEntries.TellersOf(facts, "CommD"), StringComparison.Ordinal);
            Assert.Equal(withPieces, facts.Any(fact => (string?)fact!["Fact"] == "Pieces"));
        }

        if (sector is { Number: 8, Activation: null } && withPieces)
        {
            string tellers = WrittenEntries.TellersOf(facts, "Pieces");
            Assert.All(
                sources.Split(" and ").Except(["state", "archive"]),
                source => Assert.Contains(source switch { "curio" => "Curio's database", "damocles" => "the damocles state in ", _ => source }, tellers, StringComparison.Ordinal));
        }
    }

    /// <summary>What is missing, who may know it, where it can be written, and that the rest is written.</summary>
    private static void AssertUntold(Ended ended, string metadata)
    {
        JsonNode failure = ended.Report["sectors"]!.AsArray().Single(sector => (ulong)sector!["sector"]!["number"]! == 8)!["failure"]!;
        Assert.StartsWith("f01000 sector 8 holds data, but nothing tells which pieces (", (string?)failure["message"], StringComparison.Ordinal);
        Assert.StartsWith("Until it is proven only who sealed it knows its pieces: name the lotus-miner ", (string?)failure["hint"], StringComparison.Ordinal);
        Assert.Contains("write the pieces to a metadata file", (string?)failure["hint"], StringComparison.Ordinal);
        Assert.Contains(
            $"f01000 sector 8: {metadata} holds all but its pieces and says that it holds data with CommD {ForgettingChain.CommD}: ",
            ended.Output + ended.Error,
            StringComparison.Ordinal);
    }
}
