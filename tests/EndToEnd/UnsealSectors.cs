using System.Globalization;
using System.Text.Json.Nodes;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Unsealed;

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
            executable =>
            {
                // The first layer is written while the second is made of it.
                SpinWait.SpinUntil(() => executable.HasEnded || Directory.EnumerateFiles(_bench.Temp, "journal", SearchOption.AllDirectories)
                    .Any(journal => File.ReadAllText(journal).Contains("layer-1", StringComparison.Ordinal)));
                executable.Interrupt();
            },
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_unsealed_copy_given_for_a_sealed_file_is_recognised_before_any_labelling(bool trailer)
    {
        KnownSector known = KnownSector.Sealed("2KiB-v1_1-pieces");
        string copy = UnsealedCopy(known, trailer);
        await Refused(known, 2, $"{copy}, named by --sealed, is the unsealed copy of {known.Sector}: its data has the sector's CommD, {known.SealedOver}", [$"--sealed={copy}"]);

        KnownSector snapped = KnownSector.Updated("2KiB-v1_1-cc");
        string updated = UnsealedCopy(snapped, trailer);
        await Refused(snapped, 2, $"{updated}, named by --update, is the unsealed copy of {snapped.Sector}", [$"--update={updated}"]);
        if (trailer)
        {
            await Refused(snapped, 2, $"{copy}, named by --update, is not sealed: it looks like an unsealed copy, in part or of another sector", [$"--update={copy}"]);
        }

        string zeros = Path.Combine(_bench.Home, "zeros");
        await File.WriteAllBytesAsync(zeros, new byte[2048], TestContext.Current.CancellationToken);
        await Refused(known, 2, $"{zeros}, named by --sealed, is not sealed: there is nothing but zeros in it", [$"--sealed={zeros}"]);
        Assert.False(Directory.Exists(_bench.Temp));
    }

    [Theory]
    [InlineData("2KiB-v1_1-pieces", false)]
    [InlineData("2KiB-v1_1-pieces", true)]
    public async Task Pieces_and_ranges_come_out_of_an_unsealed_copy_without_any_labelling(string id, bool trailer)
    {
        KnownSector known = KnownSector.Sealed(id);
        string from = $"--unsealed={UnsealedCopy(known, trailer)}";
        Ended whole = await Unseal(known, from, "--json");
        AssertIs(whole, known.Raw());
        Assert.Equal("none", (string?)Plan(whole)["key"]);
        Assert.Equal(known.SealedOver.ToString(), (string?)Plan(whole)["commitment"]);
        foreach (KnownPiece piece in known.Known.Where(piece => piece.Seed is not null))
        {
            File.Delete(Output);
            AssertIs(
                await Unseal(known, from, $"--piece={piece.Cid}", "--json"),
                known.Raw().AsSpan((int)(piece.Offset / 128 * 127), (int)(piece.PaddedSize / 128 * 127)).ToArray());
        }

        File.Delete(Output);
        AssertIs(await Unseal(known, from, "--offset=128", "--length=256"), known.Raw()[127..381]);
        Assert.False(Directory.Exists(_bench.Temp));
    }

    [Fact]
    public async Task The_unsealed_copy_of_a_snapped_sector_holds_its_update()
    {
        KnownSector known = KnownSector.Updated("2KiB-v1_1-cc");
        AssertIs(await Unseal(known, $"--unsealed={UnsealedCopy(known, trailer: true)}"), known.Raw());
    }

    [Fact]
    public async Task A_copy_in_part_damaged_sealed_or_another_s_gives_only_what_is_right()
    {
        KnownSector known = KnownSector.Sealed("2KiB-v1_1-pieces");
        KnownPiece[] pieces = [.. known.Known.Where(piece => piece.Seed is not null)];
        string part = Path.Combine(_bench.Home, "part");
        using (PaddedFile padded = new(UnsealedCopy(known, trailer: false), SectorSize.KiB2))
        {
            UnsealedFile.Write(
                LinuxFileSystem.Instance, part, padded, [new PaddedRange(pieces[0].Offset, pieces[0].PaddedSize)], 1, null, TestContext.Current.CancellationToken);
        }

        Ended there = await Unseal(known, $"--unsealed={part}", $"--piece={pieces[0].Cid}");
        AssertIs(there, known.Raw().AsSpan((int)(pieces[0].Offset / 128 * 127), (int)(pieces[0].PaddedSize / 128 * 127)).ToArray());
        File.Delete(Output);
        await Refused(known, 2, $"{part} has not all of the padded bytes", [$"--unsealed={part}", $"--piece={pieces[^1].Cid}"]);
        await Refused(known, 2, "it was only unsealed in part", [$"--unsealed={part}"]);

        string damaged = UnsealedCopy(known, trailer: true);
        Workbench.Flip(damaged, pieces[^1].Offset + 3);
        await Refused(known, 8, $"the data in {damaged} has the commitment", [$"--unsealed={damaged}", $"--piece={pieces[^1].Cid}"]);
        await Refused(known, 8, $"the data in {damaged} has the commitment", [$"--unsealed={damaged}"]);
        Assert.Equal(0, (await Unseal(known, $"--unsealed={damaged}", $"--piece={pieces[0].Cid}")).Code);
        File.Delete(Output);

        KnownFiles files = Make(known);
        await Refused(known, 2, $"{files.Sealed}, named by --unsealed, is no unsealed copy", [$"--unsealed={files.Sealed}"]);
        await Refused(known, 2, "both an unsealed copy and a sealed file", [$"--unsealed={damaged}", $"--sealed={files.Sealed}"]);
        await Refused(known, 2, "does not exist", [$"--unsealed={damaged}.gone"]);
        await Refused(known, 2, "is at least 2048", [$"--unsealed={Path.Combine(files.Cache, CacheNames.PAux)}"]);
        Assert.False(Directory.Exists(_bench.Temp));
    }

    [Fact]
    public async Task A_sealed_file_given_as_the_source_of_its_pieces_is_called_that()
    {
        KnownSector known = KnownSector.Sealed("2KiB-v1_1-pieces");
        KnownFiles files = Make(known);
        string named = Path.Combine(_bench.Home, known.FileName);
        File.Copy(files.Sealed, named);
        Ended ended = await _bench.RunAsync(_bench.Recover(_bench.Write(known.Metadata()), $"--piece-source={named}"));
        Assert.True(ended.Code == 13, ended.ToString());
        Assert.Contains($"{named} is sealed or an update, of which no piece can be read before it is unsealed", ended.Output, StringComparison.Ordinal);
    }

    private string UnsealedCopy(KnownSector known, bool trailer)
    {
        string path = Path.Combine(_bench.Home, $"unsealed-{Guid.NewGuid():N}");
        File.WriteAllBytes(path, known.Padded());
        if (!trailer)
        {
            return path;
        }

        using PaddedFile padded = new(path, known.Proof.SectorSize);
        UnsealedFile.Write(LinuxFileSystem.Instance, path + "-trailer", padded, null, 1, null, TestContext.Current.CancellationToken);
        return path + "-trailer";
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
