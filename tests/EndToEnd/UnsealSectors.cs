using System.Globalization;
using System.Text.Json.Nodes;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Pieces;
using SealerRecover.Tests;
using Xunit;

namespace EndToEnd;

/// <summary>Data out of sealed and updated sectors that rust-fil-proofs made, with the key there or gone.</summary>
public sealed class UnsealSectors(ParentCaches caches) : IDisposable
{
    private const long Short = 8 << 20;

    private readonly Workbench _bench = new(caches);

    public static TheoryData<string> SealedCases => [.. KnownSector.Ids("seal.json", long.MaxValue)];

    public static TheoryData<string> UpdateCases => [.. KnownSector.Ids("update.json", long.MaxValue)];

    private string Output => Path.Combine(_bench.Home, "data");

    public void Dispose() => _bench.Dispose();

    [Theory]
    [MemberData(nameof(SealedCases))]
    public async Task The_data_of_a_sealed_sector_comes_out_as_it_was(string id)
    {
        KnownSector known = KnownSector.Sealed(id);
        SkipUnlessShort(known);
        KnownFiles files = Make(known);
        Ended ended = await Unseal(known, $"--sealed={files.Sealed}", $"--cache={files.Cache}", "--json");
        AssertIs(ended, known.Raw());
        Assert.Equal("labelling", (string?)Plan(ended)["key"]);
        Assert.False(Directory.Exists(Path.Combine(_bench.Temp, "unseal")));
    }

    [Theory]
    [MemberData(nameof(UpdateCases))]
    public async Task The_data_of_an_update_comes_out_with_its_key_and_without(string id)
    {
        KnownSector known = KnownSector.Updated(id);
        SkipUnlessShort(known);
        KnownFiles files = Make(known);
        Ended with = await Unseal(known, $"--update={files.Update}", $"--update-cache={files.UpdateCache}", $"--sealed={files.Sealed}", "--json");
        AssertIs(with, known.Raw());
        Assert.Equal("sealed_file", (string?)Plan(with)["key"]);
        File.Delete(Output);

        Ended without = await Unseal(known, $"--update={files.Update}", "--json");
        AssertIs(without, known.Raw());
        Assert.Equal("labelling", (string?)Plan(without)["key"]);
    }

    [Fact]
    public async Task All_data_comes_out_where_nobody_tells_the_pieces()
    {
        KnownSector known = KnownSector.Sealed("2KiB-v1_1-pieces");
        KnownFiles files = Make(known);
        string untold = _bench.Write(known.Metadata(sector =>
        {
            sector["CommD"] = new JsonObject { ["/"] = known.SealedOver.ToString() };
            sector["Pieces"] = new JsonArray();
        }));
        Ended ended = await _bench.RunAsync(
            "unseal", $"--metadata={untold}", $"--sealed={files.Sealed}", $"--cache={files.Cache}", $"--output={Output}", $"--sealing-temp={_bench.Temp}", "--json");
        AssertIs(ended, known.Raw());
    }

    [Fact]
    public async Task Pieces_and_ranges_come_out_alone()
    {
        KnownSector known = KnownSector.Sealed("2KiB-v1_1-pieces");
        KnownFiles files = Make(known);
        File.Copy(files.LastLayer, Path.Combine(files.Cache, CacheNames.Layer(2)));
        string[] from = [$"--sealed={files.Sealed}", $"--cache={files.Cache}", "--json"];
        foreach (KnownPiece piece in known.Known.Where(piece => piece.Seed is not null))
        {
            byte[] content = known.Raw().AsSpan((int)(piece.Offset / 128 * 127), (int)(piece.PaddedSize / 128 * 127)).ToArray();
            Ended version1 = await Unseal(known, [.. from, $"--piece={piece.Cid}"]);
            AssertIs(version1, content);
            Assert.Equal("cache_folder", (string?)Plan(version1)["key"]);
            Assert.Equal(piece.Cid, (string?)Plan(version1)["commitment"]);
            File.Delete(Output);

            // Version 2 also tells where the data ends.
            Assert.True(CommitmentCid.TryGetCommD(Cid.Parse(piece.Cid), out CommD commP));
            PieceInfo info = new(commP, piece.PaddedSize);
            PieceCidV2 version2 = PieceLayout.SmallestFor(piece.StreamLength) == piece.PaddedSize
                ? new PieceCidV2(info, piece.StreamLength)
                : PieceCidV2.OfWhole(info);
            AssertIs(await Unseal(known, [.. from, $"--piece={version2}"]), content[..(int)version2.PayloadSize]);
            File.Delete(Output);
        }

        Ended range = await Unseal(known, [.. from, "--offset=128", "--length=256"]);
        AssertIs(range, known.Raw()[127..381]);
        Ended exists = await Unseal(known, [.. from, "--offset=0"]);
        Assert.True(exists.Code == 11, exists.ToString());
        AssertIs(range, known.Raw()[127..381]);
    }

