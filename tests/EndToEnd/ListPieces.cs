using System.Text.Json.Nodes;
using Filecoin.Primitives;

namespace EndToEnd;

/// <summary>The pieces command from a metadata file, with sources that have all pieces, some or none.</summary>
public sealed class ListPieces(ParentCaches caches) : IDisposable
{
    private readonly Workbench _bench = new(caches);

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("2KiB-v1_1-pieces")]
    [InlineData("8MiB-v1_1-pieces")]
    public async Task Every_piece_has_its_place_and_the_list_gives_CommD(string id)
    {
        KnownSector known = KnownSector.Sealed(id);
        Ended ended = await Pieces(known.Metadata(), "--json");
        Assert.True(ended.Code == 0, ended.ToString());
        JsonObject answer = Answer(ended);
        Assert.True((bool)answer["comm_d_agrees"]!);
        Assert.Equal("given", (string?)answer["order"]);
        Assert.Equal(
            known.Known.Where(piece => piece.Seed is not null).Select(piece => (piece.Cid, piece.Offset)),
            Listed(answer).Select(piece => ((string)piece["piece_cid"]!, (long)piece["offset"]!)));
        Assert.Null(answer["pieces"]![0]!["found"]);
        Assert.Equal("listed", (string?)ended.Report["sectors"]![0]!["result"]);
    }

    [Fact]
    public async Task An_order_nobody_told_is_the_one_that_gives_CommD()
    {
        KnownSector known = KnownSector.Sealed("2KiB-v1_1-pieces");
        Ended ended = await Pieces(known.Metadata(sector =>
        {
            JsonNode[] pieces = [.. sector["Pieces"]!.AsArray().Select(piece => piece!.DeepClone()).Reverse()];
            sector["Pieces"] = new JsonArray(pieces);
            sector["PiecesInOrder"] = false;
        }), "--json");
        Assert.True(ended.Code == 0, ended.ToString());
        Assert.Equal("found", (string?)Answer(ended)["order"]);
        Assert.True((bool)Answer(ended)["comm_d_agrees"]!);
    }

    [Fact]
    public async Task A_list_that_does_not_give_CommD_is_code_7()
    {
        KnownSector known = KnownSector.Sealed("2KiB-v1_1-pieces");
        string other = known.Metadata(sector => sector["Pieces"]!.AsArray().RemoveAt(0));
        Ended ended = await Pieces(other);
        Assert.True(ended.Code == 7, ended.ToString());
        Assert.Contains("its pieces give CommD", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sources_have_all_pieces_or_the_missing_ones_are_named_and_code_13()
    {
        KnownSector known = KnownSector.Sealed("2KiB-v1_1-pieces");
        string folder = known.WritePieces(Path.Combine(_bench.Home, "pieces"));
        string source = $"--piece-source={folder}";
        Ended all = await Pieces(known.Metadata(), source, "--json");
        Assert.True(all.Code == 0, all.ToString());
        Assert.All(Listed(Answer(all)), piece => Assert.StartsWith(folder, (string?)piece["found"]![0]!["where"], StringComparison.Ordinal));

        string lost = Listed(Answer(all)).Select(piece => (string)piece["piece_cid"]!).First();
        File.Delete(Path.Combine(folder, lost));
        Ended some = await Pieces(known.Metadata(), "--piece-source=~/pieces");
        Assert.True(some.Code == 13, some.ToString());
        Assert.Contains(lost, some.Output, StringComparison.Ordinal);
        Assert.Contains("nowhere", some.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_bench.Temp));
    }

    [Fact]
    public async Task What_Curio_parks_counts_as_for_recover_and_only_by_its_bytes()
    {
        KnownSector known = KnownSector.Sealed("2KiB-v1_1-pieces");
        KnownPiece[] wanted = [.. known.Known.Where(piece => piece.Seed is not null).DistinctBy(piece => piece.Cid)];
        string storage = Directory.CreateDirectory(Path.Combine(_bench.Home, "storage", "piece")).FullName;
        for (int i = 0; i < wanted.Length; i++)
        {
            byte[] raw = VectorFiles.Stream(wanted[i].Seed!, wanted[i].StreamLength);
            await File.WriteAllBytesAsync(Path.Combine(storage, $"s-t00-{20 + i}"), raw, TestContext.Current.CancellationToken);
            raw[0] ^= 1;
            await File.WriteAllBytesAsync(Path.Combine(storage, $"s-t00-{10 + i}"), raw, TestContext.Current.CancellationToken);
        }

        string source = $"--piece-source={Path.GetDirectoryName(storage)}";
        Ended ended = await Pieces(known.Metadata(), source, "--json");
        Assert.True(ended.Code == 0, ended.ToString());
        Assert.All(Listed(Answer(ended)), piece =>
        {
            int i = Array.FindIndex(wanted, entry => entry.Cid == (string?)piece["piece_cid"]);
            Assert.Equal(Path.Combine(storage, $"s-t00-{20 + i}"), (string?)piece["found"]![0]!["where"]);
            Assert.Equal("commitment", (string?)piece["found"]![0]!["evidence"]);
        });
        Assert.Contains("(read and verified)", (await Pieces(known.Metadata(), source)).Output, StringComparison.Ordinal);

        // Files of any name, where asked for, and what has the length and other bytes.
        File.Move(Path.Combine(storage, "s-t00-20"), Path.Combine(storage, "first.bin"));
        Ended hidden = await Pieces(known.Metadata(), source, "--json");
        Assert.True(hidden.Code == 13, hidden.ToString());
        Assert.Contains(wanted[0].Cid, (string?)hidden.Report["sectors"]![0]!["failure"]!["message"], StringComparison.Ordinal);
        Assert.Equal(0, (await Pieces(known.Metadata(), source.Replace("=", "=any:", StringComparison.Ordinal))).Code);

        Ended recovered = await _bench.RunAsync(_bench.Recover(_bench.Write(known.Metadata()), source.Replace("=", "=any:", StringComparison.Ordinal)));
        Assert.True(recovered.Code == 0, recovered.ToString());
        Assert.Contains("(by its length alone)", recovered.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("NOWHERE", recovered.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_update_is_listed_instead_of_what_was_under_it()
    {
        Ended ended = await Pieces(KnownSector.Updated("2KiB-v1_1-cc").Metadata(), "--json");
        Assert.True(ended.Code == 0, ended.ToString());
        Assert.True((bool)Answer(ended)["update"]!);
        Assert.True((bool)Answer(ended)["comm_d_agrees"]!);
    }

    [Fact]
    public async Task A_sector_without_data_needs_nothing()
    {
        Ended ended = await _bench.RunAsync("pieces", $"--metadata={Workbench.Sample("2KiB")}", "--sector=2");
        Assert.True(ended.Code == 0, ended.ToString());
        Assert.Contains("no pieces are needed", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Neither_miner_nor_metadata_is_a_mistake_and_an_unknown_sector_a_failure()
    {
        Ended neither = await _bench.RunAsync("pieces", "--sector=2");
        Assert.True(neither.Code == 2, neither.ToString());
        Assert.Contains("neither a miner nor a metadata file", neither.Error, StringComparison.Ordinal);
        Ended unknown = await _bench.RunAsync("pieces", $"--metadata={Workbench.Sample("2KiB")}", "--sector=777");
        Assert.True(unknown.Code == 2, unknown.ToString());
        Assert.Contains("777", unknown.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chain_node_tells_the_pieces_and_where_it_found_them()
    {
        KnownSector known = KnownSector.Sealed("2KiB-v1_1-pieces");
        FakeChain chain = new();
        FakePiece[] pieces = [.. known.Known.Where(piece => piece.Seed is not null).Select(piece => new FakePiece(Cid.Parse(piece.Cid), (ulong)piece.PaddedSize))];
        chain.AddMiner(1000, SectorSize.KiB2).Add(new FakeSector
        {
            Number = 2,
            SealProof = 5,
            SealedCid = known.CommR.ToCid(),
            SealRandEpoch = 9_000,
            PreCommitEpoch = 9_900,
            Activation = 10_200,
            UnsealedCid = known.SealedOver.ToCid(),
            Pieces = pieces,
            ProvedWithPieces = true,
        });
        await using FakeNode node = await FakeNode.StartAsync(chain, token: "s3cr3t");
        _bench.Environment["FULLNODE_API_INFO"] = node.ApiInfo;
        Ended ended = await _bench.RunAsync("pieces", "--miner=f01000", "--sector=2", $"--sealing-temp={_bench.Temp}", "--json");
        Assert.True(ended.Code == 0, ended.ToString());
        Assert.Equal(pieces.Select(piece => piece.Cid.ToString()), Listed(Answer(ended)).Select(piece => (string?)piece["piece_cid"]));
        Assert.Contains("ProveCommitSectors3", (string?)Answer(ended)["pieces_from"], StringComparison.Ordinal);
    }

    private static JsonObject Answer(Ended ended) => ended.Lines.Single(line => (string?)line["event"] == "pieces");

    private static IEnumerable<JsonNode> Listed(JsonObject answer) =>
        answer["pieces"]!.AsArray().Select(piece => piece!).Where(piece => !(bool)piece["zeros"]!);

    private Task<Ended> Pieces(string metadata, params string[] more)
    {
        string path = _bench.Write(metadata);
        return _bench.RunAsync(["pieces", $"--metadata={path}", $"--sealing-temp={_bench.Temp}", .. more]);
    }
}
