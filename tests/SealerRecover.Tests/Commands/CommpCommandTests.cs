using System.Globalization;
using System.Text.Json.Nodes;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Pieces;
using Xunit;

namespace SealerRecover.Tests.Commands;

public sealed class CommpCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sealer-recover-commp-").FullName;

    public static TheoryData<string, long, long, string> Pieces
    {
        get
        {
            TheoryData<string, long, long, string> data = [];
            foreach (JsonNode? piece in VectorFiles.Read("commp.json")["pieces"]!.AsArray())
            {
                if (piece!["seed"]?.GetValue<string>() is { } seed && (string?)piece["data"] == "stream" && (long)piece["padded"]! <= 8 << 20)
                {
                    data.Add(seed, (long)piece["unpadded"]!, (long)piece["padded"]!, (string)piece["commp"]!);
                }
            }

            return data;
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Pieces))]
    public async Task Known_pieces_come_out_of_files_and_of_standard_input(string seed, long unpadded, long padded, string commP)
    {
        byte[] content = VectorFiles.Stream(seed, unpadded);
        PieceInfo piece = new(new CommD(Bytes32.FromHex(commP)), padded);
        Ran file = await InProcess.RunAsync("commp", Write("a", content), "--json");
        AssertIs(file, piece, unpadded);
        Ran input = await InProcess.RunAsync(() => new Unseekable(content), "commp", "-", "--json");
        AssertIs(input, piece, unpadded);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(128)]
    [InlineData(1040383)]
    [InlineData(1040384)]
    [InlineData(1040385)]
    [InlineData(2080769)]
    public async Task Data_of_any_length_is_the_smallest_piece_that_holds_it(int length)
    {
        byte[] content = VectorFiles.Stream("commp command", length);
        PieceInfo piece = PieceCommitment.Compute(new MemoryStream(content), PieceLayout.SmallestFor(length), 1, TestContext.Current.CancellationToken);
        AssertIs(await InProcess.RunAsync(() => new Unseekable(content), "commp", "-", "--json"), piece, length);
    }

    [Fact]
    public async Task A_larger_padded_size_extends_with_zeros()
    {
        byte[] content = VectorFiles.Stream("commp command", 2000);
        string path = Write("a", content);
        PieceInfo piece = PieceCommitment.Compute(new MemoryStream(content), 16 << 10, 1, TestContext.Current.CancellationToken);
        Ran ran = await InProcess.RunAsync("commp", path, "--padded-size=16KiB", "--json");
        JsonObject line = ran.Lines[0];
        Assert.Equal(piece.CommP.ToString(), (string?)line["piece_cid"]);
        Assert.Equal(PieceCidV2.OfWhole(piece).ToString(), (string?)line["piece_cid_v2"]);
        Assert.Equal((2000, 16 << 10, 16256), ((int)line["raw_size"]!, (int)line["padded_size"]!, (int)line["unpadded_size"]!));

        Ran small = await InProcess.RunAsync("commp", path, "--padded-size=1KiB");
        Assert.Equal(2, small.Code);
        Assert.Contains("more than a piece of 1024 bytes", small.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_bad_file_does_not_keep_the_others_from_being_computed()
    {
        string good = Write("good", VectorFiles.Stream("commp command", 300));
        Ran ran = await InProcess.RunAsync("commp", Path.Combine(_folder, "missing"), Write("empty", []), _folder, good);
        Assert.Equal(10, ran.Code);
        Assert.Contains("baga6ea4seaq", ran.Output, StringComparison.Ordinal);
        Assert.Contains("is empty", ran.Output, StringComparison.Ordinal);
        Assert.Contains("is a folder", ran.Output, StringComparison.Ordinal);
        Assert.Contains("3 of 4 files could not be computed, first: ", ran.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("commp", "no files were named")]
    [InlineData("commp x --padded-size=100", "--padded-size is \"100\"")]
    [InlineData("commp x --padded-size=128GiB", "--padded-size is \"128GiB\"")]
    [InlineData("commp x --padded-size=-1", "--padded-size is \"-1\"")]
    [InlineData("commp x --padded-size=9999999999GiB", "--padded-size is \"9999999999GiB\"")]
    public async Task A_mistake_is_one_sentence_and_a_hint(string arguments, string sentence)
    {
        Ran ran = await InProcess.RunAsync(arguments.Split(' '));
        Assert.Equal(2, ran.Code);
        Assert.Contains(sentence, ran.Error, StringComparison.Ordinal);
        Assert.Equal(2, ran.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task In_words_every_size_has_its_bytes()
    {
        Ran ran = await InProcess.RunAsync("commp", Write("a", VectorFiles.Stream("commp command", 127 << 10)));
        Assert.Equal(0, ran.Code);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"raw size      {127 << 10} B (127.0 KiB)"), ran.Output, StringComparison.Ordinal);
        Assert.Contains("padded size   131072 B (128.0 KiB)", ran.Output, StringComparison.Ordinal);
    }

    private static void AssertIs(Ran ran, PieceInfo piece, long rawSize)
    {
        Assert.True(ran.Code == 0, ran.Output + ran.Error);
        JsonObject line = ran.Lines[0];
        Assert.Equal("commp", (string?)line["event"]);
        Assert.Equal(piece.CommP.ToString(), (string?)line["piece_cid"]);
        Assert.Equal(new PieceCidV2(piece, rawSize).ToString(), (string?)line["piece_cid_v2"]);
        Assert.Equal((rawSize, piece.PaddedSize), ((long)line["raw_size"]!, (long)line["padded_size"]!));
    }

    private string Write(string name, byte[] content)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    /// <summary>A pipe: no length, and reads that give less than was asked for.</summary>
    private sealed class Unseekable(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 65_537)]);
    }
}