    [Fact]
    public async Task A_stopped_run_goes_on_and_kept_labels_are_used_again()
    {
        KnownSector known = KnownSector.Sealed("8MiB-v1_1-pieces");
        KnownFiles files = Make(known);
        string[] arguments = [.. Arguments(known), $"--sealed={files.Sealed}", "--keep-labels", "--json"];
        Ended stopped = await _bench.StopAsync(
            arguments,
            "\"step\":2",
            executable => executable.Interrupt(),
            () =>
            {
                File.Delete(Output);
                Directory.Delete(_bench.Temp, recursive: true);
            });
        Assert.True(stopped.Code == 130, stopped.ToString());
        Assert.False(File.Exists(Output));
        Assert.NotNull(stopped.Report["go_on_with"]);

        Ended ended = await _bench.RunAsync(arguments);
        AssertIs(ended, known.Raw());
        Assert.DoesNotContain(ended.Lines, line => (string?)line["phase"] == "label" && (int?)line["step"] == 1);
        File.Delete(Output);

        Ended again = await _bench.RunAsync(arguments);
        AssertIs(again, known.Raw());
        Assert.Equal("earlier_run", (string?)Plan(again)["key"]);
        Assert.DoesNotContain(again.Lines, line => (string?)line["phase"] == "label");
    }

    [Fact]
    public async Task A_damaged_replica_leaves_no_output()
    {
        KnownSector known = KnownSector.Sealed("2KiB-v1-pieces");
        KnownFiles files = Make(known);
        byte[] content = await File.ReadAllBytesAsync(files.Sealed, TestContext.Current.CancellationToken);
        content[700] ^= 1;
        await File.WriteAllBytesAsync(files.Sealed, content, TestContext.Current.CancellationToken);
        Ended ended = await Unseal(known, $"--sealed={files.Sealed}");
        Assert.True(ended.Code == 8, ended.ToString());
        Assert.Contains(files.Sealed, ended.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_bench.Home, "data*"));
    }

    [Fact]
    public async Task Files_of_another_sector_and_impossible_ranges_are_refused_before_any_labelling()
    {
        KnownSector known = KnownSector.Sealed("2KiB-v1_1-pieces");
        KnownFiles files = Make(known);
        string source = $"--sealed={files.Sealed}";
        await Refused(known, 2, "no output was named", ["unseal", $"--metadata={_bench.Write(known.Metadata())}", source]);
        await Refused(known, 2, "no file of", []);
        await Refused(known, 2, "has no update", [$"--update={files.Sealed}"]);
        await Refused(known, 2, "does not exist", [$"--sealed={files.Sealed}.gone"]);
        await Refused(known, 2, "is 64 bytes long", [$"--sealed={Path.Combine(files.Cache, CacheNames.PAux)}"]);
        await Refused(known, 2, "both a piece and a range", [source, "--piece=x", "--offset=0"]);
        await Refused(known, 2, "not the CID of a piece", [source, "--piece=x"]);
        await Refused(known, 2, "none of the", [source, $"--piece={ZeroCommitments.ForPiece(1 << 20)}"]);
        await Refused(known, 2, "whole groups of 128", [source, "--offset=1"]);
        await Refused(known, 2, "outside the 2048", [source, "--offset=2KiB"]);
        await Refused(known, 2, "is not within", [source, "--offset=1KiB", "--length=2KiB"]);
        byte[] other = KnownSector.Sealed("2KiB-v1-pieces").PAux;
        await File.WriteAllBytesAsync(Path.Combine(files.Cache, CacheNames.PAux), other, TestContext.Current.CancellationToken);
        await Refused(known, 7, "belongs to CommR", [source, $"--cache={files.Cache}"]);
        KnownSector snapped = KnownSector.Updated("2KiB-v1-cc");
        await Refused(snapped, 2, "was snapped", [source]);
        Assert.False(Directory.Exists(_bench.Temp));
    }

    private static JsonObject Plan(Ended ended) => ended.Lines.Single(line => (string?)line["event"] == "unseal_plan");

    private static void SkipUnlessShort(KnownSector known) => Assert.SkipUnless(
        known.Length <= Short || VectorFiles.LongTests, "takes minutes; set SEALER_RECOVER_LONG_TESTS=1");

    private KnownFiles Make(KnownSector known) => KnownFiles.Make(known, caches, Directory.CreateDirectory(Path.Combine(_bench.Home, "files")).FullName);

    private async Task Refused(KnownSector known, int code, string sentence, string[] more)
    {
        Ended ended = await (more is ["unseal", ..] ? _bench.RunAsync(more) : Unseal(known, more));
        Assert.True(ended.Code == code, ended.ToString());
        Assert.Contains(sentence, ended.Error, StringComparison.Ordinal);
        Assert.Contains("hint: ", ended.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Output));
    }

    private string[] Arguments(KnownSector known) =>
    [
        "unseal", $"--metadata={_bench.Write(known.Metadata())}", string.Create(CultureInfo.InvariantCulture, $"--sector={known.Sector.Number}"),
        $"--sealing-temp={_bench.Temp}", $"--output={Output}",
    ];

    private async Task<Ended> Unseal(KnownSector known, params string[] more)
    {
        using Executable executable = _bench.Start([.. Arguments(known), .. more]);
        return await executable.EndAsync(TestContext.Current.CancellationToken);
    }

    private void AssertIs(Ended ended, byte[] expected)
    {
        Assert.True(ended.Code == 0, ended.ToString());
        Assert.True(File.ReadAllBytes(Output).AsSpan().SequenceEqual(expected), "the data is another");
    }
}
