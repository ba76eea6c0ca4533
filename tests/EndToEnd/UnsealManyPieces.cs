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
    public async Task All_pieces_of_a_sector_come_out_and_a_bad_list_or_a_piece_that_nobody_holds_is_said()
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

        await Refused(known, "line 1 of ", $"--pieces={_bench.Write("what")}");
        await Refused(known, "is not there", "--pieces=./nowhere");
        await Refused(known, "--piece is for one sector", $"--piece={first}");
        Ended without = await _bench.RunAsync(2, ["unseal", "--metadata=x", "--pieces=y"]);
        Assert.Contains("--pieces was given without --out", without.Error, StringComparison.Ordinal);
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

    private async Task Refused(KnownSector known, string sentence, string more)
    {
        Ended ended = await _bench.RunAsync(2, Arguments(known, more));
        Assert.Contains(sentence, ended.Error, StringComparison.Ordinal);
    }

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
