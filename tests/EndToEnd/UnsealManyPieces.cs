using System.Text.Json.Nodes;
using Filecoin.Sealing.Pieces;

namespace EndToEnd;

/// <summary>Pieces into a folder, out of a storage path with sectors that rust-fil-proofs sealed.</summary>
public sealed class UnsealManyPieces(ParentCaches caches) : IDisposable
{
    private readonly Workbench _bench = new(caches);

    private string Storage => Path.Combine(_bench.Home, "storage");

    private string Out => Path.Combine(_bench.Home, "out");

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_run_that_is_killed_then_stopped_and_run_again_ends_as_one_that_was_not_and_makes_no_piece_twice()
    {
        KnownSector known = KnownSector.Sealed("8MiB-v1_1-pieces");
        Store(known);
        string[] arguments = Arguments(known, "--json");
        await _bench.StopAsync(arguments, "\"phase\":\"label\"", executable => executable.Kill(), Undo);
        Ended stopped = await _bench.StopAsync(arguments, "\"step\":2", executable => executable.Interrupt(), Undo);
        Assert.True(stopped.Code == 130, stopped.ToString());
        Assert.NotNull(stopped.Report["go_on_with"]);
        Assert.Empty(Directory.GetFiles(Out));

        Ended ended = await _bench.RunAsync(0, arguments);
        AssertOut(known, ended, "written");
        Assert.Equal(known.Known.Count(piece => piece.Seed is not null), Directory.GetFileSystemEntries(Out).Length);
        Assert.False(Directory.Exists(Path.Combine(_bench.Temp, "unseal")));

        Ended again = await _bench.RunAsync(0, arguments);
        AssertOut(known, again, "already_there");
        Assert.DoesNotContain(again.Lines, line => (string?)line["phase"] is "label" or "unseal");

        void Undo()
        {
            Directory.Delete(Out, recursive: true);
            Directory.Delete(_bench.Temp, recursive: true);
        }
    }

    [Fact]
    public async Task All_pieces_of_a_sector_come_out_and_one_that_nobody_holds_is_said()
    {
        KnownSector known = KnownSector.Sealed("2KiB-v1_1-pieces");
        Store(known);
        Ended all = await _bench.RunAsync(0, Arguments(known));
        Assert.Contains("1 sector is labelled (PreCommit1)", all.Output, StringComparison.Ordinal);
        Assert.Contains($"{Out} holds 4 of 4 that are wanted, 4 of them written now", all.Output, StringComparison.Ordinal);

        string first = known.Known[0].Cid;
        string stranger = PieceCommitment.Zero(1 << 20).CommP.ToString();
        Ended some = await _bench.RunAsync(2, Arguments(known, $"--pieces={_bench.Write($"{first}\n{stranger} # nobody's\n")}"));
        Assert.Contains("there already", some.Output, StringComparison.Ordinal);
        Assert.Contains($"{Out} holds 1 of 2 that are wanted, 0 of them written now", some.Output, StringComparison.Ordinal);
        Assert.Contains($"1 of 2 did not come out: none of the 1 sectors holds piece {stranger}", some.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pieces_of_a_real_Lotus_come_out_of_whichever_sector_holds_them()
    {
        string devnet = Path.Combine(VectorFiles.Folder, "devnet");
        await using RecordedServer full = await RecordedServer.StartAsync(Path.Combine(devnet, "full.jsonl"));
        await using RecordedServer miner = await RecordedServer.StartAsync(Path.Combine(devnet, "miner.jsonl"));
        _bench.Environment["FULLNODE_API_INFO"] = full.ApiInfo;
        _bench.Environment["MINER_API_INFO"] = miner.ApiInfo;
        string[] pieces = Directory.GetFiles(Path.Combine(devnet, "pieces"));
        string list = _bench.Write(string.Join('\n', pieces.Select(Path.GetFileName)));

        // 4 was snapped and its key released, 5 has an unsealed copy of one of its two pieces, 6 is one piece.
        Ended ended = await _bench.RunAsync(
            0, ["unseal", "--miner=f01000", $"--storage={Path.Combine(devnet, "storage-b")}", $"--pieces={list}", $"--out={Out}", $"--sealing-temp={_bench.Temp}", "--json"]);

        Assert.All(pieces, piece => Assert.Equal(File.ReadAllBytes(piece), File.ReadAllBytes(Path.Combine(Out, Path.GetFileName(piece)))));
        Assert.Equal([4, 5, 6], ended.Lines.Single(line => (string?)line["event"] == "unseal_pieces")["labelled"]!.AsArray().Select(sector => (int)sector!["number"]!).Order());
        Assert.Equal(
            ["4 labelling", "5 labelling", "5 none", "6 labelling"],
            ended.Lines.Single(line => (string?)line["event"] == "unsealed_pieces")["pieces"]!.AsArray().Select(piece => $"{piece!["sector"]!["number"]} {piece["key"]}").Order());
    }

    private void Store(KnownSector known)
    {
        KnownFiles files = KnownFiles.Make(known, caches, Directory.CreateDirectory(Path.Combine(_bench.Home, "files")).FullName);
        Directory.CreateDirectory(Path.Combine(Storage, "sealed"));
        Directory.CreateDirectory(Path.Combine(Storage, "cache"));
        File.Move(files.Sealed, Path.Combine(Storage, "sealed", known.FileName));
        Directory.Move(files.Cache, Path.Combine(Storage, "cache", known.FileName));
    }

    private string[] Arguments(KnownSector known, params string[] more) =>
    [
        "unseal", $"--metadata={_bench.Write(known.Metadata())}", $"--storage={Storage}", $"--out={Out}", $"--sealing-temp={_bench.Temp}", .. more,
    ];

    private void AssertOut(KnownSector known, Ended ended, string result)
    {
        JsonArray pieces = ended.Lines.Single(line => (string?)line["event"] == "unsealed_pieces")["pieces"]!.AsArray();
        Assert.All(pieces, piece => Assert.Equal(result, (string?)piece!["result"]));
        foreach (KnownPiece piece in known.Known.Where(piece => piece.Seed is not null))
        {
            byte[] content = known.Raw().AsSpan((int)(piece.Offset / 128 * 127), (int)(piece.PaddedSize / 128 * 127)).ToArray();
            Assert.True(File.ReadAllBytes(Path.Combine(Out, piece.Cid)).AsSpan().SequenceEqual(content), piece.Cid);
        }
    }
}
