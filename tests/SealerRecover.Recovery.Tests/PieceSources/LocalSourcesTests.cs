using System.Buffers.Binary;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Pieces;
using SealerRecover.Recovery.PieceSources;

namespace SealerRecover.Recovery.Tests.PieceSources;

[Collection(nameof(StartsProcesses))]
public sealed class LocalSourcesTests : IDisposable
{
    private static readonly SectorId Sector = new(new ActorId(1000), 5);
    private readonly SourceBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("{1}")]
    [InlineData("{1}.car")]
    [InlineData("{1}.CAR")]
    [InlineData("{1}.piece")]
    [InlineData("{1}.raw")]
    [InlineData("{2}")]
    [InlineData("{2}.car")]
    [InlineData("one/two/three/{1}.car")]
    public async Task A_file_named_by_a_CID_is_used_where_it_lies(string pattern)
    {
        TestPiece piece = TestPiece.Make(3000);
        string name = pattern.Replace("{1}", piece.V1, StringComparison.Ordinal).Replace("{2}", piece.V2, StringComparison.Ordinal);
        string path = _bench.File(name, piece.Raw);
        VerifiedPiece found = await _bench.FetchAsync(piece, _bench.Files);
        Assert.Equal(new VerifiedPiece(piece.Info, path, 3000, path, InPlace: true), found);
        Assert.False(Directory.Exists(_bench.Store.Folder), "nothing is copied");
    }

    [Fact]
    public async Task Names_may_be_in_capitals()
    {
        TestPiece piece = TestPiece.Make(3000);
        string path = _bench.File(piece.V1.ToUpperInvariant() + ".Car", piece.Raw);
        Assert.Equal(path, (await _bench.FetchAsync(piece, _bench.Files)).Path);
    }

    [Fact]
    public async Task Every_piece_of_the_vectors_is_found_in_a_folder()
    {
        List<TestPiece> pieces = [.. VectorPieces.All()];
        Assert.True(pieces.Count > 20, "the vectors have pieces");
        foreach (TestPiece piece in pieces)
        {
            _bench.File(piece.V1 + ".car", piece.Raw);
        }

        PieceFetcher fetcher = _bench.Fetcher(_bench.Files);
        foreach (TestPiece piece in pieces)
        {
            SourceBench.AssertHolds(await _bench.FetchAsync(fetcher, piece.Wanted), piece);
        }
    }

    [Fact]
    public async Task A_CID_of_version_2_names_the_larger_pieces_that_zeros_make_of_it()
    {
        TestPiece small = TestPiece.Make(3000);
        TestPiece large = TestPiece.Make(3000, padded: 1 << 20);
        string path = _bench.File(small.V2 + ".car", small.Raw);
        Assert.Equal(path, (await _bench.FetchAsync(large, _bench.Files)).Path);
    }

    [Fact]
    public async Task Wrong_truncated_and_too_long_files_are_named_and_the_next_source_is_tried()
    {
        TestPiece piece = TestPiece.Make(3000);
        byte[] wrong = [.. piece.Raw];
        wrong[1234] ^= 1;
        string wrongPath = _bench.File($"a/{piece.V1}.car", wrong);
        string shortPath = _bench.File($"b/{piece.V2}.car", piece.Raw.AsSpan(0, 2500));
        string longPath = _bench.File($"c/{piece.V1}.car", new byte[5000]);
        string goodPath = _bench.File($"d/{piece.V1}.car", piece.Raw);
        string[] sources = [.. "abcd".Select(folder => Path.Combine(_bench.Files, folder.ToString()))];

        MissingPieceException missing = await _bench.MissAsync(piece.Wanted, sources[..3]);
        Assert.Equal([RefusalKind.WrongBytes, RefusalKind.Truncated, RefusalKind.TooLong], missing.Refusals.Select(refusal => refusal.Kind));
        string wrongCommP = PieceCommitment.Compute(new MemoryStream(wrong), 4096, 1, CancellationToken.None).CommP.ToString();
        Assert.Contains($"{wrongPath} holds other bytes: its 3000 bytes have CommP {wrongCommP}", missing.Message, StringComparison.Ordinal);
        Assert.Contains($"{shortPath} is truncated: it has 2500 of 3000 bytes", missing.Message, StringComparison.Ordinal);
        Assert.Contains($"{longPath} has 5000 bytes, more than the 4064", missing.Message, StringComparison.Ordinal);
        Assert.Contains("(4 KiB)", missing.Message, StringComparison.Ordinal);

        Assert.Equal(goodPath, (await _bench.FetchAsync(piece, sources)).Path);
    }

    [Fact]
    public async Task Without_sources_or_with_none_that_has_it_the_message_says_so()
    {
        TestPiece piece = TestPiece.Make(300);
        MissingPieceException none = await _bench.MissAsync(piece.Wanted);
        Assert.Contains("no piece source was given", none.Message, StringComparison.Ordinal);
        Assert.Contains(Setting.PieceSource, none.Hint.Named);
        PieceRefusal refusal = await _bench.RefusalAsync(piece.Wanted, _bench.Files);
        Assert.Equal(RefusalKind.NotThere, refusal.Kind);
        Assert.Contains(_bench.Files, refusal.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_of_ten_thousand_files_is_looked_through_once_and_quickly()
    {
        using TestFolder memory = new(Directory.Exists("/dev/shm") ? "/dev/shm" : null); // Making them on a disk takes long.
        for (int i = 0; i < 10_000; i++)
        {
            string cid = new CommD(new Bytes32(VectorFiles.Stream($"name {i}", 32)).ClearTopTwoBits()).ToString();
            File.WriteAllBytes(memory.At(cid + ".car"), []);
        }

        TestPiece piece = TestPiece.Make(3000);
        string path = memory.At(piece.V1 + ".car");
        await File.WriteAllBytesAsync(path, piece.Raw, TestContext.Current.CancellationToken);

        FolderIndex.Scan(memory.Path, anyName: false, CancellationToken.None); // Compiles the code.
        Stopwatch watch = Stopwatch.StartNew();
        FolderIndex index = FolderIndex.Scan(memory.Path, anyName: false, CancellationToken.None);
        TimeSpan once = watch.Elapsed;
        Assert.Equal(path, Assert.Single(index.Named(piece.Info.CommP)));
        Assert.True(once < TimeSpan.FromSeconds(2), $"looking through took {once}"); // Tens of milliseconds, but the machine may be busy.
        TestContext.Current.SendDiagnosticMessage($"10,000 names in {once.TotalMilliseconds:0} ms");

        PieceFetcher fetcher = _bench.Fetcher(memory.Path);
        await _bench.FetchAsync(fetcher, piece.Wanted);
        TestPiece late = TestPiece.Make(3000, "late");
        await File.WriteAllBytesAsync(memory.At(late.V1), late.Raw, TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<MissingPieceException>(() => _bench.FetchAsync(fetcher, late.Wanted)); // Not looked through again.
        Assert.Single(_bench.Progress, progress => progress.Activity == PieceActivity.Looking);
    }

    [Theory]
    [InlineData("storage/unsealed/s-t01000-5", "storage")]
    [InlineData("unsealed/s-t01000-5", "unsealed")]
    [InlineData("unsealed/s-t01000-5", "unsealed/s-t01000-5")]
    [InlineData("copy/s-t01000-5", ".")]
    [InlineData("renamed", "renamed")]
    public async Task A_piece_is_taken_out_of_the_sector_s_unsealed_file(string name, string source)
    {
        TestPiece first = TestPiece.Make(400, "first");
        TestPiece second = TestPiece.Make(700, "second");
        byte[] sector = Unsealed(SectorSize.KiB2, (0, first), (1024, second));

        // Lotus's trailer: runs of what is filled, and their length.
        byte[] trailer = [0x44, 0x55, 0x66, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32LittleEndian(trailer.AsSpan(3), 3);
        string path = _bench.File(name, [.. sector, .. trailer]);

        PieceFetcher fetcher = _bench.Fetcher(Path.Combine(_bench.Files, source));
        foreach ((TestPiece piece, long offset) in new[] { (first, 0L), (second, 1024L) })
        {
            PieceWanted wanted = new(piece.Info, new PiecePlace(Sector, SectorSize.KiB2, offset));
            VerifiedPiece found = await _bench.FetchAsync(fetcher, wanted);
            Assert.Equal((false, path), (found.InPlace, found.From));
            Assert.Equal(_bench.Store.FileOf(piece.Info), found.Path);
            SourceBench.AssertHolds(found, piece);
        }

        Assert.Equal(2, Directory.GetFiles(_bench.Store.Folder).Length);
    }

    [Fact]
    public async Task An_unsealed_file_with_holes_or_of_another_sector_or_too_short_is_named()
    {
        TestPiece piece = TestPiece.Make(700);
        PieceWanted wanted = new(piece.Info, new PiecePlace(Sector, SectorSize.KiB2, 1024));
        string path = _bench.File("unsealed/s-t01000-5", new byte[2048]);
        PieceRefusal hole = await _bench.RefusalAsync(wanted, _bench.Files);
        Assert.Equal((RefusalKind.WrongBytes, $"{path} has nothing but zeros where the piece should be, from padded byte 1024"), (hole.Kind, hole.What));

        _bench.File("unsealed/s-t01000-5", Unsealed(SectorSize.KiB2, (0, piece)).AsSpan(0, 2000));
        Assert.Equal(RefusalKind.Truncated, (await _bench.RefusalAsync(wanted, _bench.Files)).Kind);

        string other = _bench.File("other/s-t01000-6", Unsealed(SectorSize.KiB2, (1024, piece)));
        Assert.Equal(RefusalKind.NotThere, (await _bench.RefusalAsync(wanted, other)).Kind);
        Assert.DoesNotContain(Directory.GetFiles(_bench.Store.Folder), file => file.Contains("extract", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Replicas_and_caches_of_a_storage_path_are_left_alone()
    {
        TestPiece piece = TestPiece.Make(700);
        PieceWanted wanted = new(piece.Info, new PiecePlace(Sector, SectorSize.KiB2, 0));
        _bench.File("sealed/s-t01000-5", Unsealed(SectorSize.KiB2, (0, piece)));
        _bench.File("update/s-t01000-5", Unsealed(SectorSize.KiB2, (0, piece)));
        _bench.File($"cache/s-t01000-5/{piece.V1}.car", piece.Raw);
        Assert.Equal(RefusalKind.NotThere, (await _bench.RefusalAsync(wanted, _bench.Files)).Kind);
    }

    [Fact]
    public async Task Curio_s_parked_pieces_are_found_by_size_and_commitment()
    {
        TestPiece piece = TestPiece.Make(3000);
        TestPiece padded = TestPiece.Make(2900, padded: 1 << 16);
        _bench.File("piece/s-t00-1", VectorFiles.Stream("x", 3000));
        _bench.File("piece/s-t00-2", VectorFiles.Stream("y", 50_000));
        string path = _bench.File("piece/s-t00-17", piece.Raw);
        string second = _bench.File("piece/s-t00-18", padded.Raw);
        PieceFetcher fetcher = _bench.Fetcher(_bench.Files);
        Assert.Equal(path, (await _bench.FetchAsync(fetcher, new PieceWanted(piece.Info, RawLength: 3000))).Path);
        Assert.Equal(second, (await _bench.FetchAsync(fetcher, padded.Wanted)).Path);

        // Each file is read once, whatever is asked for.
        int read = _bench.Progress.Count(progress => progress.Activity == PieceActivity.Verifying);
        PieceRefusal refusal = (await Assert.ThrowsAsync<MissingPieceException>(
            () => _bench.FetchAsync(fetcher, TestPiece.Make(3000, "other", 1 << 17).Wanted))).Refusals.Single();
        Assert.Equal(RefusalKind.NotThere, refusal.Kind);
        Assert.Contains("one of the 4 that have other names", refusal.What, StringComparison.Ordinal);
        Assert.Equal(read, _bench.Progress.Count(progress => progress.Activity == PieceActivity.Verifying));
    }

    [Fact]
    public async Task Files_of_any_name_count_only_if_asked_for()
    {
        TestPiece piece = TestPiece.Make(3000);
        string path = _bench.File("my dataset \u202e (1).bin", piece.Raw);
        await _bench.MissAsync(piece.Wanted, _bench.Files);
        Assert.Equal(path, (await _bench.FetchAsync(piece, "any:" + _bench.Files)).Path);
        Assert.Equal(path, (await _bench.FetchAsync(piece, path)).Path);
    }

    [Fact]
    public async Task Pipes_links_in_circles_and_odd_names_do_no_harm()
    {
        TestPiece piece = TestPiece.Make(3000);
        using (Process pipe = Process.Start("mkfifo", [Path.Combine(_bench.Files, piece.V1)]))
        {
            await pipe.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        _bench.File("real/" + piece.V1 + ".raw", piece.Raw);
        Directory.CreateSymbolicLink(Path.Combine(_bench.Files, "real", "up"), _bench.Files);
        Directory.CreateSymbolicLink(Path.Combine(_bench.Files, "again"), Path.Combine(_bench.Files, "real"));
        File.CreateSymbolicLink(Path.Combine(_bench.Files, "self"), Path.Combine(_bench.Files, "self"));
        File.CreateSymbolicLink(Path.Combine(_bench.Files, piece.V1 + ".car"), "/nowhere/at/all");
        File.CreateSymbolicLink(Path.Combine(_bench.Files, piece.V1 + ".piece"), Path.Combine(_bench.Files, piece.V1 + ".piece"));
        _bench.File("baga6ea4seaq" + new string('a', 230), []);
        _bench.File("baga\n\u001b[31m", []);
        _bench.File("s-t01000-99999999999999999999999", []);

        FolderIndex index = FolderIndex.Scan(_bench.Files, anyName: true, CancellationToken.None);
        Assert.Single(index.Named(piece.Info.CommP), path => path.EndsWith(".raw", StringComparison.Ordinal));
        VerifiedPiece found = await _bench.FetchAsync(piece, _bench.Files);
        Assert.EndsWith(".raw", found.Path, StringComparison.Ordinal);
        SourceBench.AssertHolds(found, piece);
    }

    [Fact]
    public async Task A_link_to_a_file_counts_as_the_file()
    {
        TestPiece piece = TestPiece.Make(3000);
        string target = _bench.File("elsewhere/data.bin", piece.Raw);
        string link = Path.Combine(_bench.Files, piece.V1 + ".car");
        File.CreateSymbolicLink(link, target);
        PieceFetcher fetcher = _bench.Fetcher(_bench.Files);
        Assert.Equal(link, (await _bench.FetchAsync(fetcher, piece.Wanted)).Path);
        Assert.Equal(link, (await _bench.FetchAsync(fetcher, piece.Wanted)).Path);

        // Another file behind the same link is noticed.
        File.WriteAllBytes(target, VectorFiles.Stream("z", 3000));
        File.SetLastWriteTimeUtc(target, DateTime.UtcNow.AddHours(1));
        await Assert.ThrowsAsync<MissingPieceException>(() => _bench.FetchAsync(fetcher, piece.Wanted));
    }

    [Fact]
    public async Task A_file_that_changed_or_went_since_is_not_taken_for_what_it_was()
    {
        TestPiece piece = TestPiece.Make(3000);
        string path = _bench.File(piece.V1, piece.Raw);
        PieceFetcher fetcher = _bench.Fetcher(_bench.Files);
        await _bench.FetchAsync(fetcher, piece.Wanted);
        File.WriteAllBytes(path, new byte[3000]);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(1));
        MissingPieceException changed = await Assert.ThrowsAsync<MissingPieceException>(() => _bench.FetchAsync(fetcher, piece.Wanted));
        Assert.Equal(RefusalKind.WrongBytes, changed.Refusals.Single().Kind);
        File.Delete(path);
        MissingPieceException gone = await Assert.ThrowsAsync<MissingPieceException>(() => _bench.FetchAsync(fetcher, piece.Wanted));
        Assert.Contains("no longer there", gone.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_stops_while_a_file_is_read()
    {
        TestPiece piece = TestPiece.Make(8 << 20);
        _bench.File(piece.V1, piece.Raw);
        using CancellationTokenSource source = new();
        PieceFetcher fetcher = _bench.Fetcher(_bench.Files);
        CancelAt progress = new(source, PieceActivity.Verifying);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetcher.FetchAsync(piece.Wanted, progress, source.Token));
        SourceBench.AssertHolds(await _bench.FetchAsync(fetcher, piece.Wanted), piece);
    }

    private static byte[] Unsealed(SectorSize size, params ReadOnlySpan<(int Offset, TestPiece Piece)> pieces)
    {
        byte[] sector = new byte[size.Bytes];
        foreach ((int offset, TestPiece piece) in pieces)
        {
            Fr32.Pad(piece.Raw, sector.AsSpan(offset));
        }

        return sector;
    }
}

/// <summary>Cancels when an activity is reported.</summary>
internal sealed class CancelAt(CancellationTokenSource source, PieceActivity activity, long done = 0) : IProgress<PieceProgress>
{
    public void Report(PieceProgress value)
    {
        if (value.Activity == activity && value.Done >= done)
        {
            source.Cancel();
        }
    }
}

/// <summary>Pieces of the vectors with the reference's commitments; those of up to 1 MiB.</summary>
internal static class VectorPieces
{
    private static readonly Lazy<IReadOnlyList<TestPiece>> Pieces = new(() => [.. OfCommP().Concat(OfSeal()).DistinctBy(piece => piece.Info)]);

    public static IReadOnlyList<TestPiece> All() => Pieces.Value;

    private static IEnumerable<TestPiece> OfCommP() => VectorFiles.Read("commp.json")["pieces"]!.AsArray()
        .Where(piece => (long)piece!["padded"]! <= 1 << 20)
        .Select(piece => Make(piece!, (long?)piece!["stream_len"] ?? (long)piece!["unpadded"]!));

    private static IEnumerable<TestPiece> OfSeal() => VectorFiles.Read("seal.json")["cases"]!.AsArray()
        .SelectMany(@case => @case!["pieces"]!.AsArray())
        .Where(piece => (long)piece!["padded"]! <= 1 << 20 && (long)piece!["stream_len"]! > 0)
        .Select(piece => Make(piece!, (long)piece!["stream_len"]!));

    private static TestPiece Make(JsonNode piece, long length) => new(
        VectorFiles.Stream((string)piece["seed"]!, length),
        new PieceInfo(new CommD(Bytes32.FromHex((string)piece["commp"]!)), (long)piece["padded"]!));
}
